"""The advisor, loaded: one Rasa agent with its stores and its actions in this process."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot import apology
from bot.channels.intake import clean_text, take
from bot.knowledge import KnowledgeError, knowledge
from bot.runtime.errors import StartUpError, UnavailableError
from bot.runtime.lean import collecting_later
from bot.runtime.quiet import hush
from bot.settings import Settings

if TYPE_CHECKING:
    from rasa.core.agent import Agent

logger = logging.getLogger(__name__)

ACTIONS = "actions"


@dataclass(frozen=True)
class Advisor:
    """A loaded agent, for the terminal and for tests; the server has channels instead."""

    agent: Agent

    async def reply(
        self, text: str, sender: str, channel: str = "terminal"
    ) -> list[dict[str, Any]]:
        """One turn of a conversation.

        Args:
            text: what the user wrote.
            sender: id of the conversation.
            channel: name of the channel.

        Returns:
            The bot's messages, at least one, in the form of Rasa's REST channel.

        Raises:
            IntakeError: the text or the id cannot be taken.
        """
        from bot.channels.turn import answer

        incoming = take(sender, text)
        try:
            return await answer(self.agent.handle_message, incoming, channel)
        except UnavailableError as error:
            said = apology.report(logger, f"turn on channel {channel}", error)
            return [{"recipient_id": incoming.sender, "text": said}]

    async def parse(self, text: str) -> dict[str, Any]:
        """What NLU makes of a text, as `tracker.latest_message` will hold it.

        Raises:
            IntakeError: the text cannot be taken.
        """
        return dict(await self.agent.parse_message(clean_text(text)))

    def close(self) -> None:
        """Lets the database go."""
        close_agent(self.agent)


async def load_advisor(settings: Settings, *, remember: bool = True) -> Advisor:
    """Loads the advisor beside the event loop, so that a waiting sign can move.

    Args:
        settings: names the model and the database.
        remember: whether conversations are kept in the database; else they end with the process.

    Raises:
        StartUpError: the model or the database cannot be used.
    """
    return Advisor(await asyncio.to_thread(load_agent, settings, remember=remember))


@collecting_later()
def load_agent(settings: Settings, *, remember: bool = True) -> Agent:
    """As `load_advisor`, for callers without an event loop.

    Raises:
        StartUpError: the model or the database cannot be used.
    """
    require_files(settings)
    hush(settings.log_level, settings.log_format)
    from bot.runtime.actions_endpoint import InProcessActions
    from bot.runtime.model import load_model, require_own
    from bot.runtime.once import OnceAgent
    from bot.runtime.stores import LocalLockStore, open_lock_store, open_tracker_store

    try:
        actions = InProcessActions(ACTIONS, settings.action_timeout)
    except SystemExit as error:
        raise StartUpError(f"The package {ACTIONS!r} cannot be imported; see the log.") from error
    locks = open_lock_store(settings) if remember else LocalLockStore()
    agent = OnceAgent(lock_store=locks, action_endpoint=actions)
    agent.tracker_store = open_tracker_store(settings, remember=remember)
    load_model(agent, settings.model_path)
    require_own(agent, settings.model_path, settings.home / "config.yml", actions)
    return agent


def require_files(settings: Settings) -> None:
    """Looks for the model and reads the knowledge, before the seconds that Rasa takes to load.

    Raises:
        StartUpError: one of them cannot be used.
    """
    if not settings.model_path.is_file():
        raise StartUpError(
            f"There is no trained model at {settings.model_path}. Run `make train` to make one."
        )
    try:
        knowledge()
    except KnowledgeError as error:
        raise StartUpError(f"The knowledge file cannot be used.\n{error}") from error


def close_agent(agent: Agent) -> None:
    """Lets the database and the locks go."""
    from bot.runtime.stores import close_lock_store, close_tracker_store

    close_tracker_store(agent.tracker_store)
    close_lock_store(agent.lock_store)
