"""The answers as a page of questions, for readers without JavaScript and for search engines."""

from __future__ import annotations

from dataclasses import dataclass

from bot.answers import Answer, answer_topic
from bot.dialogue.precedence import FIT_CHECK
from bot.knowledge import Knowledge
from bot.knowledge.model import Topic
from bot.understanding import Question


@dataclass(frozen=True)
class Entry:
    """One question, as a user would ask it, with the answer that the advisor gives."""

    question: str
    answer: Answer


@dataclass(frozen=True)
class Section:
    """The questions of one group of topics."""

    id: str
    title: str
    entries: tuple[Entry, ...]


def sections(knowledge: Knowledge) -> tuple[Section, ...]:
    """All that can be asked without more words, by group, as the knowledge file has them."""
    return tuple(
        Section(
            group.id,
            group.title,
            tuple(
                Entry(topic.question, answer_topic(knowledge, Question(topic.id)))
                for topic in knowledge.topics.values()
                if topic.group == group.id and _is_told(topic)
            ),
        )
        for group in knowledge.groups.values()
    )


def _is_told(topic: Topic) -> bool:
    # The fit check is a conversation, and one's own pay has to be given first.
    return topic.id not in (FIT_CHECK, "salary_own_pay")


def plain(answer: Answer) -> str:
    """An answer in one paragraph."""
    points = f" {'; '.join(answer.points)}." if answer.points else ""
    return f"{answer.lead}{points} {answer.caveat}".strip()
