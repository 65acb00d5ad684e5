"""Answers whatever a message asks, from the knowledge file."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.base import AdvisorAction
from actions.saying import say
from bot.answers import Answer
from bot.dialogue import Memory, respond
from bot.knowledge import knowledge
from bot.rendering import from_structured
from bot.understanding import questions_of

MEMORY = "memory"


class ActionAnswer(AdvisorAction):
    """Reads what was understood, composes the answers and says them as one message."""

    def name(self) -> str:
        """Return the name that rules use."""
        return "action_answer"

    def respond(
        self, tracker: Tracker, dispatcher: CollectingDispatcher, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Answer the latest message; see AdvisorAction."""
        turn = respond(
            knowledge(),
            questions_of(tracker.latest_message, knowledge().own_names),
            Memory.from_dict(tracker.get_slot(MEMORY)),
            previous=_last_said(tracker),
            in_fit_check=bool(tracker.active_loop.get("name")),
        )
        say(dispatcher, turn.answers)
        return [SlotSet(MEMORY, turn.memory.as_dict())]


def _last_said(tracker: Tracker) -> list[Answer]:
    """What the bot said between the user's last two messages."""
    said: list[Answer] = []
    users = 0
    for event in reversed(tracker.events):
        users += event.get("event") == "user"
        if users == 2:
            break
        if event.get("event") == "bot" and users == 1:
            custom = (event.get("data") or {}).get("custom") or {}
            if "data" in custom:
                said[:0] = from_structured(custom["data"])
    return said
