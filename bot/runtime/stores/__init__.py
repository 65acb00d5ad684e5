"""Where conversations are kept and how their turns take turns."""

from __future__ import annotations

from rasa.core.lock_store import LockStore
from rasa.core.tracker_store import TrackerStore

from bot.runtime.errors import StartUpError, UnavailableError
from bot.runtime.stores.database import UnsupportedDatabaseError
from bot.runtime.stores.locks import LocalLockStore
from bot.runtime.stores.redis_locks import RedisLockStore
from bot.runtime.stores.windowed import WindowedTrackerStore
from bot.settings import Settings

__all__ = [
    "LocalLockStore",
    "RedisLockStore",
    "WindowedTrackerStore",
    "close_lock_store",
    "close_tracker_store",
    "open_lock_store",
    "open_tracker_store",
    "probe_lock_store",
    "probe_tracker_store",
]

IN_MEMORY = "sqlite://"


def open_tracker_store(settings: Settings, *, remember: bool = True) -> WindowedTrackerStore:
    """Opens the conversations, and creates or takes over what is not there yet.

    Args:
        settings: names the database.
        remember: whether conversations outlive the process.

    Raises:
        StartUpError: the database cannot be used.
    """
    from sqlalchemy.exc import SQLAlchemyError

    path = settings.database_path
    try:
        return WindowedTrackerStore(host=settings.database_address if remember else IN_MEMORY)
    except UnsupportedDatabaseError as error:
        raise StartUpError(
            f"ADVISOR_DATABASE_URL names a database of the kind {error}. Give a URL that begins "
            "with sqlite:/// or postgresql://."
        ) from error
    except (OSError, SQLAlchemyError, ImportError, UnavailableError) as error:
        where = f"{path} " if path is not None else "that ADVISOR_DATABASE_URL names "
        reason = error.__cause__ if isinstance(error, UnavailableError) else error
        raise StartUpError(
            f"The database {where}cannot be used ({type(reason or error).__name__}). Correct "
            "ADVISOR_DATABASE_URL, or make the database reachable, and start again."
        ) from error


def open_lock_store(settings: Settings) -> LocalLockStore | RedisLockStore:
    """Locks of this process, or of all that share a Redis, if the settings name one.

    Raises:
        StartUpError: Redis cannot be used.
    """
    from redis.exceptions import RedisError

    if not settings.redis_url:
        return LocalLockStore()
    try:
        store = RedisLockStore(url=settings.redis_url)
        store.probe()
        return store
    except (RedisError, OSError, ValueError) as error:
        raise StartUpError(
            f"The Redis that ADVISOR_REDIS_URL names cannot be used ({type(error).__name__}). "
            "Correct ADVISOR_REDIS_URL, or make it reachable, and start again."
        ) from error


def probe_tracker_store(store: TrackerStore) -> None:
    """Asks the store a trivial question.

    Raises:
        Exception: whatever keeps it from answering.
    """
    if isinstance(store, WindowedTrackerStore):
        store.probe()


def probe_lock_store(store: LockStore) -> None:
    """As `probe_tracker_store`, for the locks."""
    if isinstance(store, RedisLockStore):
        store.probe()


def close_tracker_store(store: TrackerStore) -> None:
    """Lets the database go."""
    if isinstance(store, WindowedTrackerStore):
        store.close()


def close_lock_store(store: LockStore) -> None:
    """Lets Redis go."""
    if isinstance(store, RedisLockStore):
        store.close()
