"""The REST channel, against a real server."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest

from tests.channels.serving import Server

pytestmark = pytest.mark.slow

JSON = {"Content-Type": "application/json"}


def body(**changes: Any) -> str:
    return json.dumps({"sender": "someone", "message": "count"} | changes)


BAD_BODIES = {
    "nothing": (400, ""),
    "no JSON": (400, "hello"),
    "half a JSON": (400, '{"sender": "a", '),
    "no UTF-8": (400, b'{"sender": "a", "message": "\xff\xfe"}'),
    "a list": (400, "[]"),
    "a string": (400, '"count"'),
    "null": (400, "null"),
    "deep lists": (400, "[" * 8_000),
    "deep objects": (400, '{"a":' * 1_600),
    "deep metadata": (400, '{"metadata":' + "[" * 4_000 + "]" * 4_000 + "}"),
    "no sender": (400, json.dumps({"message": "count"})),
    "sender null": (400, body(sender=None)),
    "sender a number": (400, body(sender=7)),
    "sender an object": (400, body(sender={"$ne": ""})),
    "sender empty": (400, body(sender="")),
    "sender blank": (400, body(sender="   ")),
    "sender too long": (400, body(sender="x" * 129)),
    "sender with NUL": (400, body(sender="a\0b")),
    "sender with a lone surrogate": (400, body(sender="\ud800")),
    "sender with a line break": (400, body(sender="a\nb")),
    "no message": (400, json.dumps({"sender": "someone"})),
    "message null": (400, body(message=None)),
    "message a list": (400, body(message=["count"])),
    "message true": (400, body(message=True)),
    "message empty": (400, body(message="")),
    "message blank": (400, body(message=" \t\n")),
    "message of control characters": (400, body(message="\0\x01\x1b")),
    "message_id a number": (400, body(message_id=7)),
    "message_id empty": (400, body(message_id="")),
    "message_id with blanks": (400, body(message_id="a b")),
    "message_id too long": (400, body(message_id="x" * 65)),
    "message too long": (413, body(message="x" * 1001)),
    "body too large": (413, body(message="x" * 5_000_000)),
    "metadata too large": (413, body(metadata="x" * 100_000)),
    "long in ASCII": (413, body(message="\U0001f600" * 1000)),
}
LONGEST = {
    "UTF-8": json.dumps({"sender": "long", "message": "\U0001f600" * 1000}, ensure_ascii=False),
    "ASCII": body(message="\u4e2d" * 1000, sender="\u4e2d" * 128, message_id="x" * 64),
}


@pytest.mark.parametrize(("status", "content"), BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_what_cannot_be_taken_is_refused_with_a_remedy(
    server: Server, status: int, content: str | bytes
):
    response = server.post(data=content, headers=JSON)

    assert response.status_code == status
    assert response.json()["error"]
    assert response.json()["remedy"]
    assert server.alive


@pytest.mark.parametrize("content", LONGEST.values(), ids=LONGEST.keys())
def test_the_longest_message_is_taken(server: Server, content: str):
    response = server.post(data=content.encode(), headers=JSON)

    assert response.status_code == 200
    assert response.json()[0]["text"].startswith("heard: ")


def test_a_body_of_unknown_length_is_limited_too(server: Server):
    response = server.post(data=iter([b"x" * 5000] * 3), headers=JSON)

    assert response.status_code == 413
    assert server.alive


def test_a_body_that_is_too_large_is_told_how_to_shrink(server: Server):
    response = server.post(data=body(message="\U0001f600" * 1000), headers=JSON)

    assert "UTF-8" in response.json()["remedy"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_content_type_is_refused(server: Server, content_type: str):
    response = server.post(data=body(), headers={"Content-Type": content_type})

    assert response.status_code == 415
    assert "application/json" in response.json()["remedy"]


def test_a_stream_is_refused_at_once(server: Server):
    response = server.post("/webhooks/rest/webhook?stream=true", data=body(), headers=JSON)

    assert response.status_code == 400
    assert "stream" in response.json()["remedy"]


def test_an_answer_comes_in_rasas_form(server: Server):
    assert server.say("count", "form") == [
        {
            "recipient_id": "form",
            "text": "turn 1",
            "buttons": [{"title": "Again", "payload": "count"}],
        },
        {"recipient_id": "form", "custom": {"data": {"turns": 1}}},
    ]


@pytest.mark.parametrize(
    ("message", "heard"),
    [
        ("/restart", "restart as nlu_fallback"),
        ('/echo{"turns": 41}', 'echo{"turns": 41} as echo'),
        (" /session_start", "session_start as nlu_fallback"),
        ("/", "? as nlu_fallback"),
        ("echo \0 \ud800", "echo   \ufffd as echo"),
    ],
)
def test_text_is_never_a_command(server: Server, message: str, heard: str):
    conversation = uuid4().hex
    server.say("count", conversation)

    reply = server.say(message, conversation)

    assert reply[0]["text"] == f"heard: {heard}"
    assert server.say("count", conversation)[0]["text"] == "turn 2"


def test_the_client_cannot_name_a_channel_or_metadata(server: Server):
    given = body(sender="trusting", metadata={"role": "admin"}, input_channel="slack")

    assert server.post(data=given, headers=JSON).status_code == 200

    with closing(sqlite3.connect(server.home / "var" / "conversations.db")) as database:
        events = database.execute("select data from events where sender_id = 'trusting'").fetchall()
    stored = " ".join(data for (data,) in events)
    assert "count" in stored
    assert "admin" not in stored
    assert "slack" not in stored


@pytest.mark.parametrize("message", ["broken", "slow", "rubbish", "silent"])
def test_a_failed_action_is_answered_with_one_apology_that_the_log_knows(
    server: Server, message: str
):
    conversation = uuid4().hex
    server.say("count", conversation)
    before = len(server.log)

    (reply,) = server.say(f"{message} please, my name is Ann", conversation)

    error_id = re.search(r"Error (\w{8})", reply["text"])
    assert error_id is not None
    assert "855-295-1866" in reply["text"]
    assert "half an answer" not in reply["text"]
    lines = [line for line in server.log[before:].splitlines() if error_id[1] in line]
    assert ["ERROR" in line for line in lines] == [True]
    assert "Ann" not in server.log[before:]
    assert server.say("count", conversation)[0]["text"] == "turn 2"


def test_a_slow_action_holds_nobody_else_up(server: Server):
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(server.say, "slow", "slow-one")
        assert server.say("count", "quick-one")[0]["text"] == "turn 1"
        assert not slow.done()
        assert "Sorry" in slow.result()[0]["text"]


def test_a_turn_that_rasa_breaks_off_does_not_end_the_conversation(server: Server):
    server.say("endless", "endless")

    assert server.say("count", "endless")[0]["text"] == "turn 1"


def test_messages_at_once_are_answered_in_turn_and_soon(server: Server):
    server.say("count", "hasty")
    start = time.monotonic()
    server.say("count", "hasty")
    alone = time.monotonic() - start

    start = time.monotonic()
    with ThreadPoolExecutor(5) as pool:
        replies = list(pool.map(lambda _: server.say("count", "hasty"), range(5)))
    together = time.monotonic() - start

    assert {reply[0]["text"] for reply in replies} == {f"turn {n}" for n in range(3, 8)}
    # Rasa's own lock store looks once a second: four of the five would wait for four seconds.
    assert together < 5 * alone + 3


def test_conversations_do_not_see_each_other(server: Server):
    first, second = uuid4().hex, uuid4().hex
    assert server.say("count", first)[0]["text"] == "turn 1"
    assert server.say("count", first)[0]["text"] == "turn 2"
    server.post(data=body(sender=first, message="x" * 1001), headers=JSON)

    assert server.say("count", second)[0]["text"] == "turn 1"
    assert server.say("count", first)[0]["text"] == "turn 3"


def test_the_root_says_where_to_ask(server: Server):
    response = server.get("/")

    assert response.status_code == 200
    assert "/webhooks/rest/webhook" in response.json()["ask"]


@pytest.mark.parametrize("path", ["/nothing", "/model", "/conversations/form/tracker", "/domain"])
def test_rasas_api_is_not_offered(server: Server, path: str):
    response = server.get(path)

    assert response.status_code == 404
    assert response.json()["remedy"]


def test_a_message_that_cannot_be_kept_is_refused_and_can_be_sent_again(server: Server):
    given = {"sender": "patient", "message": "count for Ann", "message_id": "m-1"}
    before = len(server.log)
    with closing(sqlite3.connect(server.home / "var" / "conversations.db")) as database:
        database.execute("begin exclusive")
        response = server.post(json=given)
        database.rollback()

    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert "message_id" in response.json()["remedy"]
    error_id = re.search(r"Error (\w{8})", response.json()["error"])
    assert error_id is not None
    assert error_id[1] in server.log[before:]
    assert "Ann" not in server.log[before:]
    assert server.post(json=given).json()[0]["text"] == "turn 1"


def test_a_message_that_is_sent_again_is_answered_as_before(server: Server):
    given = {"sender": "impatient", "message": "count", "message_id": "m-1"}
    first = server.post(json=given).json()

    assert server.post(json=given).json() == first
    assert server.post(json=given | {"message_id": "m-2"}).json()[0]["text"] == "turn 2"
    assert server.post(json=given | {"sender": "another"}).json()[0]["text"] == "turn 1"
