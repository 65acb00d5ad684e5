"""One database, asked in threads beside the event loop and never waited for without end."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.url import URL, make_url
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.pool import QueuePool, StaticPool
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_random

from bot.runtime.errors import UnavailableError

T = TypeVar("T")

# Seconds that a turn waits for the database, before it is refused. Longer than a backup or a
# vacuum by another process usually holds SQLite.
PATIENCE = 8.0
# Seconds to connect to a server: one that is there answers at once.
CONNECT = 3
# Threads, each with a connection. Apart, so that writes which wait for a lock keep no read waiting.
READERS = 4
WRITERS = 8
# Connections to PostgreSQL that are kept; further ones are closed after use.
KEPT = 5


class UnsupportedDatabaseError(Exception):
    """The URL names a database that this store cannot use."""


class Database:
    """An SQLite file, SQLite in memory, or PostgreSQL."""

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        """Prepares the connections, and an SQLite file; nothing is connected yet.

        Args:
            url: SQLAlchemy URL.
            patience: seconds that a call may take, waiting for its turn included.

        Raises:
            OSError: the SQLite file cannot be made.
            UnsupportedDatabaseError: neither SQLite nor PostgreSQL.
            SQLAlchemyError: the URL cannot be read, or its driver is missing.
        """
        address = make_url(url)
        self.patience = patience
        self.sqlite = address.get_backend_name() == "sqlite"
        if not self.sqlite and address.get_backend_name() != "postgresql":
            raise UnsupportedDatabaseError(address.get_backend_name())
        in_memory = self.sqlite and address.database in (None, "", ":memory:")
        if self.sqlite and not in_memory:
            _make_file(Path(address.database))
        self._readers = ThreadPoolExecutor(1 if in_memory else READERS, "reads")
        # All share the one connection to a database in memory: one at a time.
        self._writers = self._readers if in_memory else ThreadPoolExecutor(WRITERS, "writes")
        self.engine = _sqlite(address, in_memory) if self.sqlite else _postgresql(address, patience)

    async def read(self, function: Callable[[Connection], T]) -> T:
        """Calls `function` with a connection in a transaction that only reads.

        Raises:
            UnavailableError: the database did not answer in time.
        """
        return await self._result(self._reading(function))

    async def write(self, function: Callable[[Connection], T]) -> T:
        """As `read`, and commits; SQLite's only writer's place is taken from the beginning.

        When this returns, what was written is on the disk.
        """
        return await self._result(self._writing(function))

    async def empty_log(self) -> None:
        """Moves SQLite's log into the file, unless others keep it from that.

        Raises:
            UnavailableError: the database did not answer in time.
        """
        if self.sqlite:
            engine = self.engine.execution_options(begin=None)
            await self._result(self._submit(self._writers, engine, _empty_log))

    def read_now(self, function: Callable[[Connection], T]) -> T:
        """As `read`, for callers without an event loop."""
        return self._reading(function).result()

    def write_now(self, function: Callable[[Connection], T]) -> T:
        """As `write`, for callers without an event loop."""
        return self._writing(function).result()

    def close(self) -> None:
        """Lets the connections go."""
        self._readers.shutdown(wait=False)
        self._writers.shutdown(wait=False)
        self.engine.dispose()

    def _reading(self, function: Callable[[Connection], T]) -> Future[T]:
        return self._submit(self._readers, self.engine, function)

    def _writing(self, function: Callable[[Connection], T]) -> Future[T]:
        engine = self.engine.execution_options(begin="BEGIN IMMEDIATE")
        return self._submit(self._writers, engine, function)

    def _submit(
        self, threads: ThreadPoolExecutor, engine: Engine, function: Callable[[Connection], T]
    ) -> Future[T]:
        deadline = time.monotonic() + self.patience
        return threads.submit(self._run, engine, function, deadline)

    async def _result(self, future: Future[T]) -> T:
        running = asyncio.wrap_future(future)
        try:
            # A second more than the call gives itself: only a server that hangs gets here.
            return await asyncio.wait_for(asyncio.shield(running), self.patience + 1)
        except asyncio.TimeoutError:
            running.add_done_callback(_forget)
            raise UnavailableError("The database did not answer in time.") from None
        except asyncio.CancelledError:
            # The conversation stays locked until it is known what became of the write.
            await asyncio.wait([running], timeout=self.patience)
            raise

    def _run(self, engine: Engine, function: Callable[[Connection], T], deadline: float) -> T:
        try:
            left = deadline - time.monotonic()
            if left <= 0:
                raise UnavailableError("The database was busy for too long.")
            with engine.connect() as connection:
                if self.sqlite:
                    connection.connection.execute(f"PRAGMA busy_timeout = {round(left * 1000)}")
                with connection.begin():
                    return function(connection)
        except IntegrityError:  # an answer of the database, for the caller
            raise
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise UnavailableError(f"The database failed: {type(error).__name__}.") from error


def _make_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)  # what users write is nobody else's business


def _sqlite(address: URL, in_memory: bool) -> Engine:
    pool = (
        {"poolclass": StaticPool}
        if in_memory
        else {"poolclass": QueuePool, "pool_size": READERS + WRITERS}
    )
    engine = create_engine(
        address, connect_args={"check_same_thread": False}, hide_parameters=True, **pool
    )

    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # `_begin` begins, instead of the driver's guess
    connection.execute(f"PRAGMA busy_timeout = {round(PATIENCE * 1000)}")
    _keep_a_log(connection)
    # A commit waits for the disk. NORMAL would survive a killed process too, but lose the last
    # turns with the power; it saves the wait for the disk.
    connection.execute("PRAGMA synchronous = FULL")
    # What is deleted is overwritten.
    connection.execute("PRAGMA secure_delete = ON")


# Two processes that open a new file at once: SQLite refuses one of them without waiting.
@retry(
    retry=retry_if_exception_type(sqlite3.OperationalError),
    stop=stop_after_delay(PATIENCE),
    wait=wait_random(0.005, 0.05),
    reraise=True,
)
def _keep_a_log(connection: sqlite3.Connection) -> None:
    """With a log, which the file remembers, readers and the writer do not wait for each other."""
    connection.execute("PRAGMA journal_mode = WAL")


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get("begin", "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)


def _empty_log(connection: Connection) -> None:
    connection.exec_driver_sql("PRAGMA busy_timeout = 1000")
    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _postgresql(address: URL, patience: float) -> Engine:
    return create_engine(
        address,
        hide_parameters=True,
        pool_size=KEPT,
        max_overflow=READERS + WRITERS - KEPT,
        pool_pre_ping=True,  # a connection that died with the server is replaced, not used
        pool_recycle=1800,
        pool_timeout=patience,
        connect_args={
            "connect_timeout": CONNECT,
            "options": f"-c statement_timeout={round(patience * 1000)}",
            "keepalives_idle": 30,
            "keepalives_interval": 5,
            "keepalives_count": 3,
        },
    )


def _forget(running: asyncio.Future[Any]) -> None:
    """Takes note of an error that came too late to be told."""
    if not running.cancelled():
        running.exception()
