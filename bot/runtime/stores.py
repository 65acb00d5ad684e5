"""Where conversations are kept and how their turns take turns."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, InMemoryLockStore, LockStore
from rasa.core.tracker_store import FailSafeTrackerStore, SQLTrackerStore, TrackerStore
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from bot.runtime.errors import StartUpError
from bot.settings import Settings

logger = logging.getLogger(__name__)

# Seconds that a write waits for another process; meanwhile nobody is answered.
BUSY_TIMEOUT = 2
REMEDY = "Correct ADVISOR_DATABASE_URL, or make the database reachable, and start again."


def open_tracker_store(settings: Settings) -> WatchedTrackerStore:
    """Opens the conversations, and creates an SQLite file that is not there yet.

    Raises:
        StartUpError: the database cannot be used.
    """
    path = settings.database_path
    url = settings.database_url
    try:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # what users write is nobody else's business
            with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT)) as connection:
                # Kept in the file: readers and the writer no longer wait for each other.
                connection.execute("PRAGMA journal_mode=WAL")
            url = f"sqlite:///{path}?timeout={BUSY_TIMEOUT}"
        else:
            # Rasa would retry for ever without a word.
            engine = create_engine(url)
            engine.connect().close()
            engine.dispose()
        store = WatchedTrackerStore(SQLTrackerStore(host=url))
        probe_tracker_store(store)
        return store
    except (OSError, sqlite3.Error, SQLAlchemyError, ImportError, SystemExit) as error:
        where = f"{path} " if path is not None else "that ADVISOR_DATABASE_URL names "
        raise StartUpError(
            f"The database {where}cannot be used ({type(error).__name__}). {REMEDY}"
        ) from error


class WatchedTrackerStore(FailSafeTrackerStore):
    """Rasa's guard around a store: where it fails, answers go on, without memory.

    Its log line would quote the statement with what the user wrote; this one does not.
    """

    def __init__(self, store: SQLTrackerStore) -> None:
        super().__init__(store, on_tracker_store_error=_log_failure)
        self.store = store


def _log_failure(error: Exception) -> None:
    logger.error("conversation store failed: exception=%s", type(error).__name__)


def probe_tracker_store(store: TrackerStore) -> None:
    """Asks the store a trivial question.

    Raises:
        Exception: whatever keeps it from answering; SystemExit too.
    """
    if isinstance(store, WatchedTrackerStore):
        with store.store.session_scope() as session:
            session.query(store.store.SQLEvent.id).limit(1).all()


def close_tracker_store(store: TrackerStore) -> None:
    """Lets the database go."""
    if isinstance(store, WatchedTrackerStore):
        store.store.engine.dispose()


def probe_lock_store(store: LockStore) -> None:
    """As `probe_tracker_store`, for the locks."""
    store.get_lock("health")


class PromptLockStore(InMemoryLockStore):
    """Rasa's store, which looks once a second whether a conversation is free, looking sooner."""

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = 0.02,
    ) -> AsyncGenerator[TicketLock, None]:
        """See `LockStore.lock`."""
        async with super().lock(conversation_id, lock_lifetime, wait_time_in_seconds) as lock:
            yield lock
