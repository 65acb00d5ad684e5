"""What a message means where it leans on the conversation, or on what was named in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.knowledge import Knowledge
from bot.understanding import Pay, Question

# What stays in the group is likelier, and what was suggested next, and the topic once more:
# by so much in practice conversations.
SAME_GROUP = 2.5
SUGGESTED = 1.4
ECHO = 1.6
# "Where is that from?" is plain in any context, from this confidence on.
SURE_OF_SOURCE = 0.5
PLAIN = frozenset({"follow_source", "follow_where", "follow_repeat"})


def refine(knowledge: Knowledge, question: Question) -> Question:
    """Turn to the topic on what was named, where the topic asked about is a general one.

    "How much does it pay in Boston?" is about pay; the place makes it a question on that place.
    """
    topic = knowledge.topics.get(question.intent)
    if topic is None:
        return question
    group = knowledge.groups[topic.group]
    if topic.id not in group.general:
        return question
    if group.own_pay and any(not _is_printed(knowledge, own) for own in question.pay):
        return replace(question, intent=group.own_pay)
    for entity, target in group.refined.items():
        if any(named.entity == entity for named in question.named):
            return replace(question, intent=target)
    return question


def _is_printed(knowledge: Knowledge, pay: Pay) -> bool:
    """Whether an amount is one of the article's own: "is the 90k guaranteed?" is not own pay."""
    printed = {figure.value for fact in knowledge.career.facts for figure in fact.figures}
    return pay.amount_per_year is not None and round(pay.amount_per_year) in printed


def in_context(knowledge: Knowledge, question: Question, topic_id: str | None) -> Question:
    """Take a question that is not clear by itself as it reads with the conversation in mind.

    "How many?" asks for the team's size after the team, for the number of jobs after the field's
    growth.

    Args:
        knowledge: Which topics belong together.
        question: As read from the message alone, and in context.
        topic_id: The topic answered last; None at the start.
    """
    topic = knowledge.topics.get(topic_id or "")
    plain = question.intent in PLAIN and question.confidence >= SURE_OF_SOURCE
    if topic is None or plain or not question.in_context:
        return question

    def likelihood(reading: tuple[str, float]) -> float:
        name, confidence = reading
        known = knowledge.topics.get(name)
        if name == topic.id:
            confidence *= ECHO
        elif known is not None and known.group == topic.group:
            confidence *= SAME_GROUP
        return confidence * (SUGGESTED if name in topic.next else 1.0)

    readings = tuple(sorted(question.in_context, key=likelihood, reverse=True))
    intent, confidence = readings[0]
    return replace(
        question,
        intent=intent,
        confidence=confidence,
        decision=question.decision_in_context,
        readings=readings,
    )


def each_in_context(
    knowledge: Knowledge, questions: Sequence[Question], topic_id: str | None
) -> list[Question]:
    """Take the questions of a message as they read after each other; see `in_context`.

    "Which schools are there, and how much?" asks for the price of those.
    """
    taken: list[Question] = []
    for question in questions:
        taken.append(in_context(knowledge, question, topic_id))
        topic_id = topic_of(knowledge, taken[-1]) or topic_id
    return taken


def topic_of(knowledge: Knowledge, question: Question) -> str | None:
    """Which topic the question leads to, where it is to be answered by one."""
    intent = refine(knowledge, question).intent
    return intent if question.decision == "answer" and intent in knowledge.topics else None


def same_for(knowledge: Knowledge, question: Question, topic_id: str | None) -> Question:
    """Resolve "what about X?": within the last topic's group, else by what X is."""
    topic = knowledge.topics.get(topic_id or "")
    if topic is not None:
        group = knowledge.groups[topic.group]
        if group.own_pay and question.pay:
            return replace(question, intent=group.own_pay)
        entities = {named.entity for named in question.named}
        for entity, target in group.named.items():
            if entity in entities:
                return replace(question, intent=target)
    if home := _home(knowledge, {named.entity for named in question.named}):
        return replace(question, intent=home)
    for reading, _ in question.readings:
        if reading in knowledge.topics:
            return replace(question, intent=reading)
    return question


def _home(knowledge: Knowledge, entities: Collection[str]) -> str | None:
    """The topic that is about a kind of thing, first of all the one that names it first."""
    topics = knowledge.career.topics
    for topic in topics:
        if topic.silence and set(topic.silence.names_from[:1]) & set(entities):
            return topic.id
    for topic in topics:
        if topic.variants_by in entities:
            return topic.id
    return None
