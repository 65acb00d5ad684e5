"""One turn of a conversation at a time, within this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, InMemoryLockStore

from bot.runtime.errors import UnavailableError


class LocalLockStore(InMemoryLockStore):
    """Turns of a conversation in the order in which they came, each as soon as it can begin.

    Rasa's store looks once a second whether a conversation is free, and lets the next turn begin
    when one has taken longer than the lock's lifetime; here it waits, and gives up at last.
    """

    def __init__(self, endpoint_config: Any = None) -> None:
        """Begins with no locks.

        Args:
            endpoint_config: as endpoints.yml has it; there is nothing to set.
        """
        super().__init__()
        self._locks: dict[str, asyncio.Lock] = {}
        self._users: dict[str, int] = {}

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = 0,
    ) -> AsyncGenerator[TicketLock, None]:
        """Waits for the conversation; see `LockStore.lock`.

        Args:
            conversation_id: id of the conversation.
            lock_lifetime: seconds to wait for the turns before this one.
            wait_time_in_seconds: not used: nothing is polled.

        Raises:
            UnavailableError: the turns before this one have not ended in time.
        """
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())
        self._users[conversation_id] = self._users.get(conversation_id, 0) + 1
        try:
            try:
                await asyncio.wait_for(lock.acquire(), lock_lifetime)
            except asyncio.TimeoutError:
                raise UnavailableError("Earlier turns of the conversation take too long.") from None
            try:
                yield TicketLock(conversation_id)
            finally:
                lock.release()
        finally:
            self._users[conversation_id] -= 1
            if not self._users[conversation_id]:
                del self._users[conversation_id], self._locks[conversation_id]
