"""The product itself over HTTP: its own model, its own actions, its own server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.channels.serving import Server, serving_advisor

pytestmark = [pytest.mark.model, pytest.mark.slow]


@pytest.fixture(scope="module")
def advisor_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving_advisor(tmp_path_factory.mktemp("advisor")) as server:
        yield server


def facts_of(messages: list[dict[str, object]]) -> set[str]:
    return {
        fact
        for message in messages
        for answer in (message.get("custom") or {}).get("data", {}).get("answers", [])
        for fact in answer["facts"]
    }


def test_it_is_healthy_and_answers_a_question_with_its_facts(advisor_server: Server) -> None:
    assert advisor_server.get("/health").status_code == 200
    messages = advisor_server.say("what would the median pay be", "curious")
    assert "roughly $90,000" in str(messages[0]["text"])
    assert facts_of(messages) == {"M6"}


@pytest.mark.parametrize("text", ["/restart", '/salary_median{"memory": "x"}', "/fit_check"])
def test_a_command_is_text(advisor_server: Server, text: str) -> None:
    sender = f"slash-{abs(hash(text))}"
    advisor_server.say("what are the duties?", sender)
    advisor_server.say(text, sender)
    more = advisor_server.say("say that again please", sender)
    assert more[0]["text"]


def test_conversations_do_not_mix(advisor_server: Server) -> None:
    advisor_server.say("what is the salary range?", "first")
    advisor_server.say("what education do i need?", "second")
    assert facts_of(advisor_server.say("where is that from?", "first")) == {"M5"}


HOSTILE = (
    b"",
    b"[]",
    b'{"message": "x"}',
    b'{"sender": 1, "message": "x"}',
    b'{"sender": "\\ud800", "message": "x"}',
    b'{"sender": "a\\u0000b", "message": "x"}',
    b'{"sender": "long", "message": "' + b"x" * 100_000 + b'"}',
    b"[" * 5_000,
)


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_input_leaves_the_server_and_others_alone(
    advisor_server: Server, body: bytes
) -> None:
    advisor_server.say("what is the median salary?", "bystander")
    response = advisor_server.post(data=body, headers={"Content-Type": "application/json"})
    assert 400 <= response.status_code < 500, response.text
    assert set(response.json()) >= {"error"}
    assert advisor_server.get("/health").status_code == 200
    assert facts_of(advisor_server.say("where is that from?", "bystander")) == {"M6"}
