"""The list of replies that are owed, in both databases that it may stand in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.channels.slack import inbox as module
from bot.channels.slack.inbox import TABLE, Inbox
from bot.channels.slack.incoming import Job
from tests.runtime.postgresql import PostgreSQL

JOB = Job(key="C1:1.1", conversation="slack-T1-C1-1.1", text="pay?", channel="C1", thread="1.1")


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSQL]:
    server = PostgreSQL()
    try:
        yield server
    finally:
        server.close()


@pytest_asyncio.fixture
async def inboxes(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[tuple[Inbox, Inbox]]:
    """Those of two processes, on one new database."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql").url
    else:
        url = f"sqlite:///{tmp_path}/inbox.db"
    both = Inbox(url), Inbox(url)
    await asyncio.gather(*(inbox.prepare() for inbox in both))
    yield both
    await both[0]._database.write(lambda connection: connection.execute(TABLE.delete()))
    for inbox in both:
        inbox.close()


both_databases = pytest.mark.parametrize("inboxes", ["sqlite", "postgresql"], indirect=True)


@both_databases
async def test_a_job_is_given_out_once(inboxes: tuple[Inbox, Inbox]) -> None:
    taken = await asyncio.gather(*(inbox.take(JOB) for inbox in inboxes * 5))
    assert sum(taken) == 1


@both_databases
async def test_a_reply_in_a_thread_counts_where_the_advisor_was_called(
    inboxes: tuple[Inbox, Inbox],
) -> None:
    first, second = inboxes
    reply = replace(JOB, key="C1:1.2", invited=False)
    assert not await second.take(reply)
    assert await first.take(JOB)
    assert await second.take(reply)


@both_databases
async def test_what_was_asked_is_gone_once_it_is_answered(inboxes: tuple[Inbox, Inbox]) -> None:
    first, second = inboxes
    await first.take(JOB)
    await first.done(JOB.key)
    query = select([TABLE.c.job]).where(TABLE.c.key == JOB.key)
    rows = await first._database.read(lambda connection: connection.execute(query).fetchall())
    assert rows == [(None,)]
    assert not await second.take(JOB)
    assert await second.orphans() == []


@both_databases
async def test_what_is_past_is_forgotten(
    inboxes: tuple[Inbox, Inbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = inboxes
    await first.take(JOB)
    monkeypatch.setattr(module, "KEPT", -1.0)
    await first.purge()
    assert await first.take(JOB)


@pytest.mark.parametrize("inboxes", ["sqlite"], indirect=True)
async def test_after_a_restart_what_was_owed_is_taken_over_at_once(
    inboxes: tuple[Inbox, Inbox], tmp_path: Path
) -> None:
    before, _ = inboxes
    await before.take(JOB)
    assert await before.orphans() == []
    after = Inbox(f"sqlite:///{tmp_path}/inbox.db")
    assert await after.orphans() == [JOB]
    assert await after.orphans() == []
    after.close()


@both_databases
async def test_another_server_takes_over_only_what_is_not_kept_alive(
    inboxes: tuple[Inbox, Inbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    alive, other = inboxes
    await alive.take(JOB)
    assert await other.orphans() == []
    monkeypatch.setattr(module, "LEASE", -1.0)
    await alive.renew([JOB.key])
    monkeypatch.undo()
    assert await other.orphans() == [JOB]
    assert await alive.orphans() == []
