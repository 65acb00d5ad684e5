"""An agent that handles each message once, and that can forget a conversation."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from bot.runtime.processor import LocalAgent, LocalProcessor
from bot.runtime.stores.windowed import WindowedTrackerStore


class OnceAgent(LocalAgent):
    """Answers a message that was sent again with the replies that it got the first time."""

    async def handle_message(self, message: UserMessage) -> list[dict[str, Any]] | None:
        """Handle a message, or repeat what was said to it; see Agent.

        A message is known by its conversation and its `message_id`.

        Raises:
            UnavailableError: a store or a lock does not answer.
        """
        store = self.tracker_store
        processor = self.processor
        if not isinstance(store, WindowedTrackerStore) or not isinstance(processor, LocalProcessor):
            return await super().handle_message(message)
        # Within the lock: the first of two may be under way.
        async with self.lock_store.lock(message.sender_id):
            replies, tracker = await store.begin(message.sender_id, message.message_id)
            if replies is None:
                return await processor.handle_from(message, tracker)
        channel = message.output_channel
        for reply in replies:
            await channel.send_response(message.sender_id, reply)
        return channel.messages if isinstance(channel, CollectingOutputChannel) else None

    async def forget(self, sender: str) -> bool:
        """Deletes all that is stored of a conversation, once its turn under way has ended.

        Args:
            sender: id of the conversation.

        Returns:
            Whether there was anything.

        Raises:
            UnavailableError: a store or a lock does not answer.
        """
        store = self.tracker_store
        if not isinstance(store, WindowedTrackerStore):
            return False
        async with self.lock_store.lock(sender):
            return await store.forget(sender)
