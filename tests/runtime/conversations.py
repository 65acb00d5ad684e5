"""Random conversations, as Rasa's processor would write them down, for the tests of the stores."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

from hypothesis import strategies as st
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    DefinePrevUserUtteredFeaturization,
    EntitiesAdded,
    Event,
    FollowupAction,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)

DOMAIN = Domain.from_dict(
    {
        "intents": ["ask", "inform"],
        "entities": ["place"],
        "slots": {
            "memory": {"type": "any", "mappings": [{"type": "custom"}]},
            "name": {"type": "text", "mappings": [{"type": "custom"}]},
            "known": {
                "type": "bool",
                "influence_conversation": True,
                "initial_value": True,
                "mappings": [{"type": "custom"}],
            },
        },
        "forms": {"check": {"required_slots": ["name"]}},
        "actions": ["action_answer", "action_fallback"],
    }
)

texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=8)
values = st.one_of(st.none(), texts, st.integers(-9, 9), st.dictionaries(texts, texts, max_size=2))
slots = st.one_of(
    st.tuples(st.just("memory"), values),
    st.tuples(st.just("name"), st.none() | texts),
    st.tuples(st.just("known"), st.booleans()),
)
Turn = Callable[[], list[Event]]


def heard(text: str, message_id: str | None = None) -> list[Event]:
    intent = {"name": "ask", "confidence": 0.9}
    parsed: Any = {"text": text, "intent": intent, "entities": [], "questions": [{"text": text}]}
    return [
        UserUttered(f"{text}?", intent, [], parsed, input_channel="rest", message_id=message_id),
        DefinePrevUserUtteredFeaturization(False),
    ]


def listening() -> list[Event]:
    return [ActionExecuted("action_listen", "RulePolicy", 1.0)]


def session() -> list[Event]:
    return [ActionExecuted("action_session_start"), SessionStarted(), *listening()]


def answered(text: str, slot: tuple[str, Any]) -> list[Event]:
    said = BotUttered(f"About {text}", {"custom": {"data": [text]}}, {"id": 1})
    return [
        *heard(text),
        ActionExecuted("action_answer", "RulePolicy", 1.0),
        said,
        SlotSet(*slot),
        *listening(),
    ]


def entities_added(text: str) -> list[Event]:
    """A policy finds entities: Rasa writes them down between the message and the action."""
    message, *rest = answered(text, ("known", True))
    return [message, EntitiesAdded([{"entity": "place", "value": "Ohio"}]), *rest]


def form_begins(text: str) -> list[Event]:
    return [
        *heard(text),
        ActionExecuted("check"),
        ActiveLoop("check"),
        SlotSet("requested_slot", "name"),
        BotUttered("What is it?"),
        *listening(),
    ]


def form_goes_on(text: str) -> list[Event]:
    return [*heard(text), ActionExecuted("check"), BotUttered("Again?"), *listening()]


def form_is_interrupted(text: str) -> list[Event]:
    return [
        *heard(text),
        ActionExecutionRejected("check"),
        LoopInterrupted(True),
        ActionExecuted("action_answer"),
        BotUttered("By the way"),
        ActionExecuted("check"),
        BotUttered("Back: what is it?"),
        *listening(),
    ]


def form_ends(text: str) -> list[Event]:
    return [
        *heard(text),
        ActionExecuted("check"),
        SlotSet("name", text),
        ActiveLoop(None),
        SlotSet("requested_slot", None),
        *listening(),
    ]


def unasked(times: int) -> list[Event]:
    """The bot speaks by itself, as for a reminder."""
    said = [[ActionExecuted("action_answer"), BotUttered("Mind"), *listening()]] * times
    return [copy(event) for part in said for event in part]


def reverted(text: str) -> list[Event]:
    return [
        *heard(text),
        ActionExecuted("action_fallback"),
        BotUttered("Pardon?"),
        UserUtteranceReverted(),
        *listening(),
    ]


def restarted() -> list[Event]:
    return [*heard("restart"), ActionExecuted("action_restart"), Restarted(), *session()]


def alone(event: Callable[[], Event]) -> st.SearchStrategy[Turn]:
    return st.just(lambda: [event()])


TURNS: dict[str, st.SearchStrategy[Turn]] = {
    "answered": st.builds(lambda text, slot: lambda: answered(text, slot), texts, slots),
    "answered_again": st.builds(lambda text, slot: lambda: answered(text, slot), texts, slots),
    "form_begins": st.builds(lambda text: lambda: form_begins(text), texts),
    "form_goes_on": st.builds(lambda text: lambda: form_goes_on(text), texts),
    "form_is_interrupted": st.builds(lambda text: lambda: form_is_interrupted(text), texts),
    "form_ends": st.builds(lambda text: lambda: form_ends(text), texts),
    "unasked": st.builds(lambda times: lambda: unasked(times), st.integers(1, 9)),
    "reverted": st.builds(lambda text: lambda: reverted(text), texts),
    "restarted": st.just(restarted),
    "session": st.just(session),
    "slot_set": st.builds(lambda slot: lambda: [SlotSet(*slot)], slots),
    "slots_reset": alone(AllSlotsReset),
    "paused": alone(ConversationPaused),
    "resumed": alone(ConversationResumed),
    "followed_up": alone(lambda: FollowupAction("action_answer")),
    "entities_added": st.builds(lambda text: lambda: entities_added(text), texts),
}
FORM_BEGINS, FORM_RUNS = {"form_begins"}, {"form_goes_on", "form_is_interrupted", "form_ends"}


@st.composite
def conversations(draw: st.DrawFn) -> list[Turn]:
    """Turns in an order that can happen: a form goes on only after it has begun."""
    turns: list[Turn] = []
    in_form = False
    for kind in draw(st.lists(st.sampled_from(sorted(TURNS)), max_size=30)):
        if (kind in FORM_BEGINS and in_form) or (kind in FORM_RUNS and not in_form):
            continue
        turns.append(draw(TURNS[kind]))
        if kind in {"form_begins", "form_ends", "restarted", "session"}:
            in_form = kind == "form_begins"
    return turns


def timed(turns: list[Turn]) -> list[list[Event]]:
    """The events of each turn, each later than the one before it."""
    made = [turn() for turn in turns]
    for number, event in enumerate(event for turn in made for event in turn):
        event.timestamp = 1_700_000_000.25 + number
    return made
