"""The windowed store beside Rasa's own, on random conversations."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import ActionExecuted, Event
from rasa.shared.core.trackers import DialogueStateTracker

from bot.runtime.stores import WindowedTrackerStore
from tests.runtime.conversations import DOMAIN, Turn, conversations, timed


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(coroutine)
    finally:
        loop.close()


def as_dicts(events: list[Event]) -> list[dict[str, Any]]:
    return [event.as_dict() for event in events]


def state(tracker: DialogueStateTracker) -> dict[str, Any]:
    known = tracker.current_state()
    known["set"] = {name: slot.has_been_set for name, slot in tracker.slots.items()}
    del known["latest_event_time"]
    return known


@settings(max_examples=100, deadline=None, phases=[Phase.generate])
@given(conversations())
def test_a_conversation_is_kept_and_loaded_as_rasa_does(turns: list[Turn]):
    run(_keep_and_compare(turns, shortest=10, longest=20))


@settings(max_examples=25, deadline=None)
@given(conversations())
def test_a_window_that_holds_all_is_what_rasa_loads(turns: list[Turn]):
    run(_keep_and_compare(turns, shortest=1000, longest=2000))


async def _keep_and_compare(turns: list[Turn], shortest: int, longest: int) -> None:
    stock = SQLTrackerStore(domain=DOMAIN, host="sqlite://")
    ours = WindowedTrackerStore(DOMAIN, host="sqlite://", shortest=shortest, longest=longest)
    try:
        both = list(zip(timed(turns), timed(turns), strict=True))
        for number, (mine, theirs) in enumerate(both, 1):
            for store, events in ((ours, mine), (stock, theirs)):
                tracker = await store.get_or_create_tracker("someone", append_action_listen=False)
                tracker.update_with_events(events, DOMAIN, override_timestamp=False)
                await store.save(tracker)
            if number % 6 == 0 or number == len(both):
                await _compare(stock, ours, longest)
    finally:
        ours.close()
        stock.engine.dispose()


async def _compare(stock: SQLTrackerStore, ours: WindowedTrackerStore, longest: int) -> None:
    expected = await stock.retrieve_full_tracker("someone")
    full = await ours.retrieve_full_tracker("someone")
    if expected is None:
        assert full is None
        return
    assert full is not None
    assert as_dicts(list(full.events)) == as_dicts(list(expected.events))
    assert state(full) == state(expected)

    session = await stock.retrieve("someone")
    window = await ours.retrieve("someone")
    assert session is not None
    assert window is not None
    held = as_dicts(list(window.events)[window.carried :])
    assert held == as_dicts(list(session.events))[-len(held) :]
    assert state(window) == state(session)
    assert state(window.copy()) == state(session.copy())
    if longest > 1000:
        assert len(held) == len(session.events)
        return
    states = window.past_states(DOMAIN)
    # The first ones are those of the carried events.
    first = sum(isinstance(e, ActionExecuted) for e in list(window.events)[: window.carried])
    states = states[first + 1 :]
    theirs = session.past_states(DOMAIN)[-len(states) :]
    assert not states or states == theirs


@pytest.mark.parametrize("turns", [40, 400])
async def test_what_is_loaded_does_not_grow_with_the_conversation(turns: int):
    from tests.runtime.conversations import answered, session

    store = WindowedTrackerStore(DOMAIN, host="sqlite://")
    lengths = []
    for events in timed([session, *[lambda: answered("a", ("name", "b"))] * turns]):
        tracker = await store.get_or_create_tracker("someone", append_action_listen=False)
        lengths.append(len(tracker.events))
        tracker.update_with_events(events, DOMAIN, override_timestamp=False)
        await store.save(tracker)

    assert max(lengths) <= store.longest + len(events) + len(DOMAIN.slots)
    full = await store.retrieve_full_tracker("someone")
    assert full is not None
    assert len(full.events) == 3 + turns * len(events)
    store.close()
