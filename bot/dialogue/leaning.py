"""What a message means where it leans on the conversation, or on what was named in it."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace

from bot.knowledge import Knowledge
from bot.understanding import Pay, Question

# A message as sure as this alone is not read in context. "Why?" and "like what?" must be surer:
# often they ask for a detail.
SURE = 0.9
SURE_TO_FOLLOW = 0.95
OPEN = frozenset({"follow_more", "follow_why"})
# A message as sure as this does not mean the last topic once more.
SURER_THAN_ECHO = 0.7
# "Where is that from?" is plain in any context.
SURE_OF_SOURCE = 0.5
PLAIN = frozenset({"follow_source", "follow_where", "follow_repeat"})
# How sure the better of its two readings must be to answer; the one in context counts less.
ENOUGH = 0.4
SHARE_OF_CONTEXT = 0.6
# The two readings are multiplied; this much is added to each, so that neither rules anything out.
DOUBT = 0.12
# What stays with the subject is likelier, and what was suggested next; but a message that does not
# just ask why or for more is worth an answer of its own.
SAME_SUBJECT = 2.0
SUGGESTED = 1.35
FOLLOWS = 0.65


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
    """Read a message that is not clear by itself with the conversation in mind.

    What is likely alone and what is likely beside the last topic are multiplied: "how many?" asks
    for the team's size after the team, for the number of jobs after the field's growth. The last
    topic itself shows in context just because it was put beside the message, and counts less.

    Args:
        knowledge: Which topics belong together.
        question: As read from the message alone, and in context.
        topic_id: The topic answered last; None at the start.
    """
    topic = knowledge.topics.get(topic_id or "")
    sure = SURE_TO_FOLLOW if question.intent in OPEN else SURE
    sure = SURE_OF_SOURCE if question.intent in PLAIN else sure
    if topic is None or not question.in_context or question.confidence >= sure:
        return question
    alone, beside = dict(question.readings), dict(question.in_context)

    def likelihood(name: str) -> float:
        context = beside.get(name, 0.0) + DOUBT
        share = (alone.get(name, 0.0) + DOUBT) * (
            math.sqrt(context) if name == topic.id else context
        )
        known = knowledge.topics.get(name)
        if known is not None and known.group == topic.group and known is not topic:
            share *= SAME_SUBJECT
        if name in topic.next:
            share *= SUGGESTED
        return share * (FOLLOWS if name.startswith("follow_") else 1.0)

    best = max([*alone, *beside], key=likelihood)
    confidence = max(alone.get(best, 0.0), SHARE_OF_CONTEXT * beside.get(best, 0.0))
    echoes = best == topic.id and question.confidence >= SURER_THAN_ECHO
    if best == question.intent or echoes or confidence < ENOUGH:
        return question
    return replace(question, intent=best, confidence=confidence, decision="answer")


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
