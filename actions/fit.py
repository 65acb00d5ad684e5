"""The fit check: asks the article's criteria as a form and gives the answers back as reasons."""

from __future__ import annotations

import logging
from abc import abstractmethod
from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.base import AdvisorAction
from actions.saying import say
from bot import apology, fit
from bot.deadline import within
from bot.knowledge import knowledge
from bot.settings import current_settings
from bot.understanding import questions_of

logger = logging.getLogger(__name__)

FORM = "fit_form"
REQUESTED = "requested_slot"


class ValidateFitForm(FormValidationAction):
    """Fills the requested slot from the reply, and from nothing else."""

    def name(self) -> str:
        """Return the name that the form looks for."""
        return "validate_fit_form"

    async def get_extraction_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Return the event that fills the requested slot, if the reply answers it."""
        try:
            return await within(current_settings().action_timeout, lambda: _filled(tracker))
        except (Exception, SystemExit) as error:  # noqa: BLE001  # as in AdvisorAction
            dispatcher.utter_message(text=apology.report(logger, f"action {self.name()}", error))
            return []

    async def get_validation_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Return the extracted values as they are: only an option's value is ever extracted."""
        return [SlotSet(name, value) for name, value in tracker.slots_to_validate().items()]


def _filled(tracker: Tracker) -> list[dict[str, Any]]:
    requested = tracker.get_slot(REQUESTED)
    known = knowledge()
    text = tracker.latest_message.get("text") or ""
    for criterion in fit.criteria(known):
        if criterion.id == requested:
            asked = questions_of(tracker.latest_message, known.own_names, known.vocabulary)
            value = fit.option_for(criterion, asked, text)
            return [] if value is None else [SlotSet(requested, value)]
    return []


class AskFitCriterion(AdvisorAction):
    """Asks one question of the check; each subclass names its slot."""

    slot: str

    @abstractmethod
    def name(self) -> str:
        """Return ``action_ask_fit_form_`` and the slot's name."""

    def respond(
        self, tracker: Tracker, dispatcher: CollectingDispatcher, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Ask the question, and say so where the check goes on after something else."""
        asked = [
            event
            for event in tracker.events
            if event.get("event") == "action" and event.get("name") == self.name()
        ]
        say(
            dispatcher,
            [fit.ask(knowledge(), self.slot, resumed=_interrupted(tracker), turn=len(asked))],
        )
        return []


def _interrupted(tracker: Tracker) -> bool:
    """Whether something else was answered since the user's last message, within the check."""
    answered = False
    for event in reversed(tracker.events):
        kind, name = event.get("event"), event.get("name")
        if kind == "user":
            break
        if kind == "active_loop" and name == FORM:
            return False
        answered = answered or (kind == "action" and name == "action_answer")
    return answered


class ActionAskFitFormFitTechnology(AskFitCriterion):
    """Asks about a passion for technology."""

    slot = "fit_technology"

    def name(self) -> str:
        """Return the name that the form looks for."""
        return "action_ask_fit_form_fit_technology"


class ActionAskFitFormFitClinical(AskFitCriterion):
    """Asks about the clinical environment."""

    slot = "fit_clinical"

    def name(self) -> str:
        """Return the name that the form looks for."""
        return "action_ask_fit_form_fit_clinical"


class ActionAskFitFormFitLeadership(AskFitCriterion):
    """Asks about leadership."""

    slot = "fit_leadership"

    def name(self) -> str:
        """Return the name that the form looks for."""
        return "action_ask_fit_form_fit_leadership"


class ActionAskFitFormFitEducation(AskFitCriterion):
    """Asks about degree or license."""

    slot = "fit_education"

    def name(self) -> str:
        """Return the name that the form looks for."""
        return "action_ask_fit_form_fit_education"


class ActionAskFitFormFitExperience(AskFitCriterion):
    """Asks about management experience."""

    slot = "fit_experience"

    def name(self) -> str:
        """Return the name that the form looks for."""
        return "action_ask_fit_form_fit_experience"


class ActionFitResult(AdvisorAction):
    """Gives the answers back and forgets them."""

    def name(self) -> str:
        """Return the name that rules use."""
        return "action_fit_result"

    def respond(
        self, tracker: Tracker, dispatcher: CollectingDispatcher, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Say the result and empty the slots: nothing of the check is kept."""
        slots = [criterion.id for criterion in fit.criteria(knowledge())]
        chosen = {slot: tracker.get_slot(slot) for slot in slots}
        say(dispatcher, [fit.result(knowledge(), chosen)])
        return [SlotSet(slot, None) for slot in slots]
