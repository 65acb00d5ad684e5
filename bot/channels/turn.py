"""One turn of a conversation, with an answer whatever happens."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from bot import apology
from bot.channels.intake import Incoming
from bot.runtime.errors import UnavailableError

logger = logging.getLogger(__name__)

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]


class NoAnswerError(Exception):
    """The dialogue engine ended the turn without a word."""


async def answer(
    on_new_message: OnNewMessage, incoming: Incoming, channel: str
) -> list[dict[str, Any]]:
    """Has Rasa handle a message and collects what it says.

    Args:
        on_new_message: Rasa's handler.
        incoming: the checked message.
        channel: name of the channel that it came by.

    Returns:
        The bot's messages, as Rasa's REST channel gives them; never none. Where handling fails, one
        message with an apology, and nothing of what was said before the failure.

    Raises:
        UnavailableError: a store or a lock does not answer; nothing of the turn is kept.
    """
    collector = CollectingOutputChannel()
    message = UserMessage(
        incoming.text,
        collector,
        incoming.sender,
        input_channel=channel,
        message_id=incoming.message_id,
    )
    try:
        await on_new_message(message)
        if not collector.messages:
            raise NoAnswerError
    except UnavailableError:
        raise
    # Rasa's SQL store raises SystemExit for some inputs; one message must not end the server.
    except (Exception, SystemExit) as error:  # noqa: BLE001  # the last guard
        text = apology.report(logger, f"turn on channel {channel}", error)
        return [{"recipient_id": incoming.sender, "text": text}]
    return collector.messages
