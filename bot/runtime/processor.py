"""Rasa's agent and processor, with the actions of this process in place of remote ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.core.actions.action import Action, RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue import MEMORY, Memory
from bot.knowledge import knowledge
from bot.nlu.clauses import BEFORE


class LocalAction(RemoteAction):
    """A custom action whose result is trusted as it comes.

    `InProcessActions` has checked it. Rasa's own check validates the JSON schema against its
    meta-schema at each message, which takes longer than all the rest of a turn.
    """

    def _validate_action_result(self, result: dict[str, Any]) -> bool:
        return True


class LocalProcessor(MessageProcessor):
    """A message processor that runs custom actions as `LocalAction`.

    It also tells the pipeline what the conversation was about, which Rasa gives to policies only.
    """

    async def parse_message(
        self,
        message: UserMessage,
        tracker: DialogueStateTracker | None = None,
        only_output_properties: bool = True,
    ) -> dict[str, Any]:
        """Read a message with the conversation in mind; see MessageProcessor."""
        if tracker is not None and (about := _about(tracker)):
            message.metadata = {**(message.metadata or {}), BEFORE: about}
        parsed: dict[str, Any] = await super().parse_message(
            message, tracker, only_output_properties
        )
        return parsed

    def predict_next_with_tracker_if_should(
        self, tracker: DialogueStateTracker
    ) -> tuple[Action, PolicyPrediction]:
        """Predict the next action; see MessageProcessor."""
        action, prediction = super().predict_next_with_tracker_if_should(tracker)
        if type(action) is RemoteAction:
            action = LocalAction(action.name(), self.action_endpoint)
        return action, prediction


def _about(tracker: DialogueStateTracker) -> str:
    """What was last answered, in a few words; empty at the start."""
    topic = Memory.from_dict(tracker.get_slot(MEMORY)).topic
    topics = knowledge().topics
    return topics[topic].title if topic in topics else ""


class LocalAgent(Agent):
    """An agent with a `LocalProcessor`."""

    def load_model(self, model_path: str | Path, fingerprint: str | None = None) -> None:
        """Load the model; see Agent."""
        self.processor = LocalProcessor(
            model_path=model_path,
            tracker_store=self.tracker_store,
            lock_store=self.lock_store,
            action_endpoint=self.action_endpoint,
            generator=self.nlg,
        )
        self.domain = self.processor.domain
        self.tracker_store.domain = self.domain
        self._set_fingerprint(fingerprint)
