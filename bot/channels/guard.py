"""The guard that every channel's requests pass, on Sanic.

A channel calls `protect` when the server starts, `admit` for each request of a stranger and
`answer` for each checked message (see `bot.channels.intake`).
"""

from __future__ import annotations

import logging
import time
from functools import lru_cache
from typing import Any

import structlog
from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import apology
from bot.channels import turn
from bot.channels.intake import Incoming
from bot.channels.origins import Origins, changes_something
from bot.channels.rates import Rates, TooManyError
from bot.hashing import conversation_hash
from bot.metrics import ANSWERS, MESSAGES, SECONDS
from bot.runtime.errors import UnavailableError
from bot.settings import Settings, current_settings, is_loopback

logger = logging.getLogger(__name__)

# Bytes. Enough for the longest message in UTF-8, or with all of it written as \\uXXXX.
LARGEST_BODY = 8 * 1024
# Seconds that a store or a lock is given to come back.
RETRY_AFTER = "2"
# Counted as one caller, and never exempt.
FORGED = "forged"
CORS_MAX_AGE = "600"
PROTECTED = "advisor_protected"


class NotHandledError(Exception):
    """A message was not handled, and may be sent again; the text is an apology for its sender."""


@lru_cache(maxsize=1)
def the_guard() -> Guard:
    """The process's guard, which all channels share."""
    return Guard(current_settings())


class Guard:
    """Rates and origins, and one checked turn."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._rates = Rates(settings)
        self._origins = Origins(settings.origins)

    def protect(self, app: Sanic, largest_body: int = LARGEST_BODY) -> None:
        """Limits the size of bodies and enforces origins for all that an app serves.

        May be called by several channels; the largest of their bodies holds.
        """
        largest = max(largest_body, getattr(app.ctx, PROTECTED, 0))
        app.config.REQUEST_MAX_SIZE = largest
        app.config.PROXIES_COUNT = self._settings.trusted_proxies or None
        if not hasattr(app.ctx, PROTECTED):
            app.register_middleware(self._check_origin, "request")
            # Sanic's annotations know no asynchronous middleware of responses; Sanic awaits it.
            app.register_middleware(self._announce_origin, "response")  # type: ignore[arg-type]
        setattr(app.ctx, PROTECTED, largest)

    @staticmethod
    def caller(request: Request) -> str:
        """The address of the caller, after the proxies that are trusted."""
        forwarded = str(request.remote_addr)
        if forwarded and is_loopback(forwarded):
            return FORGED  # nobody beyond a proxy is on this machine
        return forwarded or str(request.ip)

    async def admit(self, request: Request) -> None:
        """Counts a request of an address.

        Raises:
            TooManyError: there were too many.
        """
        await self._rates.count_address(self.caller(request))

    async def answer(
        self,
        on_new_message: turn.OnNewMessage,
        incoming: Incoming,
        channel: str,
        address: str = "",
    ) -> list[dict[str, Any]]:
        """Has a checked message answered, counted, timed and logged.

        Args:
            on_new_message: Rasa's handler.
            incoming: the checked message.
            channel: name of the channel.
            address: of the caller; rates hold for it unless it is this machine's.

        Returns:
            The bot's messages; never none.

        Raises:
            TooManyError: the conversation sends too many.
            NotHandledError: a store or a lock does not answer.
        """
        failures = apology.collect_failures()
        conversation = conversation_hash(incoming.sender)
        with structlog.contextvars.bound_contextvars(channel=channel, conversation=conversation):
            start = time.perf_counter()
            outcome = "left"  # where the caller does, Sanic cancels what is done for it
            try:
                await self._rates.count_message(incoming.sender, address)
                messages = await turn.answer(on_new_message, incoming, channel)
                outcome = "failed" if failures else "answered"
            except TooManyError:
                outcome = "limited"
                raise
            except UnavailableError as error:
                outcome = "unavailable"
                text = apology.report(logger, f"turn on channel {channel}", error)
                raise NotHandledError(text) from error
            finally:
                seconds = time.perf_counter() - start
                MESSAGES.labels(channel, outcome).inc()
                logger.info(
                    "turn", extra={"outcome": outcome, "milliseconds": round(1000 * seconds, 1)}
                )
            SECONDS.labels(channel).observe(seconds)
            _count_answers(messages)
            return messages

    async def _check_origin(self, request: Request) -> HTTPResponse | None:
        origin = request.headers.get("origin")
        if origin is None or self._allows(request, origin):
            return _preflight(request) if origin is not None and _asks_first(request) else None
        if not changes_something(request.method, request.headers.get("upgrade", "")):
            return None
        return refusal(
            403,
            "Pages of this origin may not talk to the advisor.",
            "Ask its operator to add the page's origin to ADVISOR_ORIGINS.",
        )

    async def _announce_origin(self, request: Request, answer: HTTPResponse) -> None:
        origin = request.headers.get("origin")
        if origin is not None:
            answer.headers["Vary"] = ", ".join(filter(None, [answer.headers.get("Vary"), "Origin"]))
            if self._allows(request, origin):
                answer.headers["Access-Control-Allow-Origin"] = origin
                answer.headers["Access-Control-Expose-Headers"] = "Retry-After"

    def _allows(self, request: Request, origin: str) -> bool:
        return self._origins.allow(origin, request.headers.get("host", ""))


def refusal(
    status: int, error: str, remedy: str, headers: dict[str, str] | None = None
) -> HTTPResponse:
    """A response that says what was wrong and what to do."""
    return response.json({"error": error, "remedy": remedy}, status=status, headers=headers)


def too_many(error: TooManyError) -> HTTPResponse:
    """The response to a caller that asks too much."""
    headers = {"Retry-After": str(error.retry_after)}
    return refusal(429, error.detail, error.remedy, headers)


def not_handled(error: NotHandledError) -> HTTPResponse:
    """The response to a message that may be sent again."""
    remedy = "Send the same message again in a moment, with the same message_id."
    return refusal(503, str(error), remedy, {"Retry-After": RETRY_AFTER})


def from_this_machine(request: Request) -> bool:
    """Whether the connection came in on a loopback address, or on a socket file."""
    here: Any = request.conn_info.sockname if request.conn_info else None
    return isinstance(here, str) or bool(here and is_loopback(str(here[0])))


def _asks_first(request: Request) -> bool:
    return request.method == "OPTIONS" and "access-control-request-method" in request.headers


def _preflight(request: Request) -> HTTPResponse:
    return response.empty(
        204,
        {
            "Access-Control-Allow-Methods": "GET, POST, DELETE",
            "Access-Control-Allow-Headers": "Authorization, Content-Type",
            "Access-Control-Max-Age": CORS_MAX_AGE,
        },
    )


def _count_answers(messages: list[dict[str, Any]]) -> None:
    for message in messages:
        data = (message.get("custom") or {}).get("data") or {}
        for entry in data.get("answers", ()):
            ANSWERS.labels(entry["kind"], entry["topic"]).inc()
