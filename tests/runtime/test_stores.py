"""The windowed store: what it keeps, what it finds again, what it deletes."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from rasa.core.tracker_store import SQLTrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import create_engine, text

from bot.runtime.errors import StartUpError, UnavailableError
from bot.runtime.retention import forget_older_than
from bot.runtime.stores import WindowedTrackerStore, open_tracker_store
from bot.settings import PROJECT, Settings
from tests.runtime.conversations import DOMAIN, answered, heard, session, timed
from tests.runtime.postgresql import PostgreSQL


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    server = PostgreSQL()
    yield server.url
    server.close()


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/conversations.db"
    address: str = request.getfixturevalue("postgresql")
    empty = SQLTrackerStore(host=address)
    with empty.engine.begin() as connection:
        connection.execute("DROP TABLE IF EXISTS events, conversations")
    empty.engine.dispose()
    return address


@pytest_asyncio.fixture
async def store(url: str) -> AsyncIterator[WindowedTrackerStore]:
    opened = WindowedTrackerStore(DOMAIN, host=url)
    yield opened
    opened.close()


def stretch(turns: int) -> list[Event]:
    """A session with so many turns, their texts "0", "1" and so on."""
    number = iter(range(turns))
    made = [session, *[lambda: answered(str(next(number)), ("name", "Ada"))] * turns]
    return [event for turn in timed(made) for event in turn]


async def keep(store: WindowedTrackerStore, sender: str, events: list[Event]) -> None:
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    tracker.update_with_events(events, DOMAIN, override_timestamp=False)
    await store.save(tracker)


def texts(tracker: DialogueStateTracker | None) -> list[str | None]:
    assert tracker is not None
    return [event.text for event in tracker.events if isinstance(event, UserUttered)]


async def test_what_was_said_is_found_by_another_store(store: WindowedTrackerStore, url: str):
    await keep(store, "Ada 🌷", stretch(20))

    other = WindowedTrackerStore(DOMAIN, host=url)
    assert list(await other.keys()) == ["Ada 🌷"]
    assert await other.exists("Ada 🌷")
    assert not await other.exists("nobody")
    assert await other.retrieve("nobody") is None
    assert await other.retrieve_full_tracker("nobody") is None
    assert texts(await other.retrieve_full_tracker("Ada 🌷")) == [f"{n}?" for n in range(20)]
    recent = await other.retrieve("Ada 🌷")
    assert recent is not None
    assert texts(recent)[-1] == "19?"
    assert len(recent.events) < 60
    assert recent.get_slot("name") == "Ada"
    other.close()


async def test_saving_again_stores_nothing_twice(store: WindowedTrackerStore):
    tracker = await store.get_or_create_tracker("someone", append_action_listen=False)
    for event in stretch(2):
        tracker.update(event)
        await store.save(tracker)
        await store.save(tracker)

    assert texts(await store.retrieve_full_tracker("someone")) == ["0?", "1?"]


async def test_of_two_writers_neither_overwrites_the_other(store: WindowedTrackerStore, url: str):
    await keep(store, "someone", stretch(20))
    other = WindowedTrackerStore(DOMAIN, host=url)
    one = await store.retrieve("someone")
    two = await other.retrieve("someone")
    assert one is not None
    assert two is not None

    one.update_with_events(answered("one", ("name", "Eve")), DOMAIN)
    two.update_with_events(answered("two", ("known", False)), DOMAIN)
    await asyncio.gather(store.save(one), other.save(two))

    kept = texts(await store.retrieve_full_tracker("someone"))
    assert kept[:20] == [f"{n}?" for n in range(20)]
    assert sorted(kept[20:]) == ["one?", "two?"]
    after = await store.retrieve("someone")
    assert after is not None
    assert (after.get_slot("name"), after.get_slot("known")) == ("Eve", False)
    # Each goes on from where the other's events are known.
    for tracker, said in ((one, "three"), (two, "four")):
        tracker.update_with_events(heard(said), DOMAIN)
        await store.save(tracker)
    assert texts(await store.retrieve_full_tracker("someone"))[22:] == ["three?", "four?"]
    other.close()


async def test_a_window_that_somebody_else_has_moved_is_not_used(
    store: WindowedTrackerStore, url: str
):
    await keep(store, "someone", stretch(1))
    one, two = await store.retrieve("someone"), await store.retrieve("someone")
    assert one is not None
    assert two is not None

    for tracker, turns in ((one, 1), (two, 20)):
        for number in range(turns):
            tracker.update_with_events(answered(str(number), ("memory", number)), DOMAIN)
        await store.save(tracker)

    after = await store.retrieve("someone")
    assert after is not None
    assert after.carried == 0
    assert texts(after) == [f"{n}?" for n in (0, 0, *range(20))]
    await keep(store, "someone", heard("next"))
    after = await store.retrieve("someone")
    assert after is not None
    assert after.carried > 0
    assert after.get_slot("memory") == 19


async def test_two_may_begin_a_conversation_at_once(store: WindowedTrackerStore, url: str):
    stores = [store, *(WindowedTrackerStore(DOMAIN, host=url) for _ in range(3))]

    await asyncio.gather(*(keep(each, "new", stretch(1)) for each in stores))

    assert texts(await store.retrieve_full_tracker("new")) == ["0?"] * 4
    for each in stores[1:]:
        each.close()


async def test_a_tracker_made_without_memory_does_not_cost_any_event(store: WindowedTrackerStore):
    await keep(store, "someone", stretch(3))
    made = DialogueStateTracker("someone", DOMAIN.slots)
    made.update_with_events([*session(), *heard("later")], DOMAIN)

    await store.save(made)
    await store.save(made)

    assert texts(await store.retrieve_full_tracker("someone")) == ["0?", "1?", "2?", "later?"]
    assert texts(await store.retrieve("someone")) == ["later?"]


async def test_several_processes_may_create_the_tables_at_once(url: str):
    opened = await asyncio.gather(
        *(asyncio.to_thread(WindowedTrackerStore, DOMAIN, host=url) for _ in range(6))
    )

    await keep(opened[0], "someone", stretch(1))
    for each in opened:
        assert texts(await each.retrieve("someone")) == ["0?"]
        each.close()


async def test_conversations_of_stock_rasa_go_on(url: str):
    stock = SQLTrackerStore(DOMAIN, host=url)
    events = stretch(12)
    for sender, part in (("one", events), ("two", events[:10]), ("one", events)):
        tracker = await stock.get_or_create_tracker(sender, append_action_listen=False)
        tracker.update_with_events(part, DOMAIN, override_timestamp=False)
        await stock.save(tracker)
    expected = await stock.retrieve_full_tracker("one")

    for turn in range(2):  # the second time stock Rasa has written beside it meanwhile
        store = WindowedTrackerStore(DOMAIN, host=url)
        assert sorted(await store.keys()) == ["one", "two"]
        found = await store.retrieve_full_tracker("one")
        assert found is not None
        assert expected is not None
        assert [e.as_dict() for e in found.events] == [e.as_dict() for e in expected.events]
        await keep(store, "one", heard(f"and {turn}"))
        assert texts(await store.retrieve("one"))[-1] == f"and {turn}?"
        store.close()

        tracker = await stock.retrieve("one")
        assert tracker is not None
        assert texts(tracker)[-1] == f"and {turn}?"
        tracker.update_with_events(heard("from stock"), DOMAIN)
        await stock.save(tracker)
        expected = await stock.retrieve_full_tracker("one")
    stock.engine.dispose()


async def test_replies_to_a_message_are_found_by_its_id(store: WindowedTrackerStore):
    events = stretch(30)
    asked = [event for event in events if isinstance(event, UserUttered)]
    asked[3].message_id = "the fourth"
    await keep(store, "someone", events)

    found = await store.replies_to("someone", "the fourth")

    assert found is not None
    assert [(reply["text"], reply["custom"]) for reply in found] == [("About 3", {"data": ["3"]})]
    assert await store.replies_to("someone", "no such") is None
    assert await store.replies_to("another", "the fourth") is None


async def test_a_message_never_becomes_two_turns(store: WindowedTrackerStore, url: str):
    other = WindowedTrackerStore(DOMAIN, host=url)
    outcomes = await asyncio.gather(
        *(keep(each, "someone", heard("hello", "an id")) for each in (store, other)),
        return_exceptions=True,
    )

    assert {type(outcome) for outcome in outcomes} == {type(None), UnavailableError}
    assert texts(await store.retrieve_full_tracker("someone")) == ["hello?"]
    await keep(store, "another", heard("hello", "an id"))
    other.close()


async def test_a_forgotten_conversation_is_gone_and_the_others_stay(store: WindowedTrackerStore):
    for sender in ("leaves", "stays"):
        await keep(store, sender, stretch(3))
    under_way = await store.retrieve("leaves")
    assert under_way is not None

    assert await store.forget("leaves")
    assert not await store.forget("leaves")

    assert await store.retrieve_full_tracker("leaves") is None
    assert texts(await store.retrieve("stays")) == ["0?", "1?", "2?"]
    # A turn that ends after it brings nothing back.
    under_way.update_with_events(heard("after"), DOMAIN)
    await store.save(under_way)
    assert texts(await store.retrieve_full_tracker("leaves")) == ["after?"]


async def test_what_is_forgotten_is_overwritten_on_the_disk(tmp_path: Path):
    path = tmp_path / "conversations.db"
    store = WindowedTrackerStore(DOMAIN, host=f"sqlite:///{path}")
    await keep(store, "leaves", [*session(), *heard("the planted words")])
    files = [path, path.with_name(f"{path.name}-wal")]
    assert any(b"planted words" in file.read_bytes() for file in files)

    await store.forget("leaves")

    assert not any(b"planted words" in file.read_bytes() for file in files if file.exists())
    assert path.stat().st_mode & 0o077 == 0
    store.close()


async def test_only_conversations_that_were_silent_for_long_are_deleted(
    store: WindowedTrackerStore,
):
    now = time.time()
    for number, days in enumerate([91] * 45 + [89, 0]):
        events = [*session(), *heard("here")]
        for event in events:
            event.timestamp = now - days * 24 * 3600
        await keep(store, f"{days} days, {number}", events)

    assert await forget_older_than(store, float("inf")) == 0
    assert await forget_older_than(store, 90) == 45
    assert sorted(await store.keys()) == ["0 days, 46", "89 days, 45"]
    assert texts(await store.retrieve("89 days, 45")) == ["here?"]


async def test_while_another_process_writes_the_loop_is_free_and_nothing_is_lost(tmp_path: Path):
    path = tmp_path / "conversations.db"
    store = WindowedTrackerStore(DOMAIN, host=f"sqlite:///{path}", patience=20)
    await keep(store, "before", stretch(1))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        # More than there are threads: they wait in line.
        waiting = [asyncio.create_task(keep(store, str(n), stretch(1))) for n in range(6)]
        assert texts(await store.retrieve("before")) == ["0?"]
        assert not any(task.done() for task in waiting)
        other.execute("ROLLBACK")
    await asyncio.gather(*waiting)
    assert len(list(await store.keys())) == 7
    store.close()


async def test_a_database_that_stays_locked_is_given_up(tmp_path: Path):
    path = tmp_path / "conversations.db"
    store = WindowedTrackerStore(DOMAIN, host=f"sqlite:///{path}", patience=0.2)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        turns = [keep(store, str(n), stretch(1)) for n in range(20)]
        outcomes = await asyncio.gather(*turns, return_exceptions=True)
        other.execute("ROLLBACK")

    assert {type(outcome) for outcome in outcomes} == {UnavailableError}
    assert list(await store.keys()) == []
    store.close()


async def test_a_cancelled_turn_is_waited_for(tmp_path: Path):
    store = WindowedTrackerStore(DOMAIN, host=f"sqlite:///{tmp_path}/conversations.db")
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def write(_connection: object) -> None:
        begun.set()
        go_on.wait(30)
        ended.set()

    task = asyncio.create_task(store.database.write(write))
    await asyncio.to_thread(begun.wait, 30)
    task.cancel()
    asyncio.get_running_loop().call_later(0.05, go_on.set)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()
    store.close()


async def test_a_conversation_that_another_holds_is_given_up_and_others_go_on(postgresql: str):
    store = WindowedTrackerStore(DOMAIN, host=postgresql, patience=0.5)
    await keep(store, "held", stretch(1))
    holder = create_engine(postgresql)
    with holder.begin() as connection:
        query = "SELECT * FROM conversations WHERE sender_id = 'held' FOR UPDATE"
        connection.execute(text(query))
        with pytest.raises(UnavailableError):
            await keep(store, "held", heard("in vain"))
        await keep(store, "free", stretch(1))
    holder.dispose()

    await keep(store, "held", heard("again"))
    assert texts(await store.retrieve_full_tracker("held")) == ["0?", "again?"]
    store.close()


async def test_a_server_that_hangs_is_given_up_until_it_goes_on(postgresql: str):
    store = WindowedTrackerStore(DOMAIN, host=postgresql, patience=0.5)
    await keep(store, "hangs", stretch(1))
    with store.database.engine.connect() as connection:
        process = connection.execute(text("SELECT pg_backend_pid()")).scalar()
    os.kill(process, signal.SIGSTOP)
    try:
        with pytest.raises(UnavailableError, match="in time"):
            await store.retrieve("hangs")
    finally:
        os.kill(process, signal.SIGCONT)
    assert texts(await store.retrieve("hangs")) == ["0?"]
    store.close()


@pytest.mark.parametrize("sender", ["\ud800", "with \x00 in it", "x" * 300, "'; drop table events"])
async def test_a_strange_sender_ends_no_process(store: WindowedTrackerStore, sender: str):
    await keep(store, "someone", stretch(1))
    try:
        await keep(store, sender, stretch(1))
    except (UnavailableError, ValueError):
        pass
    else:
        assert texts(await store.retrieve(sender)) == ["0?"]
    assert texts(await store.retrieve("someone")) == ["0?"]


async def test_endpoints_name_the_stores_for_stock_rasa(tmp_path: Path):
    from rasa.core.lock_store import LockStore
    from rasa.core.tracker_store import TrackerStore

    endpoints = AvailableEndpoints.read_endpoints(str(PROJECT / "endpoints.yml"))
    assert endpoints.tracker_store is not None
    endpoints.tracker_store.url = f"sqlite:///{tmp_path}/here.db"
    store = TrackerStore.create(endpoints.tracker_store, DOMAIN)
    assert isinstance(store, WindowedTrackerStore)
    await keep(store, "someone", stretch(1))
    assert texts(await store.retrieve("someone")) == ["0?"]
    store.close()
    async with LockStore.create(endpoints.lock_store).lock("someone"):
        pass


def test_other_databases_are_refused():
    with pytest.raises(StartUpError, match=r"mysql.*sqlite:///.*postgresql://"):
        open_tracker_store(Settings(database_url="mysql://me:hunter2@db/advisor"))
