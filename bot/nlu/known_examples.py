"""What the training examples say by themselves, before any model has learnt from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Optional

import rasa.shared.utils.io
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.clauses import ABOUT
from bot.nlu.decisions import normalised


@dataclass(frozen=True)
class KnownExamples:
    """The intents of texts that were annotated, and what the answers to intents are about.

    Attributes:
        intents: by the text, behind what it leans on where it leans on something.
        about: what the conversation is about after a question, by the question's intent.
    """

    intents: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        texts: Iterable[str],
        subjects: Iterable[str],
        intents: Iterable[str],
        about: Mapping[str, str],
    ) -> KnownExamples:
        """Collects examples, without texts that are annotated in two ways.

        Args:
            texts: as typed.
            subjects: what each leans on; empty where it stands alone.
            intents: of each.
            about: see the class.
        """
        found: dict[str, set[str]] = {}
        for text, subject, intent in zip(texts, subjects, intents, strict=True):
            found.setdefault(_key(text, subject), set()).add(intent)
        ambiguous = [text for text, names in found.items() if len(names) > 1]
        if ambiguous:
            shown = "; ".join(
                f"'{text}' ({', '.join(sorted(found[text]))})" for text in ambiguous[:5]
            )
            rasa.shared.utils.io.raise_warning(
                f"HybridIntentClassifier: {len(ambiguous)} training examples stand under more than "
                f"one intent: {shown}. Keep each under one."
            )
        single = {text: names.pop() for text, names in found.items() if len(names) == 1}
        return cls(single, dict(about))

    def intent(self, *texts: str, subject: str = "") -> Optional[str]:
        """Returns the intent of the first text that is an example, behind a subject or alone."""
        found = (self.intents.get(_key(text, subject)) for text in texts)
        return next((intent for intent in found if intent), None)

    def leans(self, text: str) -> bool:
        """Returns whether a text that is an example means something else behind some subject."""
        alone = self.intents.get(normalised(text))
        return alone is not None and normalised(text) in self._leaning

    @cached_property
    def _leaning(self) -> frozenset[str]:
        split = ((*key.rpartition("\n"), intent) for key, intent in self.intents.items())
        return frozenset(
            text
            for subject, _, text, intent in split
            if subject and self.intents.get(text, intent) != intent
        )

    def as_dict(self) -> dict[str, Any]:
        """Returns what `KnownExamples(**...)` takes."""
        return asdict(self)


def about(messages: Iterable[Message]) -> dict[str, str]:
    """Returns what the answers to intents are about, by the metadata of their examples."""
    found = {}
    for message in messages:
        of_intent = (message.get("metadata") or {}).get("intent")
        if isinstance(of_intent, dict) and of_intent.get(ABOUT):
            found[message.get("intent")] = str(of_intent[ABOUT])
    return found


def _key(text: str, subject: str = "") -> str:
    """Returns what tells a text from those that mean another, and apart by what it leans on."""
    return f"{subject}\n{normalised(text)}" if subject else normalised(text)
