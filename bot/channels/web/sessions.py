"""Sessions of the web channel: issued by the server, signed, and bound to one conversation."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from bot.settings import Settings

# Conversations of this channel, apart from those whose callers name the sender themselves.
PREFIX = "web-"
# Seconds that a session may be used. The widget asks for a new one after that.
LIFETIME = 30 * 24 * 3600
# Seconds by which the clocks of several servers may differ.
CLOCKS = 300
TOKEN = re.compile(r"([A-Za-z0-9_-]{32})\.(\d{1,12})\.([A-Za-z0-9_-]{43})")
KEY_FILE = Path("var") / "web.key"


class SessionError(ValueError):
    """A session that cannot be used: not issued here, altered, or too old."""


@dataclass(frozen=True)
class Session:
    """One browser's session.

    Attributes:
        token: what the browser shows; whoever has it has the conversation.
        sender: id of the conversation.
    """

    token: str
    sender: str


class Sessions:
    """Issues sessions and recognises them; keeps no list of them."""

    def __init__(self, key: bytes) -> None:
        """Takes the secret that all processes share."""
        self._key = key

    def issue(self, now: float | None = None) -> Session:
        """A new session with an id that cannot be guessed.

        Args:
            now: seconds since 1970; None takes the clock.
        """
        name = secrets.token_urlsafe(24)
        head = f"{name}.{int(time.time() if now is None else now)}"
        return Session(f"{head}.{self._signature(head)}", PREFIX + name)

    def recognise(
        self, token: str, now: float | None = None, *, expired_too: bool = False
    ) -> Session:
        """The session of a token that this server has issued.

        Args:
            token: what the browser shows.
            now: seconds since 1970; None takes the clock.
            expired_too: however old it is: a conversation may outlive its session.

        Raises:
            SessionError: it was not issued here, was altered, or is too old.
        """
        found = TOKEN.fullmatch(token)
        if found is None:
            raise SessionError("The session is missing or cannot be read.")
        name, issued, signature = found.groups()
        if not hmac.compare_digest(signature, self._signature(f"{name}.{issued}")):
            raise SessionError("The session was not issued here.")
        age = (time.time() if now is None else now) - int(issued)
        if not (age >= -CLOCKS and (expired_too or age <= LIFETIME)):
            raise SessionError("The session has expired.")
        return Session(token, PREFIX + name)

    def _signature(self, head: str) -> str:
        digest = hmac.new(self._key, head.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def open_sessions(settings: Settings) -> Sessions:
    """The sessions under the key of the settings, or under one that is kept beside the database.

    Raises:
        OSError: the key's file can be neither made nor read.
    """
    given = settings.web_key.encode() or _kept_key(settings.home / KEY_FILE)
    return Sessions(hashlib.sha256(given).digest())


def _kept_key(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    drawn = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(drawn, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(secrets.token_bytes(32))
    try:
        # Whole or not at all, whichever process comes first.
        os.link(drawn, path)
    except FileExistsError:
        pass
    finally:
        drawn.unlink()
    return path.read_bytes()
