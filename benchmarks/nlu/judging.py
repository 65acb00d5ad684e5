"""Which readings are right, and how well a pipeline tells what is beside its subject."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.answers import answer_topic
from bot.evaluation.cases import Case, Expectation, Voice
from bot.evaluation.judging import KINDS, Reply, judge
from bot.knowledge import Knowledge
from bot.understanding import Question

Ranking = Sequence[tuple[str, float]]
OUT_OF_SCOPE = "out_of_scope"
# The reading that stands for none.
FALLBACK = "nlu_fallback"


@dataclass(frozen=True)
class Judged:
    """What came of one message.

    Attributes:
        group: The group of topics that it belongs to.
        right: Whether its best reading leads to a right answer.
        scope: Whether it can be answered; None for small talk, which is neither.
        confidence: Of the best reading that can be answered, 0 where there is none.
    """

    group: str
    right: bool
    scope: bool | None
    confidence: float


def single_questions(voices: Iterable[Voice]) -> list[Case]:
    """Returns what can be judged by one intent: one question that stands alone.

    Left out are messages of several questions, those that lean on a reply before them, and
    those that nobody could read, for which a pipeline has no intent.
    """
    return [case for voice in voices for case in voice.utterances if _judgeable(case.expect)]


def _judgeable(expect: Expectation) -> bool:
    return not expect.parts and (
        not expect.kind or (expect.kind in KINDS and expect.kind != "unclear")
    )


def judged(case: Case, ranking: Ranking, knowledge: Knowledge) -> Judged:
    """Judges the readings of a message, best first, by the topics that they lead to.

    Thresholds are not applied: a fallback is passed over.
    """
    readings = [(name, confidence) for name, confidence in ranking if name and name != FALLBACK]
    reply = reply_of(readings[0][0] if readings else "", knowledge)
    scope = None if case.expect.kind not in ("", OUT_OF_SCOPE) else not case.expect.kind
    within = [sure for name, sure in readings if not name.startswith(OUT_OF_SCOPE)]
    return Judged(
        group=group_of(case.expect, knowledge),
        right=judge(case.expect, reply, None) == "right",
        scope=scope,
        confidence=max(within, default=0.0),
    )


def reply_of(intent: str, knowledge: Knowledge) -> Reply:
    """Returns what is replied to an intent, with the facts of all variants of its topic."""
    topic = OUT_OF_SCOPE if intent.startswith(OUT_OF_SCOPE) else intent
    facts: tuple[str, ...] = ()
    if intent in knowledge.topics:
        variants = knowledge.topics[intent].variants
        facts = answer_topic(knowledge, Question(intent)).facts
        facts += tuple(fact for variant in variants for fact in variant.facts)
    return Reply("", [{"topic": topic, "facts": facts}], ())


def group_of(expect: Expectation, knowledge: Knowledge) -> str:
    """Returns the group of topics that a message belongs to."""
    if expect.silent:
        return "silent topics"
    if expect.kind:
        return "out of scope" if expect.kind == OUT_OF_SCOPE else "small talk and care"
    return str(knowledge.facts[expect.label].section)


def auroc(outcomes: Iterable[Judged]) -> float | None:
    """Returns how likely an answerable message is surer than one that is not.

    The area under the receiver operating characteristic; None where one of both is missing.
    """
    from sklearn.metrics import roc_auc_score

    known = [outcome for outcome in outcomes if outcome.scope is not None]
    if len({outcome.scope for outcome in known}) < 2:
        return None
    return float(roc_auc_score([o.scope for o in known], [o.confidence for o in known]))
