"""A server on its own with SQLite: killed in the middle of turns, and locked out of its file."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.channels.serving import Server, make_home, wait_until
from tests.faults.conftest import Reliability
from tests.faults.sending import Client

pytestmark = pytest.mark.slow

USERS = 4
TURNS = 25
KILLS = 4
# Seconds, about as long as a turn.
TURN = 0.05
LOCKED = 5
LOCK = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
time.sleep(float(sys.argv[2]))
connection.execute("ROLLBACK")
"""


@pytest.fixture(scope="module")
def server(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(make_home(tmp_path_factory.mktemp("sqlite"), model))
    try:
        server.start()
        yield server
    finally:
        server.kill()


def messages(server: Server, sender: str) -> list[str]:
    """The ids of the stored messages of a conversation, in order."""
    with closing(sqlite3.connect(server.home / "var" / "conversations.db")) as database:
        query = "select message_id from events where sender_id = ? and type_name = 'user'"
        return [found for (found,) in database.execute(f"{query} order by sequence", (sender,))]


def test_killed_at_random_moments_it_loses_no_acknowledged_turn(
    server: Server, reliability: Reliability
):
    with reliability("killed_at_random_moments") as figures:
        users = [Client(f"killed-{number}") for number in range(USERS)]
        chance = random.Random(1)
        ready = []

        def talk(user: Client) -> None:
            for number in range(TURNS):
                user.insist(server, number)

        def answered() -> int:
            return sum(len(user.replies) for user in users)

        with ThreadPoolExecutor(USERS) as pool:
            talking = [pool.submit(talk, user) for user in users]
            for kill in range(1, KILLS + 1):
                # At a moment that nobody can foresee, of a turn that nobody can foresee.
                after = chance.randrange(kill * 18, kill * 22)
                wait_until(lambda after=after: answered() >= after, 240)
                time.sleep(chance.uniform(0, TURN))
                server.send_signal(signal.SIGKILL)
                assert server.wait() == -signal.SIGKILL
                began = time.monotonic()
                server.start()
                ready.append(round(time.monotonic() - began, 1))
            for talked in talking:
                talked.result()

        stored = {user.sender: messages(server, user.sender) for user in users}
        expected = [f"m{number}" for number in range(TURNS)]
        figures |= {
            "turns": answered(),
            "kills": KILLS,
            "messages_sent_again": sum(user.resent for user in users),
            "lost": sum(len(set(expected) - set(found)) for found in stored.values()),
            "doubled": sum(len(found) - len(set(found)) for found in stored.values()),
            "ready_again_seconds": max(ready),
        }
        assert all(found == expected for found in stored.values()), stored
        assert all(user.counted for user in users), users
        assert any(user.resent for user in users)


def test_locked_by_another_process_it_answers_or_refuses_and_others_are_served(
    server: Server, reliability: Reliability
):
    with reliability("sqlite_locked_by_another_process") as figures:
        users = [Client(f"locked-{number}") for number in range(8)]
        for user in users:
            user.insist(server, 0)
        database = server.home / "var" / "conversations.db"
        locking = subprocess.Popen(
            [sys.executable, "-c", LOCK, database, str(LOCKED)], stdout=subprocess.PIPE
        )
        assert locking.stdout is not None
        assert locking.stdout.readline() == b"locked\n"
        pages = []
        with ThreadPoolExecutor(len(users)) as pool:
            waiting = [pool.submit(user.insist, server, 1) for user in users]
            while locking.poll() is None:
                began = time.monotonic()
                assert server.get("/health/live").status_code == 200
                assert server.get("/health").status_code == 200  # reading goes on
                pages.append(time.monotonic() - began)
                time.sleep(0.1)
            for turn in waiting:
                turn.result()
        for user in users:
            user.insist(server, 2)
        figures |= {
            "locked_seconds": LOCKED,
            "turns_during_the_lock": len(users),
            "refused": sum(user.refused for user in users),
            "slowest_turn_seconds": round(max(user.slowest for user in users), 1),
            "slowest_other_request_seconds": round(max(pages), 2),
        }
        assert all(user.counted and len(user.replies) == 3 for user in users), users
        assert all(messages(server, user.sender) == ["m0", "m1", "m2"] for user in users)
