"""One turn of a conversation at a time, over all processes that share a Redis."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import redis
import redis.asyncio
from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockStore
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from bot.runtime.errors import UnavailableError
from bot.settings import current_settings

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Seconds. After a process was killed its conversation waits for so long.
LEASE = 10.0
# Seconds without a question after which somebody who waits is taken for dead.
QUEUED = 3.0
# Seconds that a Redis which restarts is waited for.
PATIENCE = 2.0
# Seconds between the questions of who is next; who stands further back asks less often.
LOOK = 0.01
SELDOM = 0.25

# KEYS: the lock, the queue by arrival, the queue by the time of being taken for dead.
# ARGV: who asks, the lease and the time in the queue, in milliseconds.
# Returns 0 for whoever has the lock now, else how many stand before and at this place.
TAKE = """
local now = redis.call('TIME')
local micros = now[1] * 1000000 + now[2]
local lock, queue, alive = KEYS[1], KEYS[2], KEYS[3]
local me, lease, queued = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
if redis.call('GET', lock) == me then
    return 0
end
redis.call('ZADD', queue, 'NX', micros, me)
redis.call('ZADD', alive, micros + queued * 1000, me)
for _, dead in ipairs(redis.call('ZRANGEBYSCORE', alive, '-inf', micros)) do
    redis.call('ZREM', queue, dead)
    redis.call('ZREM', alive, dead)
end
local place = redis.call('ZRANK', queue, me)
if place == 0 and redis.call('SET', lock, me, 'NX', 'PX', lease) then
    redis.call('ZREM', queue, me)
    redis.call('ZREM', alive, me)
    return 0
end
redis.call('PEXPIRE', queue, queued * 2)
redis.call('PEXPIRE', alive, queued * 2)
return place + 1
"""
EXTEND = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
    return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
"""
LEAVE = """
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
if redis.call('GET', KEYS[1]) == ARGV[1] then
    return redis.call('DEL', KEYS[1])
end
return 0
"""


class RedisLockStore(LockStore):
    """Turns of a conversation in the order in which they reached Redis.

    A lock is a key with a lease, renewed while the turn runs and deleted by its holder alone. A
    Redis that restarts empty lets two turns run at once at worst; the tracker store keeps both.
    """

    def __init__(
        self, endpoint_config: Any = None, url: str | None = None, lease: float = LEASE
    ) -> None:
        """Prepares the connections; nothing is connected yet.

        Args:
            endpoint_config: as endpoints.yml has it; its `url` is used.
            url: such as redis://:password@host:6379/0; None takes the settings' one.
            lease: seconds after which the lock of a dead process is free.

        Raises:
            ValueError: there is no URL, or it cannot be read.
        """
        super().__init__()
        self._lease = lease
        given = url or getattr(endpoint_config, "url", None) or current_settings().redis_url
        self._redis = redis.asyncio.Redis.from_url(
            given, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE / 2
        )
        self._sync = redis.Redis.from_url(
            given, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE / 2
        )
        self._take = self._redis.register_script(TAKE)
        self._extend = self._redis.register_script(EXTEND)
        self._leave = self._redis.register_script(LEAVE)

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = LOOK,
    ) -> AsyncGenerator[TicketLock, None]:
        """Waits for the conversation; see `LockStore.lock`.

        Args:
            conversation_id: id of the conversation.
            lock_lifetime: seconds to wait for the turns before this one.
            wait_time_in_seconds: between two questions of whoever is next.

        Raises:
            UnavailableError: Redis does not answer, or the turns before this one have not ended in
                time.
        """
        keys, me = _keys(conversation_id), secrets.token_hex(16)
        try:
            await self._acquire(keys, me, lock_lifetime, wait_time_in_seconds)
            renewing = asyncio.create_task(self._renew(keys, me))
            try:
                yield TicketLock(conversation_id)
            finally:
                renewing.cancel()
        finally:
            # Else the lease ends by itself.
            with contextlib.suppress(RedisError, OSError):
                await self._leave(keys=keys, args=[me])

    async def _acquire(self, keys: list[str], me: str, longest: float, look: float) -> None:
        end = time.monotonic() + longest
        while True:
            place = await _patiently(
                lambda: self._take(
                    keys=keys, args=[me, round(self._lease * 1000), round(QUEUED * 1000)]
                )
            )
            if place == 0:
                return
            if time.monotonic() > end:
                raise UnavailableError("Earlier turns of the conversation take too long.")
            await asyncio.sleep(min(look * place, SELDOM))

    async def _renew(self, keys: list[str], me: str) -> None:
        while True:
            await asyncio.sleep(self._lease / 3)
            try:
                kept = await self._extend(keys=keys[:1], args=[me, round(self._lease * 1000)])
            except (RedisError, OSError) as error:
                logger.warning("a lock could not be renewed: exception=%s", type(error).__name__)
                continue
            if not kept:
                logger.warning("a lock was lost while its turn ran")
                return

    def probe(self) -> None:
        """Asks Redis whether it is there.

        Raises:
            RedisError: it is not.
        """
        self._sync.ping()

    def close(self) -> None:
        """Lets the connections go that no event loop owns."""
        self._sync.close()


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Asks again while Redis restarts.

    Raises:
        UnavailableError: it does not come back in time.
    """
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return await ask()
        except (RedisConnectionError, RedisTimeoutError, OSError) as error:
            # BusyLoadingError, too, is a ConnectionError.
            if time.monotonic() > end:
                raise UnavailableError("The lock store does not answer.") from error
        except RedisError as error:
            raise UnavailableError(f"The lock store failed: {type(error).__name__}.") from error
        await asyncio.sleep(LOOK * 5)


def _keys(conversation: str) -> list[str]:
    """The three keys of a conversation; the braces keep them on one node of a cluster."""
    digest = hashlib.sha256(conversation.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return [f"advisor:{{{digest}}}:{part}" for part in ("lock", "queue", "alive")]
