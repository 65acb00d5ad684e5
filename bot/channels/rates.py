"""How much one conversation and one address may ask; knows no web server."""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import logging
import math
import time
from collections import OrderedDict, deque

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from bot.metrics import RATE_LIMITED
from bot.settings import NO_RATE, Settings, is_loopback

logger = logging.getLogger(__name__)

# Seconds that Redis may take, and that it is left alone after it has failed.
PATIENCE = 0.5
PAUSE = 5.0
# Bits of an IPv6 address that tell one subscriber from another.
SUBSCRIBER = 64


class TooManyError(Exception):
    """One caller asks too much; `retry_after` are the whole seconds to wait."""

    def __init__(self, scope: str, rate: str, retry_after: int) -> None:
        super().__init__(f"Too many requests of one {scope}: at most {rate}.")
        self.scope = scope
        self.retry_after = retry_after
        self.detail = str(self)
        self.remedy = f"Wait {retry_after} seconds, then send it again."


class Rates:
    """Counts in a moving window, in this process or, where there is one, in a shared Redis."""

    def __init__(self, settings: Settings) -> None:
        self._limits = {
            "conversation": _limit(settings.conversation_rate),
            "address": _limit(settings.address_rate),
        }
        self._everyone = settings.limit_loopback
        # The library's limiters refer to their storages weakly.
        self._memory = FlatMemoryStorage()
        self._own = MovingWindowRateLimiter(self._memory)
        self._redis = _redis(settings.redis_url) if settings.redis_url else None
        self._shared = MovingWindowRateLimiter(self._redis) if self._redis else None
        self._shared_again = 0.0

    async def count_address(self, address: str) -> None:
        """Counts a request of an address.

        Raises:
            TooManyError: there were too many.
        """
        if self._counts(address):
            await self._count("address", _subscriber(address))

    async def count_message(self, sender: str, address: str) -> None:
        """Counts a message of a conversation; `address` only says whether it is to be counted.

        Raises:
            TooManyError: there were too many.
        """
        if self._counts(address):
            await self._count("conversation", hashlib.sha256(sender.encode()).hexdigest())

    def _counts(self, address: str) -> bool:
        return self._everyone or not is_loopback(address)

    async def _count(self, scope: str, key: str) -> None:
        limit = self._limits[scope]
        if limit is None:
            return
        retry_after = await self._hit(limit, scope, key)
        if retry_after:
            RATE_LIMITED.labels(scope).inc()
            raise TooManyError(scope, str(limit), retry_after)

    async def _hit(self, limit: RateLimitItem, scope: str, key: str) -> int:
        """Seconds to wait, 0 where the request is within the limit."""
        if self._shared is not None and time.monotonic() >= self._shared_again:
            try:
                hit = asyncio.to_thread(_hit, self._shared, limit, scope, key)
                return await asyncio.wait_for(hit, 2 * PATIENCE)
            except Exception as error:  # noqa: BLE001  # whatever Redis does, this process counts
                self._shared_again = time.monotonic() + PAUSE
                logger.warning(
                    "rate limits count in this process alone: Redis failed",
                    extra={"exception": type(error).__name__},
                )
        return _hit(self._own, limit, scope, key)


class FlatMemoryStorage(MemoryStorage):
    """The library's storage, with the cost of a hit apart from the number of callers.

    The library starts a thread at each hit that looks at all callers, and forgets none.
    """

    def __init__(self) -> None:
        super().__init__()
        # By last hit, the oldest first; with the moment from which the caller may be forgotten.
        self._hits: OrderedDict[str, tuple[float, deque[float]]] = OrderedDict()

    def __len__(self) -> int:
        """The number of callers that are remembered."""
        return len(self._hits)

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Whether one more hit of the key is within the limit; see MemoryStorage."""
        now = time.time()
        self._forget(now)
        _, hits = self._hits.pop(key, (0.0, deque[float]()))
        while hits and hits[0] <= now - expiry:
            hits.popleft()
        allowed = len(hits) + amount <= limit
        if allowed:
            hits.extend([now] * amount)
        self._hits[key] = (now + expiry, hits)
        return allowed

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[int, int]:
        """When the oldest hit in the window was, and how many there are."""
        now = time.time()
        _, hits = self._hits.get(key, (0.0, deque[float]()))
        inside = [hit for hit in hits if hit > now - expiry]
        return int(inside[0] if inside else now), len(inside)

    def _forget(self, now: float) -> None:
        while self._hits:
            key, (until, _) = next(iter(self._hits.items()))
            if until > now:
                break
            del self._hits[key]


def _hit(limiter: MovingWindowRateLimiter, limit: RateLimitItem, scope: str, key: str) -> int:
    if limiter.hit(limit, scope, key):
        return 0
    reset, _ = limiter.get_window_stats(limit, scope, key)
    return max(1, math.ceil(reset + 1 - time.time()))


def _limit(rate: str) -> RateLimitItem | None:
    return None if rate == NO_RATE else parse(rate)


def _redis(url: str) -> Storage:
    storage: Storage = storage_from_string(
        url.replace("unix://", "redis+unix://", 1),
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
    )
    return storage


def _subscriber(address: str) -> str:
    """What one subscriber's addresses have in common; the text as it is where it is none."""
    try:
        found = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, SUBSCRIBER), strict=False))
    return str(found)
