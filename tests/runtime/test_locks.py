"""The locks: one turn of a conversation at a time, in order, whatever happens to the others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import redis
from rasa.core.lock_store import LockStore

from bot.runtime.errors import StartUpError, UnavailableError
from bot.runtime.stores import (
    LocalLockStore,
    RedisLockStore,
    open_lock_store,
    probe_lock_store,
    redis_locks,
)
from bot.settings import Settings
from tests.channels.serving import free_port
from tests.runtime.redis_server import RedisServer

DEADLINE = 30


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest_asyncio.fixture(params=["local", "redis"])
async def stores(request: pytest.FixtureRequest) -> AsyncIterator[list[LockStore]]:
    """Two that share their locks, as two processes would; of this process's there is one."""
    if request.param == "local":
        local = LocalLockStore()
        yield [local, local]
        return
    url = request.getfixturevalue("server").url
    found = [RedisLockStore(url=url), RedisLockStore(url=url)]
    yield list(found)
    for store in found:
        store.close()


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    end = time.monotonic() + DEADLINE
    while not await condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.001)


async def stands_in_line(store: LockStore, count: int) -> None:
    """Returns when so many wait for "someone", so that the order of arrival is known."""
    if isinstance(store, RedisLockStore):
        queue = redis_locks._keys("someone")[1]

        async def arrived() -> bool:
            return int(await store._redis.zcard(queue)) == count

        await eventually(arrived)
    else:
        await asyncio.sleep(0)


async def test_turns_of_a_conversation_come_one_by_one_and_in_order(stores: list[LockStore]):
    inside = 0
    served = []

    async def turn(number: int) -> None:
        nonlocal inside
        async with stores[number % 2].lock("someone"):
            inside += 1
            assert inside == 1
            served.append(number)
            await asyncio.sleep(0)
            inside -= 1

    tasks = []
    async with stores[0].lock("someone"):
        for number in range(20):
            tasks.append(asyncio.create_task(turn(number)))
            await stands_in_line(stores[0], number + 1)
        assert served == []
    await asyncio.wait_for(asyncio.gather(*tasks), DEADLINE)

    assert served == list(range(20))


async def test_conversations_do_not_wait_for_each_other(stores: list[LockStore]):
    async with stores[0].lock("one"), stores[1].lock("two"):
        pass


async def test_who_gives_up_waiting_or_fails_holds_nobody_up(stores: list[LockStore]):
    async def turn() -> None:
        async with stores[1].lock("someone"):
            raise ArithmeticError

    async with stores[0].lock("someone"):
        gone = asyncio.create_task(turn())
        await stands_in_line(stores[0], 1)
        failing = asyncio.create_task(turn())
        await stands_in_line(stores[0], 2)
        gone.cancel()
        with pytest.raises(UnavailableError, match="Earlier turns"):
            async with stores[1].lock("someone", lock_lifetime=0.05):
                pass

    with pytest.raises(asyncio.CancelledError):
        await gone
    with pytest.raises(ArithmeticError):
        await asyncio.wait_for(failing, DEADLINE)
    async with stores[0].lock("someone"):
        pass


async def test_a_lock_leaves_nothing_behind(server: RedisServer):
    local, shared = LocalLockStore(), RedisLockStore(url=server.url)
    for store in (local, shared):
        async with store.lock("a person's name"):
            pass
    assert not local._locks
    with redis.Redis.from_url(server.url) as client:
        assert client.keys("*") == []


async def test_redis_is_not_told_whose_conversation_it_is(server: RedisServer):
    store = RedisLockStore(url=server.url)
    async with store.lock("a person's name"):
        with redis.Redis.from_url(server.url) as client:
            (key,) = client.keys("*")
    assert b"person" not in key


async def test_a_turn_may_last_longer_than_its_lease(server: RedisServer):
    one, two = (RedisLockStore(url=server.url, lease=0.3) for _ in range(2))
    async with one.lock("someone"):
        with pytest.raises(UnavailableError):
            async with two.lock("someone", lock_lifetime=1.2):
                pass
    async with two.lock("someone"):
        pass


async def test_who_died_with_the_lock_or_in_the_queue_holds_nobody_up_for_ever(
    server: RedisServer,
):
    store = RedisLockStore(url=server.url, lease=0.2)
    for dead in ("the holder", "the next"):
        await store._take(keys=redis_locks._keys("someone"), args=[dead, 200, 200])

    async with store.lock("someone", lock_lifetime=DEADLINE):
        pass


async def test_a_stranger_cannot_take_the_lock_away(server: RedisServer):
    store = RedisLockStore(url=server.url)
    async with store.lock("someone"):
        await store._leave(keys=redis_locks._keys("someone"), args=["a stranger"])
        with pytest.raises(UnavailableError):
            async with store.lock("someone", lock_lifetime=0.05):
                pass


async def test_a_restart_of_redis_is_waited_for(tmp_path: Path):
    server = RedisServer(tmp_path)
    server.start()
    one, two = (RedisLockStore(url=server.url) for _ in range(2))

    async def turn() -> None:
        async with two.lock("someone"):
            pass

    async with one.lock("someone"):
        waiting = asyncio.create_task(turn())
        await stands_in_line(one, 1)
        await asyncio.to_thread(server.stop)
        await asyncio.to_thread(server.start)
    await asyncio.wait_for(waiting, DEADLINE)
    async with one.lock("someone"):
        pass
    server.stop()


async def test_without_redis_a_turn_is_refused_until_it_is_back(tmp_path: Path):
    server = RedisServer(tmp_path)
    server.start()
    store = RedisLockStore(url=server.url)
    async with store.lock("someone"):
        server.stop()

    with pytest.raises(UnavailableError, match="lock store"):
        async with store.lock("someone"):
            pass
    with pytest.raises(redis.ConnectionError):
        probe_lock_store(store)
    with pytest.raises(StartUpError, match="ADVISOR_REDIS_URL"):
        open_lock_store(Settings(redis_url=server.url))

    server.start()
    async with store.lock("someone"):
        probe_lock_store(store)
    server.stop()


def test_the_locks_are_this_process_s_own_unless_a_redis_is_named(server: RedisServer):
    assert isinstance(open_lock_store(Settings()), LocalLockStore)
    assert isinstance(open_lock_store(Settings(redis_url=server.url)), RedisLockStore)


def test_the_password_of_redis_is_not_shown():
    url = f"redis://:hunter2@127.0.0.1:{free_port()}/0"
    with pytest.raises(StartUpError) as raised:
        open_lock_store(Settings(redis_url=url))
    assert "hunter2" not in str(raised.value)
