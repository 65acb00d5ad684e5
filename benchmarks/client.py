"""One user of a bot's REST channel, over one kept connection."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any

PATH = "/webhooks/rest/webhook"
HEADERS = {"Content-Type": "application/json"}
# Seconds. Stock Rasa takes more than one for a message of a long conversation.
ANSWER = 60


class NoAnswerError(Exception):
    """The bot answered a message with an error; the stock bot's silence counts as an answer."""


class User:
    """Says things, one after the other."""

    def __init__(self, port: int, sender: str) -> None:
        self.sender = sender
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER)

    def connect(self) -> None:
        """Opens the connection ahead of the first message."""
        self._connection.connect()

    def say(self, text: str) -> float:
        """Sends a message and waits for the whole answer.

        Returns:
            Seconds that it took.

        Raises:
            NoAnswerError: the answer is no list of messages.
            OSError: the connection failed.
        """
        begun = time.perf_counter()
        self.send(text)
        self.receive()
        return time.perf_counter() - begun

    def send(self, text: str) -> None:
        """Sends a message without waiting; `receive` must follow."""
        body = json.dumps({"sender": self.sender, "message": text})
        self._connection.request("POST", PATH, body, HEADERS)

    def receive(self) -> list[Any]:
        """Waits for the answer to what was sent.

        Raises:
            NoAnswerError: as `say`.
        """
        response = self._connection.getresponse()
        body = response.read()
        messages = json.loads(body) if response.status == 200 else None
        if not isinstance(messages, list):
            raise NoAnswerError(f"{self.sender}: {response.status} {body[:200]!r}")
        return messages

    def close(self) -> None:
        self._connection.close()
