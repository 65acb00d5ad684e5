"""Rasa's agent and processor, with the actions of this process in place of remote ones."""

from __future__ import annotations

import gc
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from rasa.core.actions.action import Action, RemoteAction
from rasa.core.actions.forms import FormAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core.constants import ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.common import TempDirectoryPath, get_temp_dir_name

from bot.dialogue import MEMORY, Memory
from bot.knowledge import knowledge
from bot.nlu.clauses import BEFORE
from bot.runtime.graph import OrderedGraphRunner
from bot.runtime.session import LeanSessionStart

_LOADED: ContextVar[DialogueStateTracker | None] = ContextVar("loaded conversation", default=None)


class LocalAction(RemoteAction):
    """A custom action whose result is trusted as it comes.

    `InProcessActions` has checked it. Rasa's own check validates the JSON schema against its
    meta-schema at each message, which takes longer than all the rest of a turn.
    """

    def _validate_action_result(self, result: dict[str, Any]) -> bool:
        return True


class LocalForm(FormAction):
    """A form whose answers a `LocalAction` validates."""

    async def validate_slots(
        self,
        slot_candidates: dict[str, Any],
        tracker: DialogueStateTracker,
        domain: Domain,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
    ) -> list[Event]:
        """Validate what was extracted; see FormAction."""
        name = f"validate_{self.name()}"
        if name not in domain.action_names_or_texts:
            return []
        found: list[Event] = [SlotSet(slot, value) for slot, value in slot_candidates.items()]
        beside = self._temporary_tracker(tracker, found, domain)
        action = LocalAction(name, self.action_endpoint)
        validated: list[Event] = await action.run(output_channel, nlg, beside, domain)
        return validated


class LocalProcessor(MessageProcessor):
    """A message processor with local actions and forms and an `OrderedGraphRunner`.

    It also tells the pipeline what the conversation was about, which Rasa gives to policies only,
    and takes a conversation that has been loaded.
    """

    async def handle_from(
        self, message: UserMessage, tracker: DialogueStateTracker
    ) -> list[dict[str, Any]] | None:
        """Handle a message in a conversation that has just been loaded; see MessageProcessor."""
        token = _LOADED.set(tracker)
        try:
            return await self.handle_message(message)
        finally:
            _LOADED.reset(token)

    async def get_tracker(self, conversation_id: str) -> DialogueStateTracker:
        """Return the conversation, loaded or as stored; see MessageProcessor."""
        tracker = _LOADED.get()
        if tracker is None or tracker.sender_id != conversation_id:
            return await super().get_tracker(conversation_id)
        _LOADED.set(None)  # what is asked for once more has changed meanwhile
        tracker.model_id = self.model_metadata.model_id
        tracker.assistant_id = tracker.assistant_id or self.model_metadata.assistant_id
        return tracker

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

    @staticmethod
    def _load_model(model_path: str | Path) -> tuple[str, ModelMetadata, GraphRunner]:
        path = Path(model_path)
        with TempDirectoryPath(get_temp_dir_name()) as folder:
            metadata, runner = load_predict_graph_runner(
                Path(folder), path, LocalModelStorage, OrderedGraphRunner
            )
        return path.name, metadata, runner

    def predict_next_with_tracker_if_should(
        self, tracker: DialogueStateTracker
    ) -> tuple[Action, PolicyPrediction]:
        """Predict the next action; see MessageProcessor."""
        action, prediction = super().predict_next_with_tracker_if_should(tracker)
        return self._local(action), prediction

    def _get_action(self, action_name: str) -> Action | None:
        own = action_name in self.domain.user_actions
        if action_name == ACTION_SESSION_START_NAME and not own:
            return LeanSessionStart()
        action = super()._get_action(action_name)
        return action if action is None else self._local(action)

    def _local(self, action: Action) -> Action:
        if type(action) is RemoteAction:
            return LocalAction(action.name(), self.action_endpoint)
        if type(action) is FormAction:
            return LocalForm(action.name(), self.action_endpoint)
        return action

    def _check_for_unseen_features(self, parse_data: dict[str, Any]) -> None:
        """Leave out: `advisor check` holds the data to the domain, and this builds a new one."""


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
        # What stands now stays: looking through it for garbage would hold a turn up for long.
        gc.freeze()
