"""Which sites' pages may talk to the advisor; knows no web server."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

ALL = "*"
PORTS = {"http": 80, "https": 443}
READING = frozenset({"GET", "HEAD"})


class Origins:
    """The server's own origin, and those that the settings allow."""

    def __init__(self, allowed: Iterable[str]) -> None:
        """Takes origins such as "https://www.example.edu", or "*" for all."""
        self._allowed = frozenset(allowed)

    def allow(self, origin: str, host: str) -> bool:
        """Whether a page of an origin may talk to the server.

        Args:
            origin: the header Origin.
            host: the header Host, by which the page would reach the server.
        """
        origin = origin.lower()
        return ALL in self._allowed or origin in self._allowed or _is_same(origin, host.lower())


def changes_something(method: str, upgrade: str) -> bool:
    """Whether a request is more than a look: one that writes, or opens a WebSocket."""
    return method not in READING or upgrade.lower() == "websocket"


def _is_same(origin: str, host: str) -> bool:
    # The scheme cannot be compared: behind a proxy the server does not see the one of the page.
    try:
        parts = urlsplit(origin)
        default = PORTS[parts.scheme]
        there = urlsplit(f"//{host}")
        here = (parts.hostname, parts.port or default)
        return parts.hostname is not None and here == (there.hostname, there.port or default)
    except (KeyError, ValueError):
        return False
