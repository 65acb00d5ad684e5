"""The simplest use of sentence vectors: a message means what the example nearest to it means."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

FILE = "examples.npz"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NearestNeighbour(IntentClassifier, GraphComponent):
    """Ranks intents by the cosine of the message and the nearest example of each."""

    _LENGTH = 10

    def __init__(self, storage: ModelStorage, resource: Resource) -> None:
        self._storage = storage
        self._resource = resource
        self._names: list[str] = []
        self._labels = np.zeros(0, np.int64)
        self._vectors = np.zeros((0, 0), np.float32)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NearestNeighbour:
        return cls(model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        examples = training_data.intent_examples
        names, labels = np.unique([m.get(INTENT) for m in examples], return_inverse=True)
        vectors = np.vstack([_vector(message) for message in examples])
        with self._storage.write_to(self._resource) as folder:
            np.savez(folder / FILE, names=names, labels=labels, vectors=vectors)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> NearestNeighbour:
        loaded = cls(model_storage, resource)
        with (
            model_storage.read_from(resource) as folder,
            np.load(folder / FILE, allow_pickle=False) as arrays,
        ):
            loaded._names = [str(name) for name in arrays["names"]]
            loaded._labels, loaded._vectors = arrays["labels"], arrays["vectors"]
        return loaded

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            nearest = np.zeros(len(self._names), np.float32)
            np.maximum.at(nearest, self._labels, self._vectors @ _vector(message)[0])
            order = np.argsort(-nearest, kind="stable")[: self._LENGTH]
            ranking = [{"name": self._names[i], "confidence": float(nearest[i])} for i in order]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages


def _vector(message: Message) -> Any:
    _, sentence = message.get_dense_features(TEXT, [])
    assert sentence is not None, "Put a featurizer of sentences before this."
    return sentence.features
