"""Who may talk to the advisor, and how often."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.settings import values
from bot.settings.setting import about


@dataclass(frozen=True)
class AccessSettings:
    """Who may talk to the advisor, and how often."""

    rest: str = field(
        default="auto",
        metadata=about(
            "ADVISOR_REST",
            "whether the REST channel, which trusts its caller to name the sender, is served; auto "
            "means on where HOST is a loopback address, and off elsewhere",
            "Give auto, on or off.",
            values.one_of("auto", *values.SWITCH),
        ),
    )
    origins: tuple[str, ...] = field(
        default=(),
        metadata=about(
            "ADVISOR_ORIGINS",
            "other sites whose pages may talk to the advisor",
            "Give origins parted by commas, such as https://www.example.edu, or * for all.",
            values.origins,
        ),
    )
    web_key: str = field(
        default="",
        repr=False,
        metadata=about(
            "ADVISOR_WEB_KEY",
            "secret that signs the sessions of the chat widget; without it one is drawn and kept "
            "in var/web.key, for the processes of one machine",
            "Give any long random text, the same for all processes.",
        ),
    )
    conversation_rate: str = field(
        default="30/minute",
        metadata=about(
            "ADVISOR_CONVERSATION_RATE",
            "messages that one conversation may send in a time",
            "Give a number and second, minute, hour or day, such as 30/minute, or off.",
            values.rate,
        ),
    )
    address_rate: str = field(
        default="300/minute",
        metadata=about(
            "ADVISOR_ADDRESS_RATE",
            "requests that one address may make in a time; a campus may share one address",
            "Give a number and second, minute, hour or day, such as 300/minute, or off.",
            values.rate,
        ),
    )
    limit_loopback: bool = field(
        default=False,
        metadata=about(
            "ADVISOR_LIMIT_LOOPBACK",
            "whether the rates hold for callers on this machine too",
            "Give on or off.",
            values.switch,
        ),
    )
    trusted_proxies: int = field(
        default=0,
        metadata=about(
            "ADVISOR_TRUSTED_PROXIES",
            "how many proxies of yours stand before the server; the caller's address is then that "
            "many places from the end of X-Forwarded-For",
            f"Give a whole number from 0 to {values.MOST_PROXIES}.",
            values.proxies,
        ),
    )
