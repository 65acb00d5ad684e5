"""Typed settings, read once from the environment.

Every setting is a field of `Settings`; its metadata names the environment variable, says what it
is for and what a right value looks like. A wrong value raises `SettingsError` with all three.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path

from bot.settings.access import AccessSettings
from bot.settings.loopback import is_loopback
from bot.settings.process import ProcessSettings
from bot.settings.reports import ReportSettings
from bot.settings.setting import PROJECT, SettingsError, read
from bot.settings.slack import SlackSettings
from bot.settings.stores import StoreSettings
from bot.settings.values import NO_RATE, ORIGIN, days

__all__ = [
    "NO_RATE",
    "ORIGIN",
    "PROJECT",
    "Settings",
    "SettingsError",
    "current_settings",
    "days",
    "is_loopback",
]


@dataclass(frozen=True)
class Settings(ProcessSettings, StoreSettings, AccessSettings, ReportSettings, SlackSettings):
    """How one process of the advisor runs. Relative paths start at `home`."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Reads the settings.

        Args:
            environment: variables by name; an empty one counts as not set.

        Raises:
            SettingsError: names the variable, its value unless secret, and the remedy.
        """
        given = {
            setting.name: read(setting, environment[setting.metadata["variable"]].strip())
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


@lru_cache(maxsize=1)
def current_settings() -> Settings:
    """The process's settings, read at the first call.

    Raises:
        SettingsError: as `Settings.from_environment`.
    """
    return Settings.from_environment()
