"""The one base of every action: off the event loop, within a time, and never silent."""

from __future__ import annotations

import json
import logging
from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection
from rasa_sdk.types import DomainDict

from bot import apology
from bot.deadline import within
from bot.settings import current_settings

logger = logging.getLogger(__name__)


class AdvisorAction(Action, ABC):
    """An action that answers in `respond`.

    Where `respond` raises or takes longer than ADVISOR_ACTION_TIMEOUT, the user gets one apology
    instead of what it had uttered, the conversation gets no events, and the log one line.
    """

    @abstractmethod
    def respond(
        self, tracker: Tracker, dispatcher: CollectingDispatcher, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Answers the user. Runs in a thread: touch nothing that is shared and changes.

        Args:
            tracker: the conversation so far.
            dispatcher: takes what is to be said.
            domain: the bot's domain.

        Returns:
            Events, as made by `rasa_sdk.events`.
        """

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Runs `respond`; see `rasa_sdk.Action.run`."""
        # Its own dispatcher: neither a failed action's words nor a late one's reach the user.
        own = CollectingDispatcher()

        def respond() -> list[dict[str, Any]]:
            events = self.respond(tracker, own, domain)
            json.dumps([events, own.messages], allow_nan=False)  # else it fails out of our hands
            return events

        try:
            events = await within(current_settings().action_timeout, respond)
        except ActionExecutionRejection:
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001  # the last guard
            dispatcher.utter_message(text=apology.report(logger, f"action {self.name()}", error))
            return []
        dispatcher.messages.extend(own.messages)
        return events
