"""Typed settings, read once from the environment.

Every setting is a field of `Settings`; its metadata names the environment variable, says what it
is for and what a right value looks like. A wrong value raises `SettingsError` with all three.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
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
    action_timeout: float = field(
        default=8.0,
        metadata=_about(
            "ADVISOR_ACTION_TIMEOUT",
            "seconds that an action may take before the user gets an apology",
            f"Give a number of seconds above 0 and at most {LONGEST_ACTION:g}.",
            _seconds,
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
