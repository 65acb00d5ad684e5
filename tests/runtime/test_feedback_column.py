"""Databases from before thumbs had comments are taken over."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from rasa.shared.core.domain import Domain
from sqlalchemy import select

from bot.runtime.stores.schema import feedback
from bot.runtime.stores.windowed import WindowedTrackerStore

BEFORE = """
CREATE TABLE feedback (
    sender_id VARCHAR(255) NOT NULL, message_id VARCHAR(255) NOT NULL, reply INTEGER NOT NULL,
    given_at FLOAT NOT NULL, helpful BOOLEAN NOT NULL, reason VARCHAR(255), facts TEXT NOT NULL,
    PRIMARY KEY (sender_id, message_id, reply)
)
"""


async def test_thumbs_of_a_database_without_comments_stay_and_new_ones_have_them(
    tmp_path: Path,
) -> None:
    path = tmp_path / "conversations.db"
    with sqlite3.connect(path) as old:
        old.execute(BEFORE)
        old.execute("INSERT INTO feedback VALUES ('a', 'm1', 0, 1.0, 1, NULL, '[]')")
    query = select(feedback.c.message_id, feedback.c.comment).order_by(feedback.c.message_id)
    for _ in range(2):  # and a second start finds nothing to do
        store = WindowedTrackerStore(Domain.empty(), host=f"sqlite:///{path}")
        await store.keep_feedback("a", "m2", 0, False, "wrong", ["M6"], "it is not so")
        rows = await store.database.read(lambda connection: connection.execute(query).fetchall())
        store.close()
        assert [tuple(row) for row in rows] == [("m1", None), ("m2", "it is not so")]
