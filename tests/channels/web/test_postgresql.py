"""The widget's conversations and thumbs in a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from tests.channels.serving import Server, make_home
from tests.channels.web.conftest import Browser, new_browser
from tests.runtime.postgresql import PostgreSQL

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSQL]:
    server = PostgreSQL()
    yield server
    server.close()


@pytest.fixture(scope="module")
def server(
    model: Path, postgresql: PostgreSQL, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    home = make_home(tmp_path_factory.mktemp("web-postgresql"), model)
    (home / "credentials.yml").write_text("bot.channels.web.channel.WebInput:\n")
    server = Server(home, ADVISOR_ACTION_TIMEOUT="1", ADVISOR_DATABASE_URL=postgresql.url)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def stored(postgresql: PostgreSQL, table: str, browser: Browser) -> list[dict[str, Any]]:
    sender = "web-" + browser.session.partition(".")[0]
    engine = create_engine(postgresql.url)
    try:
        with engine.connect() as connection:
            question = text(f"SELECT * FROM {table} WHERE sender_id = :sender")
            found = connection.execute(question, {"sender": sender})
            return [dict(row) for row in found.mappings()]
    finally:
        engine.dispose()


def rate(browser: Browser, **more: Any) -> int:
    given = {"message_id": "m-1", "reply": 0, "helpful": True} | more
    return browser.ask("POST", "feedback", json=given).status_code


def test_thumbs_are_kept_the_last_word_counts_and_deletion_takes_them(
    server: Server, postgresql: PostgreSQL
):
    browser, other = new_browser(server), new_browser(server)
    for each in (browser, other):
        each.say("count", "m-1")
        assert rate(each) == 204

    assert rate(browser, helpful=False, reason="outdated") == 204

    (row,) = stored(postgresql, "feedback", browser)
    assert (row["message_id"], row["reply"]) == ("m-1", 0)
    assert (row["helpful"], row["reason"]) == (False, "outdated")
    assert browser.ask("DELETE", "session").status_code == 204
    for table in ("events", "conversations", "feedback"):
        assert stored(postgresql, table, browser) == []
        assert len(stored(postgresql, table, other)) >= 1


def test_a_conversation_and_its_thumb_outlive_the_database(server: Server, postgresql: PostgreSQL):
    browser = new_browser(server)
    browser.say("count", "m-1")
    postgresql.stop()
    assert rate(browser) == 503

    postgresql.start()

    assert rate(browser) == 204
    assert [entry["text"] for entry in browser.history()] == ["count", "turn 1"]
    assert len(stored(postgresql, "feedback", browser)) == 1
