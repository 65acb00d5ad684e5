"""The real advisor: a message sent again, a conversation forgotten, sessions one after another."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa.core.actions.action import ActionSessionStart
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.channels.intake import take
from bot.channels.turn import answer
from bot.runtime.agent import Advisor
from bot.runtime.once import OnceAgent
from bot.runtime.session import LeanSessionStart

pytestmark = pytest.mark.model


async def send(
    advisor: Advisor, sender: str, text: str, message_id: str | None = None
) -> list[dict[str, Any]]:
    return await answer(advisor.agent.handle_message, take(sender, text, message_id), "rest")


async def heard(advisor: Advisor, sender: str) -> list[str | None]:
    tracker = await advisor.agent.tracker_store.retrieve_full_tracker(sender)
    return [e.text for e in tracker.events if isinstance(e, UserUttered)] if tracker else []


async def test_a_message_sent_again_gets_the_same_answer_and_is_no_turn(advisor: Advisor):
    first = await send(advisor, "again", "what is the median pay?", "a")
    await send(advisor, "again", "and the range?", "b")

    assert await send(advisor, "again", "what is the median pay?", "a") == first
    assert await heard(advisor, "again") == ["what is the median pay?", "and the range?"]
    assert any("data" in message.get("custom", {}) for message in first)


async def test_a_message_sent_again_while_it_is_answered_is_one_turn(advisor: Advisor):
    replies = await asyncio.gather(*(send(advisor, "twice", "hello", "a") for _ in range(3)))

    assert replies[0] == replies[1] == replies[2]
    assert await heard(advisor, "twice") == ["hello"]


async def test_the_same_words_or_the_same_id_elsewhere_are_turns_of_their_own(advisor: Advisor):
    await send(advisor, "here", "hello", "a")
    await send(advisor, "here", "hello", "b")
    await send(advisor, "here", "hello")
    await send(advisor, "here", "hello")
    await send(advisor, "there", "hello", "a")

    assert await heard(advisor, "here") == ["hello"] * 4
    assert await heard(advisor, "there") == ["hello"]


async def test_a_forgotten_conversation_begins_anew(advisor: Advisor):
    greeting = await send(advisor, "forgotten", "hello", "a")
    await send(advisor, "forgotten", "hello", "b")
    agent = advisor.agent
    assert isinstance(agent, OnceAgent)

    assert await agent.forget("forgotten")
    assert not await agent.forget("forgotten")

    assert await heard(advisor, "forgotten") == []
    assert await send(advisor, "forgotten", "hello", "a") == greeting


async def test_what_a_session_carries_over_does_not_grow(advisor: Advisor):
    assert advisor.agent.processor is not None
    begins = advisor.agent.processor._get_action("action_session_start")
    assert isinstance(begins, LeanSessionStart)
    domain = Domain.from_dict(
        {"slots": {name: {"type": "any", "mappings": [{"type": "custom"}]} for name in "ab"}}
    )
    said = (CollectingOutputChannel(), TemplatedNaturalLanguageGenerator({}))
    ours, theirs = (DialogueStateTracker("someone", domain.slots) for _ in range(2))
    for tracker, action in ((ours, begins), (theirs, ActionSessionStart())):
        for number in range(5):
            tracker.update_with_events([SlotSet("a", number), SlotSet("b", number)], domain)
            tracker.update_with_events(await action.run(*said, tracker, domain), domain)

    assert ours.current_slot_values() == theirs.current_slot_values()
    assert (ours.get_slot("a"), ours.get_slot("b")) == (4, 4)
    assert sum(isinstance(event, SlotSet) for event in ours.applied_events()) == 2
    assert sum(isinstance(event, SlotSet) for event in theirs.applied_events()) == 10
