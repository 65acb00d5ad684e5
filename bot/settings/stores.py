"""Where conversations and locks are kept, and for how long."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.settings import values
from bot.settings.setting import about


@dataclass(frozen=True)
class StoreSettings:
    """Where conversations and locks are kept, and for how long."""

    database_url: str = field(
        default="sqlite:///var/conversations.db",
        repr=False,  # it may hold a password
        metadata=about(
            "ADVISOR_DATABASE_URL",
            "SQLAlchemy URL of the database that keeps the conversations",
            "Give a URL such as sqlite:///var/conversations.db or "
            "postgresql://user:password@host/database.",
            values.database,
        ),
    )
    redis_url: str = field(
        default="",
        repr=False,  # it may hold a password
        metadata=about(
            "ADVISOR_REDIS_URL",
            "Redis that several processes share for locks and rate limits",
            "Give a URL such as redis://:password@host:6379/0.",
            values.redis,
        ),
    )
    retention: float = field(
        default=90.0,
        metadata=about(
            "ADVISOR_RETENTION",
            "days without a message after which the server deletes a conversation",
            "Give a number of days such as 90d, or off to keep conversations for ever.",
            values.days,
        ),
    )
