"""Two servers that share PostgreSQL and Redis: one conversation, and either store gone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import create_engine, text

from tests.channels.serving import START_UP, Server, make_home, wait_until
from tests.faults.conftest import Reliability
from tests.faults.sending import REFUSED, Client
from tests.runtime.postgresql import PostgreSQL
from tests.runtime.redis_server import RedisServer

pytestmark = pytest.mark.slow

MESSAGES = 200
AT_ONCE = 4


class Stoppable(Protocol):
    def stop(self) -> None: ...

    def start(self) -> None: ...


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSQL]:
    database = PostgreSQL()
    yield database
    database.start()
    database.close()


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def servers(
    model: Path,
    tmp_path_factory: pytest.TempPathFactory,
    postgresql: PostgreSQL,
    redis: RedisServer,
) -> Iterator[list[Server]]:
    shared = {"ADVISOR_DATABASE_URL": postgresql.url, "ADVISOR_REDIS_URL": redis.url}
    servers = [
        Server(make_home(tmp_path_factory.mktemp("shared"), model), **shared) for _ in range(2)
    ]
    try:
        for server in servers:  # both at once: they create the tables at the same time
            server.spawn()
        for server in servers:
            wait_until(lambda server=server: _answers(server), START_UP)
        yield servers
    finally:
        for server in servers:
            server.kill()


def _answers(server: Server) -> bool:
    assert server.alive, server.log
    try:
        return server.get("/health").status_code == 200
    except OSError:
        return False


def stored(postgresql: PostgreSQL, sender: str) -> tuple[list[str], list[str]]:
    """The ids of the messages and the values of the counting slot, in order."""
    engine = create_engine(postgresql.url)
    query = text(
        "SELECT type_name, message_id, data::json ->> 'value' FROM events "
        "WHERE sender_id = :sender ORDER BY sequence"
    )
    with engine.connect() as connection:
        rows = connection.execute(query, {"sender": sender}).all()
    engine.dispose()
    messages = [message for kind, message, _ in rows if kind == "user"]
    return messages, [value for kind, _, value in rows if kind == "slot"]


def test_two_processes_keep_one_conversation_in_order(
    servers: list[Server], postgresql: PostgreSQL, reliability: Reliability
):
    with reliability("two_processes_one_conversation") as figures:
        clients = [Client("shared") for _ in range(AT_ONCE)]

        def talk(part: int) -> None:
            for number in range(part, MESSAGES, AT_ONCE):
                clients[part].insist(servers[number // AT_ONCE % 2], number)

        began = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for talking in [pool.submit(talk, part) for part in range(AT_ONCE)]:
                talking.result()
        seconds = time.monotonic() - began

        messages, counted = stored(postgresql, "shared")
        figures |= {
            "sent": MESSAGES,
            "at_once": AT_ONCE,
            "stored": len(set(messages)),
            "doubled": len(messages) - len(set(messages)),
            "seconds": round(seconds, 1),
        }
        assert sorted(messages) == sorted(f"m{number}" for number in range(MESSAGES))
        assert counted == [str(number) for number in range(1, MESSAGES + 1)]
        answers = sorted((r for client in clients for r in client.replies), key=_turn)
        assert answers == [f"turn {number}" for number in range(1, MESSAGES + 1)]
        for part, client in enumerate(clients):
            assert client.replies == sorted(client.replies, key=_turn), part


def _turn(reply: str) -> int:
    return int(reply.removeprefix("turn "))


@pytest.mark.parametrize("fault", ["postgresql", "redis"])
def test_a_store_that_stops_is_said_so_and_the_conversation_goes_on_after_it(
    fault: str,
    servers: list[Server],
    postgresql: PostgreSQL,
    redis: RedisServer,
    reliability: Reliability,
):
    store: Stoppable = postgresql if fault == "postgresql" else redis
    server = servers[0]
    with reliability(f"{fault}_stopped_and_started") as figures:
        user = Client(f"without-{fault}")
        for number in range(10):
            user.insist(server, number)

        store.stop()
        refusal = user.attempt(server, 10)
        refused_after = user.slowest
        health = server.get("/health")
        store.start()
        began = time.monotonic()
        user.insist(server, 10)
        back_after = time.monotonic() - began
        for number in range(11, 20):
            user.insist(servers[number % 2], number)

        messages, counted = stored(postgresql, user.sender)
        figures |= {
            "turns": len(user.replies),
            "refused_after_seconds": round(refused_after, 2),
            "goes_on_after_seconds": round(back_after, 2),
            "lost": 20 - len(set(messages)),
            "doubled": len(messages) - len(set(messages)),
        }
        assert refusal.status_code == REFUSED
        assert "again" in refusal.json()["remedy"]
        assert health.status_code == REFUSED
        assert user.counted, user
        assert messages == [f"m{number}" for number in range(20)]
        assert counted == [str(number) for number in range(1, 21)]
        for each in servers:
            assert "Traceback" not in each.log
