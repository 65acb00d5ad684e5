"""What an operator sees: metrics, health and the log."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.settings import values
from bot.settings.setting import about


@dataclass(frozen=True)
class ReportSettings:
    """What an operator sees: metrics, health and the log."""

    admin_host: str = field(
        default="127.0.0.1",
        metadata=about(
            "ADVISOR_ADMIN_HOST",
            "address that metrics and health are served on",
            "Give an address of this machine that the public cannot reach.",
        ),
    )
    admin_port: int = field(
        default=0,
        metadata=about(
            "ADVISOR_ADMIN_PORT",
            "port that metrics and health are served on; off serves none",
            "Give a whole number from 1 to 65535, or off.",
            values.port_or_off,
        ),
    )
    log_level: str = field(
        default="INFO",
        metadata=about(
            "ADVISOR_LOG_LEVEL",
            "least severe log line that is written; DEBUG shows what users write",
            f"Give one of {', '.join(values.LOG_LEVELS)}.",
            values.log_level,
        ),
    )
    log_format: str = field(
        default="text",
        metadata=about(
            "ADVISOR_LOG_FORMAT",
            "how log lines look: text for people, json for collectors",
            "Give text or json.",
            values.one_of(*values.LOG_FORMATS),
        ),
    )
    log_key: str = field(
        default="",
        repr=False,
        metadata=about(
            "ADVISOR_LOG_KEY",
            "secret that turns conversation ids into the hashes in the log; without it one is "
            "drawn at each start, and hashes differ from start to start",
            "Give any long random text, the same for all processes.",
        ),
    )
