"""What Slack has sent and is still to be answered: on the disk before it is acknowledged."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy import Column, Float, MetaData, String, Table, Text, delete, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from bot.channels.slack.incoming import Job
from bot.runtime.stores.database import Database

# Seconds in which a write must succeed for Slack to be told in time that it has been taken.
PATIENCE = 2.0
# Seconds after which what a process that died had taken is taken over by another.
LEASE = 15.0
DAY = 86400.0
# How long keys are known: Slack sends again within an hour.
KEPT = 7 * DAY
THREADS_KEPT = 90 * DAY
THREAD = "thread:"

TABLE = Table(
    "advisor_slack",
    MetaData(),
    Column("key", String(200), primary_key=True),
    Column("at", Float, nullable=False, index=True),
    # None once it is answered: the text is then gone.
    Column("job", Text),
    Column("owner", String(16), nullable=False, default=""),
    Column("until", Float, nullable=False, default=0.0),
)


class Inbox:
    """Jobs by their keys, each given out once, in the database of the conversations."""

    def __init__(self, url: str) -> None:
        """Opens the database; see `Database`."""
        self._database = Database(url, PATIENCE)
        self._me = secrets.token_hex(8)
        self._alone = self._database.sqlite  # only one process at a time writes there
        self._opened = time.time()

    async def prepare(self) -> None:
        """Makes the table, where there is none.

        Raises:
            UnavailableError: the database does not answer.
        """
        await self._database.write(_create)

    async def take(self, job: Job) -> bool:
        """Notes a job that is to be answered.

        Returns:
            Whether it is new, and for the advisor: a reply in a thread is where the advisor has
            been called there before.

        Raises:
            UnavailableError: it could not be noted.
        """
        now = time.time()
        values = {
            "key": job.key,
            "at": now,
            "job": json.dumps(asdict(job)),
            "owner": self._me,
            "until": now + LEASE,
        }

        def write(connection: Connection) -> bool:
            thread = f"{THREAD}{job.conversation}"
            if not job.invited and not _has(connection, thread):
                return False
            if not _insert(connection, values):
                return False
            if job.invited and job.thread:
                _insert(connection, {"key": thread, "at": now, "owner": "", "until": 0.0})
            return True

        return await self._database.write(write)

    async def first(self, key: str) -> bool:
        """Whether a key has never been seen; it has then.

        Raises:
            UnavailableError: it could not be noted.
        """
        values = {"key": key, "at": time.time(), "owner": "", "until": 0.0}
        return await self._database.write(lambda connection: _insert(connection, values))

    async def done(self, key: str) -> None:
        """Forgets what a job was about; its key stays.

        Raises:
            UnavailableError: it could not be noted.
        """
        change = update(TABLE).where(TABLE.c.key == key).values(job=None)
        await self._database.write(lambda connection: connection.execute(change))

    async def renew(self, keys: Collection[str]) -> None:
        """Keeps jobs under way from being taken over.

        Raises:
            UnavailableError: it could not be noted.
        """
        until = time.time() + LEASE
        change = update(TABLE).where(TABLE.c.key.in_(list(keys))).values(until=until)
        await self._database.write(lambda connection: connection.execute(change))

    async def orphans(self) -> list[Job]:
        """Takes over what was noted by processes that died; the oldest comes first.

        Raises:
            UnavailableError: the database does not answer.
        """
        now = time.time()
        left = TABLE.c.until < now
        if self._alone:  # who took it before this process began has died
            left |= (TABLE.c.owner != self._me) & (TABLE.c.at < self._opened)

        def write(connection: Connection) -> list[Job]:
            query = select([TABLE.c.key, TABLE.c.job, TABLE.c.until])
            found = connection.execute(
                query.where(TABLE.c.job.isnot(None), left).order_by(TABLE.c.at)
            ).fetchall()
            mine = []
            for key, job, until in found:
                claim = update(TABLE).where(TABLE.c.key == key, TABLE.c.until == until)
                claim = claim.values(owner=self._me, until=now + LEASE)
                if connection.execute(claim).rowcount:
                    mine.append(Job(**json.loads(job)))
            return mine

        return await self._database.write(write)

    async def purge(self) -> None:
        """Forgets keys that are long past.

        Raises:
            UnavailableError: the database does not answer.
        """
        now = time.time()
        is_thread = TABLE.c.key.startswith(THREAD)
        old = or_(TABLE.c.at < now - THREADS_KEPT, (TABLE.c.at < now - KEPT) & ~is_thread)
        await self._database.write(lambda connection: connection.execute(delete(TABLE).where(old)))

    def close(self) -> None:
        """Lets the database go."""
        self._database.close()


def _create(connection: Connection) -> None:
    try:
        with connection.begin_nested():
            TABLE.create(connection, checkfirst=True)
    except (IntegrityError, OperationalError, ProgrammingError):
        # Another process may have made it at the same moment.
        if not connection.dialect.has_table(connection, TABLE.name):
            raise


def _insert(connection: Connection, values: dict[str, object]) -> bool:
    try:
        with connection.begin_nested():
            connection.execute(TABLE.insert().values(**values))
    except IntegrityError:
        return False
    return True


def _has(connection: Connection, key: str) -> bool:
    return connection.execute(select([TABLE.c.key]).where(TABLE.c.key == key)).first() is not None
