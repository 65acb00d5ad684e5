"""What the server behind the page has stored."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

from playwright.sync_api import Page

from tests.channels.serving import Server


def sender(page: Page) -> str:
    token = page.evaluate(
        "() => Object.entries(localStorage).find(([key]) => key.endsWith(':session'))[1]"
    )
    return "web-" + str(token).partition(".")[0]


def rows(server: Server, table: str, name: str) -> list[Any]:
    with closing(sqlite3.connect(server.home / "var" / "conversations.db")) as database:
        return database.execute(f"select * from {table} where sender_id = ?", (name,)).fetchall()


def asked(server: Server, name: str) -> list[str]:
    """The texts of the user's messages that are stored."""
    with closing(sqlite3.connect(server.home / "var" / "conversations.db")) as database:
        found = database.execute(
            "select data from events where sender_id = ? and type_name = 'user' order by id",
            (name,),
        )
        return [json.loads(data)["text"] for (data,) in found]
