"""Calls of Slack that are made until they succeed or Slack refuses them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.webhook_response import WebhookResponse

T = TypeVar("T")

# Seconds between attempts, where Slack fails without saying how long to wait.
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
# Seconds to wait where Slack limits without saying how long, and at most.
LIMITED = 5.0
LONGEST = 600.0
# Errors of Slack's own side that come without a status of 500 and more.
PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
# Errors of a token that no longer works, or never did.
REFUSED = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "not_allowed_token_type",
        "not_authed",
        "token_expired",
        "token_revoked",
    }
)


class UndeliverableError(Exception):
    """Slack will not take something; `reason` is Slack's word for why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class FailedError(Exception):
    """One call failed.

    Attributes:
        reason: Slack's word for it, or the kind of error.
        limited: whether Slack only asks to wait.
        passing: whether it is Slack or the network that fails, and not the call.
        wait: seconds that Slack asks to wait; only where it limits.
    """

    def __init__(self, reason: str, *, status: int, headers: Mapping[str, Any]) -> None:
        super().__init__(reason)
        self.reason = reason
        self.limited = status == 429
        self.passing = status >= 500 or reason in PASSING
        self.wait = _retry_after(headers)


async def once(call: Callable[[], Awaitable[T]]) -> T:
    """Makes a call.

    Raises:
        FailedError: it failed.
    """
    try:
        found = await call()
    except SlackApiError as error:
        status = int(getattr(error.response, "status_code", 0))
        headers = getattr(error.response, "headers", {})
        raise FailedError(reason_of(error), status=status, headers=headers) from error
    except aiohttp.InvalidURL as error:
        raise FailedError("invalid_url", status=0, headers={}) from error
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
        raise FailedError(type(error).__name__, status=599, headers={}) from error
    if isinstance(found, WebhookResponse) and found.status_code != 200:
        reason = f"status {found.status_code}"
        raise FailedError(reason, status=found.status_code, headers=found.headers)
    return found


async def insist(call: Callable[[], Awaitable[T]]) -> T:
    """Makes a call until it succeeds; it must do no harm that it is made twice.

    Raises:
        UndeliverableError: Slack refuses it, or has failed for two minutes.
    """
    patience = Patience()
    while True:
        try:
            return await once(call)
        except FailedError as error:
            await patience.after(error)


class Patience:
    """Waits after failures, as long as it makes sense."""

    def __init__(self) -> None:
        self._pauses = iter(PAUSES)

    async def after(self, error: FailedError) -> None:
        """Waits for the next attempt.

        Raises:
            UndeliverableError: there is to be none.
        """
        pause: float | None = error.wait
        if not error.limited:
            pause = next(self._pauses, None) if error.passing else None
        if pause is None:
            raise UndeliverableError(error.reason) from error
        await asyncio.sleep(pause)


def reason_of(error: SlackApiError) -> str:
    """Slack's own word for an error, or the status."""
    content = getattr(error.response, "data", None)  # of an overloaded Slack, a page of HTML
    found = content.get("error") if isinstance(content, dict) else None
    return str(found or f"status {getattr(error.response, 'status_code', 0)}")


def _retry_after(headers: Mapping[str, Any]) -> float:
    named = {str(name).lower(): value for name, value in dict(headers).items()}
    given = named.get("retry-after", "")
    given = given[0] if isinstance(given, list) and given else given
    try:
        return min(max(float(given), 0.0), LONGEST)
    except (TypeError, ValueError):
        return LIMITED
