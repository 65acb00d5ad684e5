"""What of a message comes first: distress before all, then what is asked, then its frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.knowledge import Knowledge
from bot.understanding import Question

FIT_CHECK = "fit_check"
# Said alone these matter; beside a question they are only its frame.
FRAME = frozenset(
    {"greet", "thanks", "goodbye", "affirm", "deny", "unsure", "small_talk", "follow_correction"}
)
# Answered alone, whatever else a message holds: on an unmistakable cue, or where it is certain.
DISTRESS = "distress"
DISTRESS_CUE = "distress_cue"
CERTAIN = 0.85
# What changes the course of the conversation is not done on a likely reading alone.
COMMITTING = frozenset({"stop", "goodbye", "affirm", "deny", "unsure"})
# As sure as this, a message is a farewell or a yes however long it is.
FIRM = 0.7
# Words. A longer message is hardly a mere yes or no.
SHORT = 8


# What somebody who has just been offered care may still mean by it: "no, I am not joking".
AFTER_CARE = frozenset({"small_talk", "follow_correction", "deny", "unsure", "bot_challenge"})
# As sure as this, the conversation has gone on to something else.
GONE_ON = 0.6


def still_in_distress(questions: Sequence[Question]) -> bool:
    """Whether a message right after one of care is best answered by care once more."""
    return all(q.intent in AFTER_CARE or q.confidence < GONE_ON for q in questions)


def in_distress(questions: Sequence[Question]) -> bool:
    """Whether care comes before everything else.

    A false alarm puts off a tired nurse, a missed one may cost a life: words that can mean nothing
    else decide alone; the classifier alone decides where it is certain.
    """
    if any(named.entity == DISTRESS_CUE for question in questions for named in question.named):
        return True
    if len(questions) == 1 and questions[0].intent == DISTRESS:
        return questions[0].decision != "decline"
    return any(q.intent == DISTRESS and q.confidence >= CERTAIN for q in questions)


def essential(questions: Sequence[Question]) -> list[Question]:
    """Leave out what only frames a question; keep what must be answered alone."""
    calm = [question for question in questions if question.intent != DISTRESS] or questions
    asked = [question for question in calm if question.intent not in FRAME]
    sure = [question for question in asked if question.decision == "answer"]
    return sure or asked[:1] or list(calm[-1:])


def beyond_yes_and_no(knowledge: Knowledge, question: Question) -> Question:
    """Look for the question in a long message that was read as a mere yes, no or stop."""
    if question.intent not in COMMITTING or question.confidence >= FIRM:
        return question
    if len(question.text.split()) <= SHORT:
        return question
    others = [reading for reading in question.readings if reading[0] in knowledge.topics]
    if not others:
        return question
    return replace(question, intent=others[0][0], confidence=others[0][1], decision="offer")
