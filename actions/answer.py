"""Answers whatever a message asks, from the knowledge file."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.base import AdvisorAction
from actions.fit import FORM, REQUESTED
from actions.saying import say
from bot import fit
from bot.answers import Answer
from bot.dialogue import MEMORY, Memory, respond
from bot.knowledge import knowledge
from bot.rendering import from_structured
from bot.understanding import questions_of


class ActionAnswer(AdvisorAction):
    """Reads what was understood, composes the answers and says them as one message."""

    def name(self) -> str:
        """Return the name that rules use."""
        return "action_answer"

    def respond(
        self, tracker: Tracker, dispatcher: CollectingDispatcher, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Answer the latest message; see AdvisorAction."""
        known = knowledge()
        in_fit_check = bool(tracker.active_loop.get("name"))
        turn = respond(
            known,
            questions_of(tracker.latest_message, known.own_names, known.vocabulary),
            Memory.from_dict(tracker.get_slot(MEMORY)),
            previous=_last_said(tracker),
            in_fit_check=in_fit_check,
        )
        if turn.answers:
            say(dispatcher, turn.answers)
        events = [SlotSet(MEMORY, turn.memory.as_dict())]
        if turn.fit_check == "ends":
            slots = [REQUESTED, *(criterion.id for criterion in fit.criteria(known))]
            events += [ActiveLoop(None), *(SlotSet(slot, None) for slot in slots)]
        if turn.fit_check == "starts" and not in_fit_check:
            events.append(FollowupAction(FORM))
        return events


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
