"""How the value of a variable is read: each function takes its text, or raises `ValueError`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_FORMATS = ("text", "json")
SWITCH = ("on", "off")
RATE = re.compile(r"[1-9]\d{0,6}/(second|minute|hour|day)")
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?")
NO_RATE = "off"
DAYS = re.compile(r"(\d{1,5}(?:\.\d+)?) ?d?")
FOR_EVER = "off"
MOST_PROXIES = 9
# Rasa's lock of a conversation lives 60 s: a turn that lasts longer could be overtaken.
LONGEST_ACTION = 50.0


def text(raw: str) -> str:
    """Any text."""
    return raw


def port(raw: str) -> int:
    """A port's number."""
    port = int(raw)
    if not 1 <= port <= 65535:
        raise ValueError
    return port


def workers(raw: str) -> int:
    """A number of processes."""
    workers = int(raw)
    if not 1 <= workers <= 64:
        raise ValueError
    return workers


def seconds(raw: str) -> float:
    """How long an action may take."""
    seconds = float(raw)
    if not 0 < seconds <= LONGEST_ACTION:
        raise ValueError
    return seconds


def standstill(raw: str) -> float:
    """How long a process may show no life."""
    seconds = float(raw)
    if not 3 <= seconds <= 600:  # it shows life once a second
        raise ValueError
    return seconds


def log_level(raw: str) -> str:
    """The name of a log level."""
    if raw.upper() not in LOG_LEVELS:
        raise ValueError
    return raw.upper()


def folder(raw: str) -> Path:
    """A folder that exists, absolute."""
    path = Path(raw).expanduser().resolve()
    if not path.is_dir():
        raise ValueError
    return path


def one_of(*values: str) -> Callable[[str], str]:
    """One of some words, in small letters."""

    def parse(raw: str) -> str:
        if raw.lower() not in values:
            raise ValueError
        return raw.lower()

    return parse


def switch(raw: str) -> bool:
    """Whether something is on."""
    return one_of(*SWITCH)(raw) == "on"


def rate(raw: str) -> str:
    """A number in a time, or off."""
    rate = re.sub(r"\s", "", raw.lower())
    if rate != NO_RATE and not RATE.fullmatch(rate):
        raise ValueError
    return rate


def origins(raw: str) -> tuple[str, ...]:
    """Sites, as browsers name them."""
    origins = tuple(part.strip().lower().rstrip("/") for part in raw.split(",") if part.strip())
    if not all(origin == "*" or ORIGIN.fullmatch(origin) for origin in origins):
        raise ValueError
    return origins


def proxies(raw: str) -> int:
    """A number of proxies."""
    proxies = int(raw)
    if not 0 <= proxies <= MOST_PROXIES:
        raise ValueError
    return proxies


def port_or_off(raw: str) -> int:
    """A port's number; 0 for off."""
    return 0 if raw.lower() == "off" else port(raw)


def redis(raw: str) -> str:
    """A URL of Redis."""
    if not raw.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError
    return raw


def days(raw: str) -> float:
    """Reads a number of days such as 30d.

    Returns:
        The days; infinity for "off".

    Raises:
        ValueError: it is something else.
    """
    if raw.lower() == FOR_EVER:
        return math.inf
    found = DAYS.fullmatch(raw.lower())
    if found is None or not float(found[1]):
        raise ValueError
    return float(found[1])


def token(prefix: str) -> Callable[[str], str]:
    """A token that begins so."""

    def parse(raw: str) -> str:
        if not raw.startswith(prefix) or not raw.isascii() or " " in raw:
            raise ValueError
        return raw

    return parse


def web_api(raw: str) -> str:
    """A URL that paths can be added to."""
    if not re.fullmatch(r"https?://[^\s?#]+", raw):
        raise ValueError
    return raw.rstrip("/") + "/"


def database(raw: str) -> str:
    """An SQLAlchemy URL."""
    if "://" not in raw:
        raise ValueError
    return raw
