"""Where a process runs, and what it answers from."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bot.settings import values
from bot.settings.setting import PROJECT, about


@dataclass(frozen=True)
class ProcessSettings:
    """Where a process runs, and what it answers from."""

    home: Path = field(
        default=PROJECT,
        metadata=about(
            "ADVISOR_HOME",
            "folder that holds config.yml, credentials.yml, models/ and var/",
            "Give the path of an existing folder.",
            values.folder,
        ),
    )
    host: str = field(
        default="127.0.0.1",
        metadata=about(
            "HOST",
            "address that the server listens on",
            "Give an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them.",
        ),
    )
    port: int = field(
        default=5005,
        metadata=about(
            "PORT",
            "port that the server listens on",
            "Give a whole number from 1 to 65535.",
            values.port,
        ),
    )
    workers: int = field(
        default=1,
        metadata=about(
            "ADVISOR_WORKERS",
            "processes that `advisor serve` runs; more than one need PostgreSQL and Redis",
            "Give a whole number from 1 to 64.",
            values.workers,
        ),
    )
    worker_timeout: float = field(
        default=20.0,
        metadata=about(
            "ADVISOR_WORKER_TIMEOUT",
            "seconds that one of several workers may stand still before it is replaced",
            "Give a number of seconds from 3 to 600.",
            values.standstill,
        ),
    )
    model: str = field(
        default="models/advisor.tar.gz",
        metadata=about(
            "ADVISOR_MODEL",
            "trained model",
            "Give the path of a model file; `make train` makes one.",
        ),
    )
    knowledge_folder: Path = field(
        default=PROJECT / "knowledge",
        metadata=about(
            "ADVISOR_KNOWLEDGE",
            "folder that holds the knowledge files",
            "Give the path of an existing folder.",
            values.folder,
        ),
    )
    action_timeout: float = field(
        default=8.0,
        metadata=about(
            "ADVISOR_ACTION_TIMEOUT",
            "seconds that an action may take before the user gets an apology",
            f"Give a number of seconds above 0 and at most {values.LONGEST_ACTION:g}.",
            values.seconds,
        ),
    )
