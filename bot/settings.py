"""Typed settings, read once from the environment.

Every setting is a field of `Settings`; its metadata names the environment variable, says what it
is for and what a right value looks like. A wrong value raises `SettingsError` with all three.
"""

from __future__ import annotations

import ipaddress
import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_FORMATS = ("text", "json")
SWITCH = ("on", "off")
RATE = re.compile(r"[1-9]\d{0,6}/(second|minute|hour|day)")
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?")
NO_RATE = "off"
DAYS = re.compile(r"(\d{1,5}(?:\.\d+)?) ?d?")
FOR_EVER = "off"
MOST_PROXIES = 9
PROJECT = Path(__file__).resolve().parents[1]
# Rasa's lock of a conversation lives 60 s: a turn that lasts longer could be overtaken.
LONGEST_ACTION = 50.0


class SettingsError(ValueError):
    """A setting has a value that cannot be used; the message says which and what to do."""


def _text(raw: str) -> str:
    return raw


def _port(raw: str) -> int:
    port = int(raw)
    if not 1 <= port <= 65535:
        raise ValueError
    return port


def _workers(raw: str) -> int:
    workers = int(raw)
    if not 1 <= workers <= 64:
        raise ValueError
    return workers


def _seconds(raw: str) -> float:
    seconds = float(raw)
    if not 0 < seconds <= LONGEST_ACTION:
        raise ValueError
    return seconds


def _log_level(raw: str) -> str:
    if raw.upper() not in LOG_LEVELS:
        raise ValueError
    return raw.upper()


def _folder(raw: str) -> Path:
    path = Path(raw).expanduser().resolve()
    if not path.is_dir():
        raise ValueError
    return path


def _one_of(*values: str) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if raw.lower() not in values:
            raise ValueError
        return raw.lower()

    return parse


def _switch(raw: str) -> bool:
    return _one_of(*SWITCH)(raw) == "on"


def _rate(raw: str) -> str:
    rate = re.sub(r"\s", "", raw.lower())
    if rate != NO_RATE and not RATE.fullmatch(rate):
        raise ValueError
    return rate


def _origins(raw: str) -> tuple[str, ...]:
    origins = tuple(part.strip().lower().rstrip("/") for part in raw.split(",") if part.strip())
    if not all(origin == "*" or ORIGIN.fullmatch(origin) for origin in origins):
        raise ValueError
    return origins


def _proxies(raw: str) -> int:
    proxies = int(raw)
    if not 0 <= proxies <= MOST_PROXIES:
        raise ValueError
    return proxies


def _port_or_off(raw: str) -> int:
    return 0 if raw.lower() == "off" else _port(raw)


def _redis(raw: str) -> str:
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


def _token(prefix: str) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if not raw.startswith(prefix) or not raw.isascii() or " " in raw:
            raise ValueError
        return raw

    return parse


def _web_api(raw: str) -> str:
    if not re.fullmatch(r"https?://[^\s?#]+", raw):
        raise ValueError
    return raw.rstrip("/") + "/"


def _database(raw: str) -> str:
    if "://" not in raw:
        raise ValueError
    return raw


def _about(
    variable: str, purpose: str, remedy: str, parse: Callable[[str], Any] = _text
) -> dict[str, Any]:
    return {"variable": variable, "purpose": purpose, "remedy": remedy, "parse": parse}


@dataclass(frozen=True)
class Settings:
    """How one process of the advisor runs. Relative paths start at `home`."""

    home: Path = field(
        default=PROJECT,
        metadata=_about(
            "ADVISOR_HOME",
            "folder that holds config.yml, credentials.yml, models/ and var/",
            "Give the path of an existing folder.",
            _folder,
        ),
    )
    host: str = field(
        default="127.0.0.1",
        metadata=_about(
            "HOST",
            "address that the server listens on",
            "Give an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them.",
        ),
    )
    port: int = field(
        default=5005,
        metadata=_about(
            "PORT",
            "port that the server listens on",
            "Give a whole number from 1 to 65535.",
            _port,
        ),
    )
    workers: int = field(
        default=1,
        metadata=_about(
            "ADVISOR_WORKERS",
            "processes that `advisor serve` runs; more than one need PostgreSQL and Redis",
            "Give a whole number from 1 to 64.",
            _workers,
        ),
    )
    model: str = field(
        default="models/advisor.tar.gz",
        metadata=_about(
            "ADVISOR_MODEL",
            "trained model",
            "Give the path of a model file; `make train` makes one.",
        ),
    )
    database_url: str = field(
        default="sqlite:///var/conversations.db",
        repr=False,  # it may hold a password
        metadata=_about(
            "ADVISOR_DATABASE_URL",
            "SQLAlchemy URL of the database that keeps the conversations",
            "Give a URL such as sqlite:///var/conversations.db or "
            "postgresql://user:password@host/database.",
            _database,
        ),
    )
    redis_url: str = field(
        default="",
        repr=False,  # it may hold a password
        metadata=_about(
            "ADVISOR_REDIS_URL",
            "Redis that several processes share for locks and rate limits",
            "Give a URL such as redis://:password@host:6379/0.",
            _redis,
        ),
    )
    retention: float = field(
        default=90.0,
        metadata=_about(
            "ADVISOR_RETENTION",
            "days without a message after which the server deletes a conversation",
            "Give a number of days such as 90d, or off to keep conversations for ever.",
            days,
        ),
    )
    action_timeout: float = field(
        default=8.0,
        metadata=_about(
            "ADVISOR_ACTION_TIMEOUT",
            "seconds that an action may take before the user gets an apology",
            f"Give a number of seconds above 0 and at most {LONGEST_ACTION:g}.",
            _seconds,
        ),
    )
    knowledge_folder: Path = field(
        default=PROJECT / "knowledge",
        metadata=_about(
            "ADVISOR_KNOWLEDGE",
            "folder that holds the knowledge files",
            "Give the path of an existing folder.",
            _folder,
        ),
    )
    rest: str = field(
        default="auto",
        metadata=_about(
            "ADVISOR_REST",
            "whether the REST channel, which trusts its caller to name the sender, is served; auto "
            "means on where HOST is a loopback address, and off elsewhere",
            "Give auto, on or off.",
            _one_of("auto", *SWITCH),
        ),
    )
    origins: tuple[str, ...] = field(
        default=(),
        metadata=_about(
            "ADVISOR_ORIGINS",
            "other sites whose pages may talk to the advisor",
            "Give origins parted by commas, such as https://www.example.edu, or * for all.",
            _origins,
        ),
    )
    web_key: str = field(
        default="",
        repr=False,
        metadata=_about(
            "ADVISOR_WEB_KEY",
            "secret that signs the sessions of the chat widget; without it one is drawn and kept "
            "in var/web.key, for the processes of one machine",
            "Give any long random text, the same for all processes.",
        ),
    )
    conversation_rate: str = field(
        default="30/minute",
        metadata=_about(
            "ADVISOR_CONVERSATION_RATE",
            "messages that one conversation may send in a time",
            "Give a number and second, minute, hour or day, such as 30/minute, or off.",
            _rate,
        ),
    )
    address_rate: str = field(
        default="300/minute",
        metadata=_about(
            "ADVISOR_ADDRESS_RATE",
            "requests that one address may make in a time; a campus may share one address",
            "Give a number and second, minute, hour or day, such as 300/minute, or off.",
            _rate,
        ),
    )
    limit_loopback: bool = field(
        default=False,
        metadata=_about(
            "ADVISOR_LIMIT_LOOPBACK",
            "whether the rates hold for callers on this machine too",
            "Give on or off.",
            _switch,
        ),
    )
    trusted_proxies: int = field(
        default=0,
        metadata=_about(
            "ADVISOR_TRUSTED_PROXIES",
            "how many proxies of yours stand before the server; the caller's address is then that "
            "many places from the end of X-Forwarded-For",
            f"Give a whole number from 0 to {MOST_PROXIES}.",
            _proxies,
        ),
    )
    admin_host: str = field(
        default="127.0.0.1",
        metadata=_about(
            "ADVISOR_ADMIN_HOST",
            "address that metrics and health are served on",
            "Give an address of this machine that the public cannot reach.",
        ),
    )
    admin_port: int = field(
        default=0,
        metadata=_about(
            "ADVISOR_ADMIN_PORT",
            "port that metrics and health are served on; off serves none",
            "Give a whole number from 1 to 65535, or off.",
            _port_or_off,
        ),
    )
    log_level: str = field(
        default="INFO",
        metadata=_about(
            "ADVISOR_LOG_LEVEL",
            "least severe log line that is written; DEBUG shows what users write",
            f"Give one of {', '.join(LOG_LEVELS)}.",
            _log_level,
        ),
    )
    log_format: str = field(
        default="text",
        metadata=_about(
            "ADVISOR_LOG_FORMAT",
            "how log lines look: text for people, json for collectors",
            "Give text or json.",
            _one_of(*LOG_FORMATS),
        ),
    )
    log_key: str = field(
        default="",
        repr=False,
        metadata=_about(
            "ADVISOR_LOG_KEY",
            "secret that turns conversation ids into the hashes in the log; without it each "
            "process draws its own, and hashes differ from start to start",
            "Give any long random text, the same for all processes.",
        ),
    )

    slack_bot_token: str = field(
        default="",
        repr=False,
        metadata=_about(
            "SLACK_BOT_TOKEN",
            "token of the Slack app's bot; with it the advisor answers in Slack",
            "Give the Bot User OAuth Token of your Slack app, which begins with xoxb-.",
            _token("xoxb-"),
        ),
    )
    slack_app_token: str = field(
        default="",
        repr=False,
        metadata=_about(
            "SLACK_APP_TOKEN",
            "token by which the advisor connects to Slack, without a public address",
            "Give an App-Level Token with connections:write, which begins with xapp-.",
            _token("xapp-"),
        ),
    )
    slack_signing_secret: str = field(
        default="",
        repr=False,
        metadata=_about(
            "SLACK_SIGNING_SECRET",
            "secret by which requests of Slack to /webhooks/slack are known, where Slack calls",
            "Give the Signing Secret of your Slack app.",
        ),
    )
    slack_api_url: str = field(
        default="https://slack.com/api/",
        metadata=_about(
            "SLACK_API_URL",
            "where Slack's Web API is",
            "Give a URL such as https://slack.com/api/ or https://slack-gov.com/api/.",
            _web_api,
        ),
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Reads the settings.

        Args:
            environment: variables by name; an empty one counts as not set.

        Raises:
            SettingsError: names the variable, its value unless secret, and the remedy.
        """
        given = {
            setting.name: _parse(setting, environment[setting.metadata["variable"]].strip())
            for setting in fields(cls)
            if environment.get(setting.metadata["variable"], "").strip()
        }
        return cls(**given)

    def listening_on(self, host: str | None, port: int | None) -> Settings:
        """The same settings with another address, where one is given.

        Raises:
            SettingsError: the port cannot be used.
        """
        given = {"HOST": host or "", "PORT": "" if port is None else str(port)}
        address = Settings.from_environment(given)
        return replace(
            self,
            host=address.host if host else self.host,
            port=self.port if port is None else address.port,
        )

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)

    @property
    def rest_is_served(self) -> bool:
        """Whether the REST channel is on, after what `rest` and `host` say."""
        return self.rest == "on" or (self.rest == "auto" and self.on_loopback)

    @property
    def slack_is_served(self) -> bool:
        """Whether there are the tokens that Slack takes, by one way or the other."""
        return bool(self.slack_bot_token and (self.slack_app_token or self.slack_signing_secret))

    @property
    def model_path(self) -> Path:
        """The model file, absolute."""
        return self.home / Path(self.model).expanduser()

    @property
    def database_path(self) -> Path | None:
        """The SQLite file, absolute; None where the database is another or in memory."""
        scheme, _, path = self.database_url.partition(":///")
        if not scheme.startswith("sqlite") or path in ("", ":memory:"):
            return None
        return self.home / path.partition("?")[0]

    @property
    def database_address(self) -> str:
        """The database's URL, with the absolute path of an SQLite file."""
        path = self.database_path
        return self.database_url if path is None else f"sqlite:///{path}"


@lru_cache(maxsize=1024)
def is_loopback(address: str) -> bool:
    """Whether an address can only be reached from this machine."""
    try:
        found = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return address.lower() == "localhost"
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def _parse(setting: Field[Any], raw: str) -> Any:
    about = setting.metadata
    try:
        return about["parse"](raw)
    except ValueError:
        shown = repr(raw) if setting.repr else "its value (not shown)"
        raise SettingsError(
            f"{about['variable']} ({about['purpose']}): {shown} cannot be used. {about['remedy']}"
        ) from None


@lru_cache(maxsize=1)
def current_settings() -> Settings:
    """The process's settings, read at the first call.

    Raises:
        SettingsError: as `Settings.from_environment`.
    """
    return Settings.from_environment()
