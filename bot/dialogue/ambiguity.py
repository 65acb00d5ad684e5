"""What else a question may mean that is answered by its likeliest reading."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.precedence import FIT_CHECK
from bot.knowledge import Knowledge
from bot.understanding import Question

# A second reading of such a confidence, beside the first one's and by itself, is answered as well.
RIVAL = 0.4
LEAST = 0.25


def other_reading(knowledge: Knowledge, question: Question) -> Question | None:
    """Return the question as it reads otherwise, where that is likely, too.

    "I want the salary range and the usual bonus" is two questions that nothing parts; "is a degree
    in computing enough or must I go back to school" may be about subjects or graduate study. Both
    get an answer, and nobody has to ask again.

    Args:
        knowledge: Which intents are topics; others are not answered beside a topic.
        question: Resolved to the topic that answers it, its readings best first.
    """
    if question.intent not in knowledge.topics or len(question.readings) < 2:
        return None
    (_, best), (name, confidence) = question.readings[:2]
    if name not in knowledge.topics or name == FIT_CHECK:
        return None
    if confidence < max(LEAST, RIVAL * best):
        return None
    return replace(question, intent=name, confidence=confidence)
