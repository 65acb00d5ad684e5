"""Which of the clauses of a message are its questions, by what the intent model makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Optional

from bot.nlu.clauses import Clause

# A part counts where it is nearly as sure as the clause that it is a part of.
_ALIKE = 0.75
# A part that has not the form of a question counts where the whole is also read as what it asks.
_SHINES_THROUGH = 0.1


@dataclass(frozen=True)
class Candidate:
    """A clause, or the whole message, as the intent model reads it.

    Attributes:
        clause: the words.
        intent: best reading.
        confidence: of that reading, 0 to 1.
        row: position among all readings of the message, to find the full one again.
        ranking: its readings, with their confidence.
        parts: the clause's parts, read alike.
    """

    clause: Clause
    intent: Optional[str]
    confidence: float
    row: int
    parts: tuple[Candidate, ...] = ()
    ranking: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class SplitRule:
    """How sure the model must be of questions that stand beside another one.

    Attributes:
        clause: least confidence of a clause that has the form of a question.
        part: least confidence of one that has not ("pay and duties").
        answer: below this the whole message is too unsure, and the clause that asks is taken; from
            this on a part is taken that the whole message is read as, too.
        kept: intents that are reported even where a mere statement is read as one of them.
    """

    clause: float
    part: float
    answer: float
    kept: frozenset[str] = frozenset()

    def accepts(self, candidate: Candidate) -> bool:
        """Returns whether a clause may stand as a question beside others."""
        if candidate.intent in self.kept:
            return candidate.confidence >= self.clause
        if candidate.clause.asks:
            return candidate.confidence >= self.clause
        return candidate.clause.fragment and candidate.confidence >= self.part

    def sees(self, whole: Candidate, candidate: Candidate) -> bool:
        """Returns whether a stretch asks what the whole message is read as, too."""
        shines = whole.ranking.get(candidate.intent or "", 0.0) >= _SHINES_THROUGH
        return shines and not candidate.clause.states and candidate.confidence >= self.answer


def choose(whole: Candidate, clauses: Sequence[Candidate], rule: SplitRule) -> list[Candidate]:
    """Chooses the questions of a message.

    Args:
        whole: the whole message.
        clauses: its clauses in order; none where it is one clause.
        rule: how sure the model must be.

    Returns:
        The questions in order, at least one. Two or more have different intents. A single one
        is the whole message, whose statements may be what the question is about; or the clause
        that asks, where only that can be read.
    """
    if not clauses or whole.confidence >= 1:
        return [whole]
    units = [unit for clause in clauses for unit in _units(clause, rule)]
    wanted = [unit for unit in units if not unit.clause.negated]
    saying = [unit for unit in wanted if not unit.clause.courtesy] or wanted
    questions = _distinct([u for u in saying if rule.accepts(u) or rule.sees(whole, u)])
    if len(questions) > 1:
        return questions
    asking = [unit for unit in saying if unit.clause.asks]
    best = max(asking or saying, key=lambda unit: unit.confidence, default=whole)
    if len(wanted) < len(units) and best.confidence >= rule.clause:
        return [best]
    unsure = whole.confidence < rule.answer <= best.confidence
    return [best] if asking and unsure else [whole]


def _units(clause: Candidate, rule: SplitRule) -> list[Candidate]:
    """Returns the parts of a clause where they are questions, else the clause."""
    negated = [part for part in clause.parts if part.clause.negated]
    wanted = [p for p in clause.parts if not (p.clause.negated or p.clause.courtesy)]
    least = _ALIKE * clause.confidence
    sure = [
        part
        for part in wanted
        if (rule.accepts(part) and part.confidence >= least) or rule.sees(clause, part)
    ]
    several = len({part.intent for part in sure}) > 1 and len(sure) == len(wanted)
    corrected = len(sure) == len(wanted) == 1 and bool(negated)
    return negated + sure if several or corrected else [clause]


def _distinct(units: Sequence[Candidate]) -> list[Candidate]:
    """Returns the surest unit of each intent, in the order of the message."""
    best: dict[Optional[str], Candidate] = {}
    for unit in units:
        known = best.get(unit.intent)
        if known is None or unit.confidence > known.confidence:
            best[unit.intent] = unit
    return sorted(best.values(), key=lambda unit: unit.clause.start)
