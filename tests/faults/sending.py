"""A client that numbers its messages, and sends again what was not acknowledged."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import requests

from tests.channels.serving import START_UP, Server

ACKNOWLEDGED = 200
REFUSED = 503


@dataclass
class Client:
    """One user of the bot that counts turns: see `action_count`."""

    sender: str
    # What was answered, in the order of sending.
    replies: list[str] = field(default_factory=list)
    # Messages that were sent more than once.
    resent: int = 0
    refused: int = 0
    slowest: float = 0.0

    def attempt(self, server: Server, number: int) -> requests.Response:
        """Sends a message once.

        Raises:
            requests.RequestException: no answer came.
        """
        body = {"sender": self.sender, "message": "count", "message_id": f"m{number}"}
        began = time.monotonic()
        response = server.post(json=body)
        self.slowest = max(self.slowest, time.monotonic() - began)
        return response

    def insist(self, server: Server, number: int) -> str:
        """Sends a message until it is acknowledged; returns the answer."""
        end = time.monotonic() + START_UP
        tries = 0
        while time.monotonic() < end:
            tries += 1
            self.resent += tries == 2
            try:
                response = self.attempt(server, number)
                if response.status_code == ACKNOWLEDGED:
                    self.replies.append(response.json()[0]["text"])
                    return self.replies[-1]
                assert response.status_code == REFUSED, response.text
                self.refused += 1
            except requests.RequestException:
                pass
            time.sleep(0.1)
        raise TimeoutError

    @property
    def counted(self) -> bool:
        """Whether each message was one turn: none lost, none doubled, in order."""
        return self.replies == [f"turn {n}" for n in range(1, len(self.replies) + 1)]
