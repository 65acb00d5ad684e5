from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from tests.channels.serving import Server, make_home

WEB = "/webhooks/web"
FRIEND = "https://www.example.edu"


@dataclass
class Browser:
    """What the widget does, without a browser."""

    server: Server
    session: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.session}"}

    def send(self, message: str, message_id: str | None = None, **more: Any) -> requests.Response:
        body = {"message": message, "message_id": message_id or uuid4().hex} | more
        return self.server.post(f"{WEB}/messages", json=body, headers=self.headers)

    def say(self, message: str, message_id: str | None = None) -> list[dict[str, Any]]:
        answer = self.send(message, message_id)
        assert answer.status_code == 200, answer.text
        replies = answer.json()["replies"]
        assert isinstance(replies, list)
        return replies

    def history(self) -> list[dict[str, Any]]:
        answer = self.ask("GET", "history")
        assert answer.status_code == 200, answer.text
        messages = answer.json()["messages"]
        assert isinstance(messages, list)
        return messages

    def ask(self, method: str, path: str, **content: Any) -> requests.Response:
        url = f"{self.server.url}{WEB}/{path}"
        return requests.request(method, url, headers=self.headers, timeout=30, **content)


def new_browser(server: Server) -> Browser:
    answer = server.post(f"{WEB}/sessions")
    assert answer.status_code == 201, answer.text
    return Browser(server, answer.json()["session"])


@pytest.fixture(scope="module")
def server(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The small project with the web channel and no other."""
    home = make_home(tmp_path_factory.mktemp("web"), model)
    (home / "credentials.yml").write_text("bot.channels.web.channel.WebInput:\n")
    server = Server(home, ADVISOR_ACTION_TIMEOUT="1", ADVISOR_ORIGINS=FRIEND)
    try:
        server.start()
        yield server
    finally:
        server.kill()


@pytest.fixture
def browser(server: Server) -> Browser:
    return new_browser(server)
