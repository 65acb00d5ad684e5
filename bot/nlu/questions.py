"""Rasa component: parts a message into clauses, so that two questions get two answers."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.clauses import CLAUSES, split


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class QuestionSplitter(GraphComponent):
    """Proposes the clauses of each message; `HybridIntentClassifier` decides on them.

    It stands before the featurizer, which encodes the clauses together with the message.
    Training examples are not split: each is one question.

    Config:
        max_characters: longer messages are not split, to bound the time that one may take.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults of the settings listed in the class docstring."""
        return {"max_characters": 600}

    def __init__(self, config: dict[str, Any]) -> None:
        """Makes a splitter with the settings listed in the class docstring."""
        self._max_characters: int = config["max_characters"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> QuestionSplitter:
        """Creates the component (see parent class)."""
        return cls(config)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Returns the training data as they are."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the clauses of messages that have more than one."""
        for message in messages:
            text = message.get(TEXT) or ""
            clauses = split(text) if len(text) <= self._max_characters else []
            if clauses:
                message.set(CLAUSES, clauses)
        return messages
