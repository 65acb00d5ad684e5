"""Which questions a message asks, and how each is read, alone and in context."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Optional

import numpy as np
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.choice import Candidate, SplitRule, choose
from bot.nlu.clauses import (
    CLAUSE_VECTORS,
    ENCODE,
    Clause,
    before,
    behind,
    clauses_of,
    flattened,
    texts_of,
)
from bot.nlu.context_model import ContextModel
from bot.nlu.decisions import Decision, Thresholds, is_readable
from bot.nlu.features import vectors_of
from bot.nlu.intent_model import Compared, IntentModel, Reading
from bot.nlu.known_examples import KnownExamples
from bot.nlu.softmax import Matrix

INTENT_RANKING = "intent_ranking"
DECISION = "decision"
QUESTIONS = "questions"
IN_CONTEXT = "in_context"

_QUESTION_RANKING = 5
_WORDLESS = np.float32(0.001)
_DIGITS = 4

Found = dict[str, Any]
"""How a text is read: `intent`, `intent_ranking`, `decision`."""


@dataclass(frozen=True)
class ReaderSettings:
    """What can be set of a `MessageReader`; see the classifier's class docstring.

    Attributes:
        clear_alone: a question as sure as this by itself is not read in context.
        ranking_length: how many readings of a text are told.
        kept: intents that are reported beside a question.
    """

    clear_alone: float
    ranking_length: int
    kept: frozenset[str]


@dataclass(frozen=True)
class MessageReader:
    """Reads messages with fitted models.

    Attributes:
        alone: for texts that stand alone; None where nothing was learnt.
        context: for texts that may lean on something; None where no example does.
        thresholds: when to answer what stands alone.
        thresholds_in_context: the same for what is read in context.
        known: the training examples.
        settings: see `ReaderSettings`.
        without_vectors: called where the models need sentence vectors and a message has none.
    """

    alone: Optional[IntentModel]
    context: Optional[ContextModel]
    thresholds: Thresholds
    thresholds_in_context: Thresholds
    known: KnownExamples
    settings: ReaderSettings
    without_vectors: Callable[[], None]

    def read(self, message: Message) -> Found:
        """Returns the properties that the classifier's class docstring lists."""
        reading = _OneMessage(self, message)
        questions = reading.questions()
        first = reading.found[reading.chosen[0]]
        return {**first, DECISION: questions[0][DECISION], QUESTIONS: questions}

    def compare(self, message: Message, respelled: list[str]) -> Optional[Compared]:
        """Returns the texts, compared with the examples; None where there is nothing to read.

        Args:
            message: with the sentence vectors of its text and its clauses.
            respelled: the texts: its own, then those of its clauses.

        Raises:
            ValueError: there are not as many vectors as texts.
        """
        if self.alone is None or not (message.get(TEXT) or "").strip():
            return None
        vectors = self._vectors(message) if self.alone.uses_vectors else None
        if vectors is not None and len(vectors) != len(respelled):
            raise ValueError("The sentence vectors do not belong to the clauses of the message.")
        return self.alone.compare(respelled, vectors)

    def _vectors(self, message: Message) -> Optional[Matrix]:
        vectors = vectors_of([message])
        if vectors is None:
            self.without_vectors()
            return None
        clause_vectors = message.get(CLAUSE_VECTORS)
        return vectors if clause_vectors is None else np.vstack([vectors, clause_vectors])

    def found(
        self,
        typed: str,
        known: Optional[str],
        reading: Reading,
        thresholds: Thresholds,
        row: int = 0,
    ) -> Found:
        """Returns intent, ranking and decision for a text.

        Args:
            typed: the text.
            known: the intent of the training example that it equals, if any.
            reading: what the model makes of it.
            thresholds: when to answer.
            row: which row of the reading is its own.
        """
        assert self.alone is not None
        confidences = reading.confidences[row]
        if not is_readable(typed):
            confidences = confidences * _WORDLESS
        if known is not None:
            confidences = confidences.copy()
            confidences[self.alone.intents.index(known)] = 1.0
        order = np.argsort(-confidences, kind="stable")[: self.settings.ranking_length]
        ranking = [
            {"name": self.alone.intents[i], "confidence": round(float(confidences[i]), _DIGITS)}
            for i in order
        ]
        decision = thresholds.decide(float(confidences[order[0]]))
        return {INTENT: dict(ranking[0]), INTENT_RANKING: ranking, DECISION: decision}


class _OneMessage:
    """A message while it is read."""

    def __init__(self, reader: MessageReader, message: Message) -> None:
        self._reader = reader
        self._message = message
        text = message.get(TEXT) or ""
        self._clauses = clauses_of(message)
        # Row 0 is the whole message in all that follows.
        self._stretches = [Clause(text, 0, len(text), asks=True), *flattened(self._clauses)]
        self._respelled = texts_of(message)
        self._compared = reader.compare(message, self._respelled)
        self.found = self._alone()
        self._subjects: dict[int, str] = {}
        self._leaning: dict[tuple[int, str], Optional[Found]] = {}
        self.chosen = self._chosen()

    def questions(self) -> list[Found]:
        """Returns the entries of `questions`."""
        entries = []
        for row in self.chosen:
            clause, found = self._stretches[row], self.found[row]
            entry = {
                TEXT: clause.text,
                "start": clause.start,
                "end": clause.end,
                INTENT: dict(found[INTENT]),
                INTENT_RANKING: found[INTENT_RANKING][:_QUESTION_RANKING],
                DECISION: self._decision(found, self._reader.thresholds),
            }
            in_context = self._in_context(row, self._subject(row, self.chosen))
            if in_context is not None:
                ranking = in_context[INTENT_RANKING][:_QUESTION_RANKING]
                decision = self._decision(in_context, self._reader.thresholds_in_context)
                entry[IN_CONTEXT] = {INTENT_RANKING: ranking, DECISION: decision}
            entries.append(entry)
        return entries

    def _decision(self, found: Found, thresholds: Thresholds) -> Decision:
        """Returns what to do with a question.

        Beside another question, one that is hard to read is often no question.
        """
        likely = [entry["confidence"] for entry in found[INTENT_RANKING][:2]]
        if len(self.chosen) > 1 or len(likely) < 2:
            decision: Decision = found[DECISION]
            return decision
        return thresholds.decide(*likely)

    def _alone(self) -> list[Found]:
        reader = self._reader
        if reader.alone is None or self._compared is None:
            return [_unread() for _ in self._stretches]
        reading = reader.alone.read(self._compared)
        return [
            reader.found(
                stretch.text,
                reader.known.intent(stretch.text, meant),
                reading,
                reader.thresholds,
                row,
            )
            for row, (stretch, meant) in enumerate(
                zip(self._stretches, self._respelled, strict=True)
            )
        ]

    def _is_clear(self, row: int, subject: str) -> bool:
        """Whether a stretch needs no context.

        What an example says alone holds for a message, less for a question behind another one.
        """
        beside = subject != before(self._message)
        if beside and self._reader.known.leans(self._stretches[row].text):
            return False
        confidence: float = self.found[row][INTENT]["confidence"]
        return confidence >= self._reader.settings.clear_alone

    def _in_context(self, row: int, subject: str) -> Optional[Found]:
        """Returns how a stretch is read behind a subject; None where it is clear or cannot be."""
        place = row, subject
        if place not in self._leaning:
            self._leaning[place] = self._read_in_context(row, subject)
        return self._leaning[place]

    def _read_in_context(self, row: int, subject: str) -> Optional[Found]:
        reader, compared = self._reader, self._compared
        meant = self._respelled[row]
        leaning = behind(subject, meant)
        if (
            reader.context is None
            or compared is None
            or not leaning
            or self._is_clear(row, subject)
        ):
            return None
        encode = self._message.get(ENCODE)
        vector = None if compared.vectors is None or encode is None else encode([leaning])
        reading = reader.context.read(compared.row(row), subject, vector)
        typed = self._stretches[row].text
        known = reader.known.intent(typed, meant, subject=subject)
        return reader.found(typed, known, reading, reader.thresholds_in_context)

    def _subject(self, row: int, rows: Sequence[int]) -> str:
        """Returns what a stretch leans on: what those before it ask, or what was before them.

        Args:
            row: of the stretch.
            rows: of the stretches that may be questions.
        """
        start = self._stretches[row].start
        earlier = [other for other in rows if other and self._stretches[other].end <= start]
        # The nearest first.
        for other in sorted(earlier, key=lambda other: -self._stretches[other].end):
            best = self._best(other, self._subject(other, rows))
            if best[DECISION] == "answer" and best[INTENT]["name"] in self._reader.known.about:
                return self._reader.known.about[best[INTENT]["name"]]
        return before(self._message)

    def _best(self, row: int, subject: str) -> Found:
        return self._in_context(row, subject) or self.found[row]

    def _chosen(self) -> list[int]:
        """Returns the rows of the stretches that are the questions of the message."""
        rows = iter(range(1, len(self._stretches)))
        asking = [row for row, stretch in enumerate(self._stretches) if row and _may_ask(stretch)]

        def candidate(clause: Clause, row: int) -> Candidate:
            found = self._beside_others(row, asking)
            ranking = {entry["name"]: entry["confidence"] for entry in found[INTENT_RANKING]}
            parts = tuple(candidate(part, next(rows)) for part in clause.parts)
            best = found[INTENT]
            return Candidate(clause, best["name"], best["confidence"], row, parts, ranking)

        thresholds = self._reader.thresholds
        rule = SplitRule(
            clause=thresholds.offer,
            part=(thresholds.answer + thresholds.sure) / 2,
            answer=thresholds.answer,
            kept=self._reader.settings.kept,
        )
        candidates = [candidate(clause, next(rows)) for clause in self._clauses]
        return [c.row for c in choose(candidate(self._stretches[0], 0), candidates, rule)]

    def _beside_others(self, row: int, asking: Sequence[int]) -> Found:
        """Returns how a stretch is read behind the question before it, where that is surer."""
        alone = self.found[row]
        subject = self._subject(row, asking) if row in asking else ""
        if not subject or subject == before(self._message):
            return alone
        leaning = self._in_context(row, subject)
        if leaning is None or leaning[INTENT]["confidence"] <= alone[INTENT]["confidence"]:
            return alone
        return leaning


def _may_ask(clause: Clause) -> bool:
    return (clause.asks or clause.fragment) and not (clause.negated or clause.courtesy)


def _unread() -> Found:
    return {
        INTENT: {"name": None, "confidence": 0.0},
        INTENT_RANKING: [],
        DECISION: "decline",
    }
