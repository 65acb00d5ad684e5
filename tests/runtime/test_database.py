"""The database under the stores."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy.engine import Connection

from bot.runtime.stores.database import Database


def _create(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS notes (text TEXT)")


async def test_many_open_a_new_file_at_once(tmp_path: Path):
    for number in range(30):
        url = f"sqlite:///{tmp_path}/{number}.db"
        databases = [Database(url) for _ in range(6)]
        try:
            await asyncio.gather(*(database.write(_create) for database in databases))
        finally:
            for database in databases:
                database.close()
