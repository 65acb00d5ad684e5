"""The guard as an operator of a public server sees it: one server, behind one proxy."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.channels.serving import ANSWER, Server, free_port, make_home

pytestmark = pytest.mark.slow

ADMIN = "ADVISOR_ADMIN_PORT"
FRIEND, STRANGER = "https://www.example.edu", "https://evil.example"
PLANTED = {
    "e-mail": "jane.doe@example.edu",
    "telephone": "617-555-0142",
    "telephone abroad": "+44 20 7946 0958",
    "social security": "078-05-1120",
    "card": "4111 1111 1111 1111",
}


class PublicServer(Server):
    admin = 0

    def ask(self, address: str, message: str = "count", **more: Any) -> requests.Response:
        """One message of a conversation of its own, from an address behind the proxy."""
        given = {"sender": uuid4().hex, "message": message} | more.pop("given", {})
        headers = {"X-Forwarded-For": f"1.2.3.4, {address}"} | more
        return self.post(json=given, headers=headers)

    def count(self, name: str, **labels: str) -> float:
        """A counter's value, by the admin address."""
        text = requests.get(f"http://127.0.0.1:{self.admin}/metrics", timeout=ANSWER).text
        return sum(
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )


@pytest.fixture(scope="module")
def public(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicServer]:
    admin = free_port()
    server = PublicServer(
        make_home(tmp_path_factory.mktemp("public"), model),
        HOST="0.0.0.0",
        ADVISOR_REST="on",
        ADVISOR_ORIGINS=FRIEND,
        ADVISOR_CONVERSATION_RATE="3/hour",
        ADVISOR_ADDRESS_RATE="5/hour",
        ADVISOR_TRUSTED_PROXIES="1",
        ADVISOR_LOG_FORMAT="json",
        ADVISOR_LOG_KEY="a key",
        ADVISOR_ACTION_TIMEOUT="1",
        **{ADMIN: str(admin)},
    )
    server.admin = admin
    try:
        server.start()
        yield server
    finally:
        server.kill()


def lines(server: Server) -> list[dict[str, Any]]:
    return [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]


def test_a_conversation_that_sends_too_much_is_told_when_to_come_back(public: PublicServer):
    sender = {"sender": "hasty"}
    before = public.count("advisor_rate_limited_total", scope="conversation")

    answers = [public.ask(f"198.51.100.{n}", given=sender) for n in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 3500 < int(answers[-1].headers["Retry-After"]) <= 3602
    assert answers[-1].json()["error"]
    assert answers[-1].headers["Retry-After"] in answers[-1].json()["remedy"]
    assert public.ask("198.51.100.9").status_code == 200
    assert public.count("advisor_rate_limited_total", scope="conversation") == before + 1


def test_an_address_that_asks_too_much_is_refused_whatever_it_sends(public: PublicServer):
    bad = [public.ask("203.0.113.7", given={"message": ""}).status_code for _ in range(5)]

    assert bad == [400] * 5
    assert public.ask("203.0.113.7").status_code == 429
    assert public.ask("203.0.113.8").status_code == 200


def test_only_the_trusted_proxys_word_counts(public: PublicServer):
    """What stands further to the left in X-Forwarded-For is whatever a caller says."""
    statuses = {
        public.post(
            json={"sender": uuid4().hex, "message": "count"},
            headers={"X-Forwarded-For": f"10.0.0.{number}, 203.0.113.50"},
        ).status_code
        for number in range(6)
    }

    assert statuses == {200, 429}


def test_nobody_beyond_the_proxy_is_taken_for_this_machine(public: PublicServer):
    assert {public.ask("127.0.0.1").status_code for _ in range(6)} == {200, 429}


def test_other_sites_pages_are_refused_and_named_ones_are_not(public: PublicServer):
    friend = public.ask("203.0.113.60", Origin=FRIEND)
    stranger = public.ask("203.0.113.60", Origin=STRANGER)

    assert friend.status_code == 200
    assert friend.headers["Access-Control-Allow-Origin"] == FRIEND
    assert stranger.status_code == 403
    assert "ADVISOR_ORIGINS" in stranger.json()["remedy"]


@pytest.mark.parametrize("kind", PLANTED)
@pytest.mark.parametrize("deed", ["echo", "broken", "slow", "rubbish"])
def test_personal_data_is_neither_stored_nor_logged(public: PublicServer, kind: str, deed: str):
    planted = PLANTED[kind]
    sender = uuid4().hex
    address = f"192.0.2.{list(PLANTED).index(kind)}"

    answer = public.ask(
        address, f"{deed}: I am at {planted}, pay 85,000?", given={"sender": sender}
    )

    assert answer.status_code in (200, 429)
    if answer.status_code == 200:
        assert planted not in answer.text
        with closing(sqlite3.connect(public.home / "var" / "conversations.db")) as database:
            stored = " ".join(str(row) for row in database.iterdump())
        assert "pay 85,000?" in stored
    bare = re.sub(r"\W", "", planted).encode()
    for file in [*(public.home / "var").rglob("*"), public.home / "server.log"]:
        if file.is_file():
            content = file.read_bytes()
            assert planted.encode() not in content, file
            assert bare not in content, file


def test_each_turn_has_one_line_that_names_nobody(public: PublicServer):
    sender = f"sender-{uuid4().hex}"
    before = len(lines(public))

    public.ask("203.0.113.70", "count please", given={"sender": sender})
    public.ask("203.0.113.70", "count again", given={"sender": sender})

    turns = [line for line in lines(public)[before:] if line["event"] == "turn"]
    assert [line["outcome"] for line in turns] == ["answered", "answered"]
    assert {line["channel"] for line in turns} == {"rest"}
    assert len({line["conversation"] for line in turns}) == 1
    assert all(line["milliseconds"] > 0 and line["level"] == "info" for line in turns)
    assert sender not in public.log
    assert "count please" not in public.log


def test_a_failures_id_leads_from_the_user_to_the_log_and_the_counter(public: PublicServer):
    failures = public.count("advisor_failures_total", part="action action_broken")
    failed = public.count("advisor_messages_total", channel="rest", outcome="failed")

    answer = public.ask("203.0.113.80", "broken please")

    found = re.search(r"Error (\w{8})", answer.json()[0]["text"])
    assert found is not None
    (line,) = [line for line in lines(public) if line.get("error_id") == found[1]]
    (turn,) = [
        entry
        for entry in lines(public)
        if entry["event"] == "turn" and entry["conversation"] == line["conversation"]
    ]
    assert line["exception"] == "KeyError"
    assert line["level"] == "error"
    assert re.fullmatch(r"[\w.]+:\d+", line["at"])
    assert turn["outcome"] == "failed"
    assert public.count("advisor_failures_total", part="action action_broken") == failures + 1
    assert public.count("advisor_messages_total", channel="rest", outcome="failed") == failed + 1


def test_messages_are_counted_and_timed(public: PublicServer):
    answered = {"channel": "rest", "outcome": "answered"}
    refused = {"channel": "rest", "outcome": "refused"}
    before = [public.count("advisor_messages_total", **labels) for labels in (answered, refused)]
    timed = public.count("advisor_message_seconds_count", channel="rest")

    assert public.ask("203.0.113.90").status_code == 200
    assert public.ask("203.0.113.90", "").status_code == 400

    after = [public.count("advisor_messages_total", **labels) for labels in (answered, refused)]
    assert [late - early for late, early in zip(after, before, strict=True)] == [1, 1]
    assert public.count("advisor_message_seconds_count", channel="rest") == timed + 1


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready"])
def test_health_is_told_on_both_addresses(public: PublicServer, path: str):
    admin = requests.get(f"http://127.0.0.1:{public.admin}{path}", timeout=ANSWER)

    assert admin.status_code == public.get(path).status_code == 200
    assert admin.json() == public.get(path).json() == {"status": "ok"}


def test_metrics_are_not_public(public: PublicServer):
    assert public.get("/metrics").status_code == 404


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"HOST": "0.0.0.0"}, "ADVISOR_REST=on"),
        ({"ADVISOR_REST": "off"}, "ADVISOR_REST=on"),
    ],
)
def test_a_public_address_has_no_channel_that_trusts_its_caller(
    settings: dict[str, str], said: str, model: Path, tmp_path: Path
):
    server = Server(make_home(tmp_path, model), **settings)

    server.spawn()

    assert server.wait() == 1
    assert "REST channel is off" in server.log
    assert said in server.log
    assert "Traceback" not in server.log


def test_a_taken_admin_port_ends_the_start(tmp_path: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        server = Server(make_home(tmp_path, None), **{ADMIN: str(other.getsockname()[1])})

        server.spawn()

        assert server.wait() == 1
    assert "ADVISOR_ADMIN_PORT" in server.log
    assert "Traceback" not in server.log
