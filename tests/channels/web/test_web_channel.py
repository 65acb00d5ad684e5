"""The web channel, against a real server."""

from __future__ import annotations

import re
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
import requests

from bot.channels.web.sessions import LIFETIME, open_sessions
from bot.settings import Settings
from tests.channels.serving import Server
from tests.channels.web.conftest import FRIEND, WEB, Browser, new_browser

pytestmark = pytest.mark.slow


def stored(server: Server, table: str, browser: Browser) -> list[Any]:
    sender = "web-" + browser.session.partition(".")[0]
    with closing(sqlite3.connect(server.home / "var" / "conversations.db")) as database:
        question = f"select * from {table} where sender_id = ?"
        return database.execute(question, (sender,)).fetchall()


def test_the_channel_is_served_where_rest_is_not(server: Server):
    assert server.get(f"{WEB}/").json() == {"status": "ok"}
    assert server.post("/webhooks/rest/webhook", json={}).status_code == 404


def test_an_answer_comes_with_its_structured_form(browser: Browser):
    answer = browser.send("count", "m-1")

    assert answer.json() == {
        "message_id": "m-1",
        "replies": [{"text": "turn 1", "data": {"turns": 1}}],
    }
    assert answer.headers["Cache-Control"] == "no-store"
    assert re.fullmatch(r"answer;dur=\d+\.\d", answer.headers["Server-Timing"])


def test_conversations_go_on_and_do_not_mix(server: Server):
    first, second = new_browser(server), new_browser(server)

    assert first.say("count")[0]["text"] == "turn 1"
    assert second.say("count")[0]["text"] == "turn 1"
    assert first.say("count")[0]["text"] == "turn 2"


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "messages"), ("GET", "history"), ("POST", "feedback"), ("DELETE", "session")],
)
@pytest.mark.parametrize("session", ["", "someone", "altered"])
def test_without_a_session_of_this_server_nothing_is_done(
    server: Server, browser: Browser, method: str, path: str, session: str
):
    if session == "altered":
        head, _, signature = browser.session.rpartition(".")
        session = f"{head}.{signature[::-1]}"
    body = {"message": "count", "message_id": "m"}
    answer = Browser(server, session).ask(
        method, path, **({} if method == "GET" else {"json": body})
    )

    assert answer.status_code == 401
    assert "/webhooks/web/sessions" in answer.json()["remedy"]
    assert stored(server, "events", browser) == []


def test_a_client_cannot_choose_its_conversation(server: Server, browser: Browser):
    other = new_browser(server)
    other.say("count")

    browser.send("count", sender="web-" + other.session.partition(".")[0], metadata={"role": "x"})

    assert len(other.history()) == 2
    assert browser.history()[-1]["text"] == "turn 1"


def test_a_message_sent_again_is_answered_once(browser: Browser):
    first = browser.say("count", "m-1")

    with ThreadPoolExecutor(4) as pool:
        again = list(pool.map(lambda _: browser.say("count", "m-1"), range(4)))

    assert again == [first] * 4
    assert [entry["text"] for entry in browser.history()] == ["count", "turn 1"]


BAD = {
    "no message": {"message_id": "m"},
    "blank": {"message": " ", "message_id": "m"},
    "a number": {"message": 7, "message_id": "m"},
    "no id": {"message": "count"},
    "an id with blanks": {"message": "count", "message_id": "a b"},
    "a list": ["count"],
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_what_cannot_be_taken_is_refused_with_a_remedy(browser: Browser, body: Any):
    answer = browser.ask("POST", "messages", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert answer.json()["remedy"].startswith("Send")


def test_long_texts_and_bodies_are_refused(browser: Browser):
    assert browser.send("x" * 1001).status_code == 413
    assert browser.send("x" * 100_000).status_code == 413
    assert browser.ask("POST", "messages", data="count").status_code == 400


def test_a_command_is_text(browser: Browser):
    browser.say("count")

    assert browser.say("/restart")[0]["text"].startswith("heard: restart")
    assert browser.say("count")[0]["text"] == "turn 2"


def test_the_conversation_is_resumed_with_times_ids_and_structure(browser: Browser):
    browser.say("count", "m-1")
    browser.say("my mail is ann@example.org, count", "m-2")

    history = browser.history()

    assert [entry["from"] for entry in history] == ["user", "advisor"] * 2
    assert [entry["message_id"] for entry in history] == ["m-1", "m-1", "m-2", "m-2"]
    assert history[1]["reply"] == 0
    assert history[1]["data"] == {"turns": 1}
    assert "[removed]" in history[2]["text"]
    times = [entry["at"] for entry in history]
    assert times == sorted(times)


def test_a_new_session_has_no_history(browser: Browser):
    assert browser.history() == []


def test_a_deleted_conversation_is_gone_from_the_database(server: Server, browser: Browser):
    browser.say("count for a secret purpose", "m-1")
    browser.ask("POST", "feedback", json={"message_id": "m-1", "reply": 0, "helpful": True})
    assert stored(server, "events", browser)
    assert stored(server, "feedback", browser)

    assert browser.ask("DELETE", "session").status_code == 204

    for table in ("events", "conversations", "feedback"):
        assert stored(server, table, browser) == []
    assert browser.history() == []
    files = [path for path in (server.home / "var").glob("conversations.db*") if path.is_file()]
    assert not any(b"secret purpose" in path.read_bytes() for path in files)


def test_an_ended_session_can_do_nothing_but_delete_its_conversation(server: Server):
    sessions = open_sessions(Settings(home=server.home))
    ended = Browser(server, sessions.issue(time.time() - LIFETIME - 60).token)

    assert ended.send("count").status_code == 401
    assert ended.ask("GET", "history").status_code == 401
    assert ended.ask("DELETE", "session").status_code == 204


def test_feedback_is_kept_with_its_reply_and_the_last_word_counts(server: Server, browser: Browser):
    browser.say("count", "m-1")
    given = {"message_id": "m-1", "reply": 0, "helpful": True}

    assert browser.ask("POST", "feedback", json=given).status_code == 204
    changed = given | {"helpful": False, "reason": "outdated"}
    assert browser.ask("POST", "feedback", json=changed).status_code == 204

    (row,) = stored(server, "feedback", browser)
    assert row[1:3] == ("m-1", 0)
    assert row[4:6] == (0, "outdated")


@pytest.mark.parametrize("change", [{"message_id": "m-9"}, {"reply": 1}, {"reply": -1}])
def test_feedback_on_what_was_never_said_is_refused(
    server: Server, browser: Browser, change: dict[str, Any]
):
    browser.say("count", "m-1")
    given = {"message_id": "m-1", "reply": 0, "helpful": True} | change

    assert browser.ask("POST", "feedback", json=given).status_code == 404
    assert stored(server, "feedback", browser) == []


@pytest.mark.parametrize("change", [{"helpful": "yes"}, {"reason": "<b>"}, {"reply": "0"}])
def test_feedback_of_another_shape_is_refused(browser: Browser, change: dict[str, Any]):
    browser.say("count", "m-1")
    given = {"message_id": "m-1", "reply": 0, "helpful": True} | change

    answer = browser.ask("POST", "feedback", json=given)

    assert answer.status_code == 400
    assert "not_what_i_asked" in answer.json()["remedy"]


def test_the_beginning_says_what_it_is_and_what_is_kept(server: Server):
    beginning = server.get(f"{WEB}/welcome").json()

    assert len(beginning["suggestions"]) == 4
    assert "bot" in beginning["privacy"]
    assert "90 days" in beginning["privacy"]
    assert beginning["phone"] in beginning["privacy"]


def test_a_friends_page_may_do_all_that_the_widget_does(server: Server):
    asked = {
        "Origin": FRIEND,
        "Access-Control-Request-Method": "DELETE",
        "Access-Control-Request-Headers": "authorization",
    }
    answer = requests.options(f"{server.url}{WEB}/session", headers=asked, timeout=30)

    assert answer.status_code == 204
    assert "DELETE" in answer.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]


def test_a_strangers_page_gets_no_session(server: Server):
    answer = server.post(f"{WEB}/sessions", headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403
    assert "session" not in answer.json()


def test_sessions_and_texts_stay_out_of_the_log(server: Server, browser: Browser):
    before = len(server.log)

    browser.say("broken please, my name is Ann")

    assert "Ann" not in server.log[before:]
    assert browser.session not in server.log
    assert browser.session.partition(".")[0] not in server.log


def test_the_session_outlives_the_server(server: Server, browser: Browser):
    browser.say("count")
    server.stop()
    server.start()

    assert browser.say("count")[0]["text"] == "turn 2"
