"""Real Rasa graph objects for the components under test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

EXAMPLES = {
    "greet": ["hello", "hi there", "good morning", "hey", "good evening to you"],
    "order": [
        "i want a pizza",
        "can i order a margherita",
        "one large pizza please",
        "i would like to order food",
        "get me a pizza with olives",
        "please bring me two pizzas",
    ],
    "hours": [
        "when are you open",
        "what are your opening hours",
        "are you open on sunday",
        "when do you close",
        "until what time can i come in the evening",
        "opening hours",
    ],
    "address": [
        "where are you",
        "what is your address",
        "how do i get to the restaurant",
        "which street is it in",
        "where can i find you",
        "the address",
    ],
}


class Graph:
    """Creates, trains and loads components as Rasa's graph does."""

    def __init__(self, folder: Path) -> None:
        self.storage = LocalModelStorage.create(folder)
        self.context = ExecutionContext(GraphSchema({}), node_name="node")

    def create(self, component: type[GraphComponent], **config: Any) -> Any:
        settings = {**component.get_default_config(), **config}
        return component.create(settings, self.storage, self._resource(component), self.context)

    def load(self, component: type[GraphComponent], **config: Any) -> Any:
        settings = {**component.get_default_config(), **config}
        return component.load(settings, self.storage, self._resource(component), self.context)

    @staticmethod
    def _resource(component: type[GraphComponent]) -> Resource:
        return Resource(component.__name__)


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    return Graph(tmp_path)


# What leans on "the hours" or "the food" and asks for something, by intent.
LEANING = {
    "hours": [
        ("and on sunday?", "the hours"),
        ("for how long", "the hours"),
        ("later?", "the hours"),
    ],
    "order": [
        ("with ham?", "the food"),
        ("two of those", "the food"),
        ("the large one", "the food"),
    ],
    "address": [("where to?", "the food"), ("which door", "the hours"), ("how far", "the food")],
}


# What a conversation is about after a question.
ABOUT = {"hours": "the hours", "order": "the food"}


def training_data(
    examples: dict[str, list[str]], leaning: dict[str, list[tuple[str, str]]] | None = None
) -> TrainingData:
    return TrainingData(
        [
            Message(
                data={
                    "text": text,
                    "intent": intent,
                    "metadata": {"intent": {"about": ABOUT.get(intent)}},
                }
            )
            for intent, texts in examples.items()
            for text in texts
        ]
        + [
            Message(
                data={"text": text, "intent": intent, "metadata": {"example": {"before": before}}}
            )
            for intent, texts in (leaning or {}).items()
            for text, before in texts
        ]
    )


@pytest.fixture
def make_training_data() -> Callable[[dict[str, list[str]]], TrainingData]:
    return training_data


@pytest.fixture
def examples() -> dict[str, list[str]]:
    return {intent: list(texts) for intent, texts in EXAMPLES.items()}
