"""A conversation as it is loaded for a turn: its recent events, and what stands for the others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from copy import copy
from functools import lru_cache
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    ConversationPaused,
    DefinePrevUserUtteredFeaturization,
    EntitiesAdded,
    Event,
    LoopInterrupted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, ACTION_TEXT, ENTITIES, INTENT, TEXT
from rasa.shared.utils.common import all_subclasses


class StoredTracker(DialogueStateTracker):
    """A tracker that knows which of its events the store has.

    The first `carried` events are not part of the conversation: they set what the events before
    the window had set. The first `held` events need not be stored again; the one after them gets
    the number `sequence`.
    """

    carried = 0
    held = 0
    sequence = 0

    @property
    def new_events(self) -> list[Event]:
        """The events that the store does not have yet."""
        return list(self.events)[self.held :]

    def has_stored(self, count: int) -> None:
        """Takes note that `count` further events are stored."""
        self.held += count
        self.sequence += count


def load(
    sender: str, carried: list[Event], stored: list[Event], following: int, slots: Iterable[Slot]
) -> StoredTracker:
    """Makes the tracker of a conversation.

    Args:
        sender: its id.
        carried: the events that stand for those before the window.
        stored: the events of the window.
        following: the number that the next event will get.
        slots: of the domain.
    """
    tracker = StoredTracker(sender, slots)
    for event in carried + stored:
        tracker.update(event)
    tracker.carried = len(carried)
    tracker.held = len(tracker.events)
    tracker.sequence = following
    return tracker


def read_event(data: dict[str, Any]) -> Event:
    """Makes an event from its dictionary, as `Event.from_parameters` does.

    Raises:
        ValueError: its type is unknown.
    """
    kind = _event_types().get(str(data.get("event")))
    event = kind._from_parameters(data) if kind else Event.from_parameters(data)
    if event is None:
        raise ValueError(f"An event of type {data.get('event')!r} cannot be read.")
    return event


@lru_cache(maxsize=1)
def _event_types() -> dict[str, type[Event]]:
    """Event classes by name; Rasa walks all of them for each event."""
    types: dict[str, type[Event]] = {}
    for kind in all_subclasses(Event):
        types.setdefault(kind.type_name, kind)
    return types


def narrowed(tracker: StoredTracker, shortest: int) -> tuple[int, list[Event]] | None:
    """Where the window of a tracker may begin anew, and what has to be carried then.

    The window begins where the bot listens, and only where a tracker made from the carried and
    the remaining events is in the same state as this one.

    Args:
        tracker: with all its events stored.
        shortest: so many events at least stay in the window.

    Returns:
        The index in `tracker.events` of the first event that stays, and the carried events. None
        if there is no such place.
    """
    events = list(tracker.events)
    sessions = [i for i, event in enumerate(events) if isinstance(event, SessionStarted)]
    first = max(tracker.carried, *sessions) if sessions else tracker.carried
    last = len(events) - shortest
    begins = next((i for i in range(last, first, -1) if _runs(events[i], ACTION_LISTEN_NAME)), None)
    if begins is None:
        return None
    slots = tracker.slots.values()
    before = DialogueStateTracker.from_events(tracker.sender_id, events[:begins], slots)
    carried = state_as_events(before, at=events[begins].timestamp)
    # Read anew, as it will be: later events change what an earlier message holds.
    anew = from_text(as_text(carried)) + events[begins:]
    after = DialogueStateTracker.from_events(tracker.sender_id, anew, slots)
    return (begins, carried) if _state(after) == _state(tracker) else None


def state_as_events(tracker: DialogueStateTracker, at: float) -> list[Event]:
    """Events that bring a new tracker into the state of this one.

    Args:
        tracker: whose slots, loop, last message, last action and pause are carried.
        at: timestamp of the events, in seconds since 1970.
    """
    events: list[Event] = [
        SlotSet(slot.name, slot.value, at) for slot in tracker.slots.values() if slot.has_been_set
    ]
    loop = tracker.active_loop
    if loop is not None:
        if loop.trigger_message:
            parsed: Any = loop.trigger_message
            trigger = UserUttered(parsed.get(TEXT), parse_data=parsed)
            events.append(_said(trigger, at))
        events.append(ActiveLoop(loop.name, at))
    applied = tracker.applied_events()
    events += _last_message(applied, at)
    if loop is not None and _ran_last(loop.name, applied):
        run = ActionExecuted(loop.name, timestamp=at)
        events.append(run)
        heard = tracker.latest_message
        if heard is not None and not any(event is heard for event in applied):
            # Policies do not see a message that a loop has answered; everything else does.
            events += [_listens(at), _said(heard, at), run]
    if tracker.latest_action:
        name, text = (
            tracker.latest_action.get(ACTION_NAME),
            tracker.latest_action.get(ACTION_TEXT),
        )
        events.append(ActionExecuted(name, timestamp=at, action_text=text))
    if loop is not None and loop.is_interrupted:
        events.append(LoopInterrupted(True, at))
    if loop is not None and loop.rejected:
        events.append(ActionExecutionRejected(str(loop.name), timestamp=at))
    if tracker.is_paused():
        events.append(ConversationPaused(at))
    return events


def _said(message: UserUttered, at: float) -> UserUttered:
    parsed: Any = message.parse_data
    return UserUttered(
        message.text, parsed[INTENT], parsed[ENTITIES], parsed, at, message.input_channel
    )


def _listens(at: float) -> ActionExecuted:
    return ActionExecuted(ACTION_LISTEN_NAME, timestamp=at)


def _last_message(applied: Sequence[Event], at: float) -> list[Event]:
    """The last message with what was made of it, such as whether policies read text or intent.

    Args:
        applied: the events of the conversation that were not taken back.
        at: timestamp of the events.
    """
    events: list[Event] = []
    listening = False
    for event in applied:
        if isinstance(event, UserUttered):
            events = [_said(event, at)]
        elif isinstance(event, ActionExecuted):
            listening = _runs(event, ACTION_LISTEN_NAME)
        elif isinstance(event, DefinePrevUserUtteredFeaturization | EntitiesAdded) and listening:
            about = copy(event)
            about.timestamp = at
            events.append(about)
    # Only where the bot listens are the events after a message taken to be about it.
    return [_listens(at), *events] if events else events


def _ran_last(loop: str | None, applied: Sequence[Event]) -> bool:
    """Whether a loop has run since the last message."""
    for event in reversed(applied):
        if isinstance(event, UserUttered):
            return False
        if _runs(event, loop):
            return True
    return False


def _runs(event: Event, action: str | None) -> bool:
    return isinstance(event, ActionExecuted) and event.action_name == action


def _state(tracker: DialogueStateTracker) -> str:
    """What a tracker's next turn depends on besides its events, as after being stored."""
    state = tracker.current_state()
    del state["latest_event_time"]
    return json.dumps(state, sort_keys=True)


def as_text(events: Sequence[Event]) -> str | None:
    """The JSON of carried events; None for none."""
    return json.dumps([event.as_dict() for event in events]) if events else None


def from_text(text: str | None) -> list[Event]:
    """The reverse of `as_text`."""
    return [read_event(data) for data in json.loads(text)] if text else []
