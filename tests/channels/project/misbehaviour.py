"""Actions that go right, and wrong in every way that the channels must survive."""

from __future__ import annotations

import threading
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.base import AdvisorAction

Events = list[dict[str, Any]]


class Echo(AdvisorAction):
    """Says what it heard."""

    def name(self) -> str:
        return "action_echo"

    def respond(
        self, tracker: Tracker, dispatcher: CollectingDispatcher, domain: DomainDict
    ) -> Events:
        text = tracker.latest_message["text"]
        intent = tracker.latest_message["intent"]["name"]
        dispatcher.utter_message(text=f"heard: {text} as {intent}")
        return []


class Count(AdvisorAction):
    """Says how often it was asked in this conversation."""

    def name(self) -> str:
        return "action_count"

    def respond(
        self, tracker: Tracker, dispatcher: CollectingDispatcher, domain: DomainDict
    ) -> Events:
        turns = (tracker.get_slot("turns") or 0) + 1
        buttons = [{"title": "Again", "payload": "count"}]
        dispatcher.utter_message(text=f"turn {turns}", buttons=buttons)
        dispatcher.utter_message(json_message={"data": {"turns": turns}})
        return [SlotSet("turns", turns)]


class Broken(AdvisorAction):
    """Raises, after it has begun to speak."""

    def name(self) -> str:
        return "action_broken"

    def respond(
        self, tracker: Tracker, dispatcher: CollectingDispatcher, domain: DomainDict
    ) -> Events:
        dispatcher.utter_message(text="half an answer")
        raise KeyError(tracker.latest_message["text"])


class Slow(AdvisorAction):
    """Speaks, and never ends."""

    def name(self) -> str:
        return "action_slow"

    def respond(
        self, tracker: Tracker, dispatcher: CollectingDispatcher, domain: DomainDict
    ) -> Events:
        dispatcher.utter_message(text="half an answer")
        threading.Event().wait()
        return []


class Rubbish(Action):  # not ours: only the last guard stands around it
    """Says what is no message."""

    def name(self) -> str:
        return "action_rubbish"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        dispatcher.messages.append(object())
        return []


class Mistyped(Action):
    """Returns a text in place of events."""

    def name(self) -> str:
        return "action_mistyped"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        return "no events"


class Nonsense(AdvisorAction):
    """Returns an event that Rasa does not know."""

    def name(self) -> str:
        return "action_nonsense"

    def respond(
        self, tracker: Tracker, dispatcher: CollectingDispatcher, domain: DomainDict
    ) -> Events:
        dispatcher.utter_message(text="half an answer")
        return [{"event": "no such event"}]


class Silent(AdvisorAction):
    """Says nothing."""

    def name(self) -> str:
        return "action_silent"

    def respond(
        self, tracker: Tracker, dispatcher: CollectingDispatcher, domain: DomainDict
    ) -> Events:
        return []
