"""A running server and the commands beside it delete what is not to be kept."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.runtime.stores import WindowedTrackerStore
from tests.channels.conftest import model
from tests.channels.serving import Server, environment, make_home, wait_until
from tests.runtime.conversations import DOMAIN, heard, session

__all__ = ["model"]

pytestmark = pytest.mark.slow

DAY = 24 * 3600


@pytest.fixture(scope="module")
def server(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Keeps conversations for 60 days; finds one of each age."""
    home = make_home(tmp_path_factory.mktemp("forgetting"), model)
    asyncio.new_event_loop().run_until_complete(_fill(home, [0, 31, 59, 61, 400]))
    server = Server(home, ADVISOR_RETENTION="60d")
    try:
        server.start()
        yield server
    finally:
        server.kill()


async def _fill(home: Path, ages: list[int]) -> None:
    store = WindowedTrackerStore(DOMAIN, host=_url(home))
    for age in ages:
        tracker = await store.get_or_create_tracker(f"{age} days", append_action_listen=False)
        for event in [*session(), *heard("hello")]:
            event.timestamp = time.time() - age * DAY
            tracker.update(event)
        await store.save(tracker)
    store.close()


def _url(home: Path) -> str:
    return f"sqlite:///{home}/var/conversations.db"


def kept(server: Server) -> set[str]:
    async def ask() -> set[str]:
        store = WindowedTrackerStore(DOMAIN, host=_url(server.home))
        try:
            return set(await store.keys())
        finally:
            store.close()

    return asyncio.new_event_loop().run_until_complete(ask())


def advisor(server: Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments],
        check=False,
        env=environment(server.home),
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_old_conversations_are_deleted_by_the_server_and_others_by_command(server: Server):
    wait_until(lambda: kept(server) == {"0 days", "31 days", "59 days"}, 60)

    purged = advisor(server, "purge", "--older-than", "30d")
    assert (purged.returncode, purged.stdout) == (0, "Deleted 2 conversations.\n"), purged.stderr
    assert kept(server) == {"0 days"}

    assert server.say("count", "someone")[0]["text"] == "turn 1"
    forgotten = advisor(server, "forget", "someone")
    assert (forgotten.returncode, forgotten.stdout) == (0, "Deleted.\n"), forgotten.stderr
    assert kept(server) == {"0 days"}
    assert server.say("count", "someone")[0]["text"] == "turn 1"


def test_what_is_not_there_or_makes_no_sense_is_said_so(server: Server):
    missing = advisor(server, "forget", "nobody")
    assert missing.returncode == 1
    assert missing.stderr == "advisor: There is no conversation of this id.\n"

    senseless = advisor(server, "purge", "--older-than", "yesterday")
    assert senseless.returncode == 1
    assert "such as 30d" in senseless.stderr
