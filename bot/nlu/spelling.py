"""Rasa component: reads misspelt words as words of the training data."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.clauses import SPELLING, WORD
from bot.nlu.encoder import EncoderUnavailable, load_words

logger = logging.getLogger(__name__)

_FILE = "words.json"
_SHORTEST = 3
_SHORTEST_EDITED = 4
_MANY_UNKNOWN = 3


class Spelling:
    """Finds the known word that differs from an unknown one by one slip of the fingers."""

    def __init__(self, counts: dict[str, int], dictionary: frozenset[str]) -> None:
        """Indexes words.

        Args:
            counts: how often each word that may be meant occurs.
            dictionary: further words that are spelt rightly, though seldom meant.
        """
        self._counts = counts
        self._dictionary = dictionary
        self._by_deletion: dict[str, list[str]] = {}
        for word in counts:
            for form in _forms(word):
                self._by_deletion.setdefault(form, []).append(word)

    def correct(self, text: str) -> dict[str, str]:
        """Returns how to read the misspelt words of a text.

        Words that begin with a capital inside the text are taken for names and left. So is a
        text of mostly unknown words: it is in another language, or in none.
        """
        words = [match.group() for match in WORD.finditer(text)]
        unknown = [word for word in words if not self._knows(word)]
        if len(unknown) >= _MANY_UNKNOWN and 2 * len(unknown) > len(words):
            return {}
        found = {}
        for word in unknown:
            named = word[0].isupper() and not text.lstrip().startswith(word)
            meant = None if named else self._meant(word.lower())
            if meant:
                found[word.lower()] = meant
        return found

    def _knows(self, word: str) -> bool:
        lowered = word.lower()
        return lowered in self._counts or lowered in self._dictionary

    def _meant(self, word: str) -> Optional[str]:
        if len(word) < _SHORTEST or not word.isascii():
            return None
        near = {
            known
            for form in _forms(word)
            for known in self._by_deletion.get(form, ())
            if _one_slip(word, known)
        }
        return max(near, key=lambda known: (self._counts[known], known), default=None)


def _forms(word: str) -> Iterator[str]:
    """Yields a word and what is left of it without one letter."""
    yield word
    for position in range(len(word)):
        yield word[:position] + word[position + 1 :]


def _one_slip(typed: str, known: str) -> bool:
    """Returns whether two neighbours are swapped, or one inner letter is wrong."""
    start = 0
    while start < min(len(typed), len(known)) and typed[start] == known[start]:
        start += 1
    rest_typed, rest_known = typed[start:], known[start:]
    if rest_typed[:2] == rest_known[:2][::-1] and rest_typed[2:] == rest_known[2:]:
        return True
    if start == 0 or min(len(typed), len(known)) < _SHORTEST_EDITED:
        return False
    return (
        rest_typed[1:] == rest_known[1:]
        or rest_typed[1:] == rest_known
        or rest_typed == rest_known[1:]
    )


def count_words(texts: Iterable[str]) -> dict[str, int]:
    """Counts the words that occur at least twice in texts: once may be a slip itself."""
    counts = Counter(match.group().lower() for text in texts for match in WORD.finditer(text))
    return {word: counts[word] for word in sorted(counts) if counts[word] > 1}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SpellingCorrector(GraphComponent):
    """Notes how misspelt words are meant; components behind it read the text accordingly.

    The text of the message, its clauses and its entities stay as typed. A word is taken for
    misspelt if neither two training examples nor the vocabulary of the sentence encoder hold
    it. Where that vocabulary is missing, nothing is corrected.
    """

    def __init__(
        self, model_storage: ModelStorage, resource: Resource, counts: dict[str, int]
    ) -> None:
        """Makes a corrector.

        Args:
            model_storage: where the words are kept.
            resource: their name there.
            counts: how often each word occurs in training.
        """
        self._model_storage = model_storage
        self._resource = resource
        self._spelling = _spelling(counts)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SpellingCorrector:
        """Creates an untrained component (see parent class)."""
        return cls(model_storage, resource, {})

    def train(self, training_data: TrainingData) -> Resource:
        """Counts the words of the training examples, and saves them."""
        counts = count_words(m.get(TEXT) or "" for m in training_data.training_examples)
        self._spelling = _spelling(counts)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(counts, ensure_ascii=False), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SpellingCorrector:
        """Loads a trained component (see parent class); an untrained one if none was saved."""
        try:
            with model_storage.read_from(resource) as folder:
                counts = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        except (ValueError, FileNotFoundError):
            logger.warning("SpellingCorrector was not trained: it corrects nothing.")
            counts = {}
        return cls(model_storage, resource, counts)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Notes the corrections of the training examples."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Notes the corrections of each message."""
        for message in messages:
            found = self._spelling.correct(message.get(TEXT) or "") if self._spelling else {}
            if found:
                message.set(SPELLING, found)
        return messages


def _spelling(counts: dict[str, int]) -> Optional[Spelling]:
    try:
        return Spelling(counts, load_words())
    except EncoderUnavailable as error:
        logger.debug("SpellingCorrector corrects nothing: %s", error)
        return None
