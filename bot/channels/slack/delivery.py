"""Sends replies to Slack: once each, and for as long as Slack asks to wait."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.channels.slack.blocks import Said
from bot.channels.slack.incoming import Job

logger = logging.getLogger(__name__)

# Seconds between attempts, where Slack fails without saying how long to wait.
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
# Seconds to wait where Slack limits without saying how long.
LIMITED = 5.0
MINUTE = 60
# Errors of Slack's own side that come without a status of 500 and more.
PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
ANSWER = "advisor_answer"
# How far back an answer is looked for.
LOOKED_AT = 100
STATUS = "is looking it up …"


class UndeliverableError(Exception):
    """Slack will not take a reply; the message is Slack's word for the reason."""


class Delivery:
    """Replies, and what belongs to them."""

    def __init__(self, client: AsyncWebClient) -> None:
        """Takes a client that does not itself try again."""
        self._client = client

    async def say(self, job: Job, said: Said, *, doubtful: bool) -> None:
        """Sends the reply to a job.

        Args:
            job: says where to.
            said: the reply.
            doubtful: whether it may have been sent before, by a process that died then.

        Raises:
            UndeliverableError: Slack refuses it.
        """
        pauses = iter(PAUSES)
        while True:
            try:
                if doubtful and await self._has_said(job):
                    return
                await self._send(job, said)
                return
            except SlackApiError as error:
                if _limited(error):
                    await asyncio.sleep(_retry_after(error))
                    continue
                if not _passing(error):
                    raise UndeliverableError(reason_of(error)) from error
                doubtful = True
                await asyncio.sleep(_next(pauses, reason_of(error)))
            except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
                doubtful = True
                await asyncio.sleep(_next(pauses, type(error).__name__))

    async def spend(self, job: Job) -> None:
        """Takes the buttons away that were used; that it fails is no reason not to answer."""
        if job.spend is not None:
            with contextlib.suppress(SlackApiError, aiohttp.ClientError, OSError):
                await self._client.chat_update(channel=job.channel, **job.spend)

    async def show_status(self, job: Job) -> None:
        """Shows that the answer is under way, where Slack has a place for it."""
        if job.at and not job.response_url:
            with contextlib.suppress(SlackApiError, aiohttp.ClientError, OSError):
                await self._client.assistant_threads_setStatus(
                    channel_id=job.channel, thread_ts=job.thread or job.at, status=STATUS
                )

    async def open_direct(self, user: str) -> str:
        """The id of the channel of direct messages with a user.

        Raises:
            UndeliverableError: Slack refuses it.
        """
        pauses = iter(PAUSES)
        while True:
            try:
                opened = await self._client.conversations_open(users=user)
                return str(opened["channel"]["id"])
            except SlackApiError as error:
                if not _limited(error) and not _passing(error):
                    raise UndeliverableError(reason_of(error)) from error
                limited = _limited(error)
                wait = _retry_after(error) if limited else _next(pauses, reason_of(error))
                await asyncio.sleep(wait)
            except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
                await asyncio.sleep(_next(pauses, type(error).__name__))

    async def _send(self, job: Job, said: Said) -> None:
        if job.response_url:
            await self._respond(job, said)
            return
        await self._client.chat_postMessage(
            channel=job.channel,
            thread_ts=job.thread or None,
            text=said.text,
            blocks=said.blocks,
            parse="none",
            link_names=False,
            unfurl_links=False,
            unfurl_media=False,
            metadata={"event_type": ANSWER, "event_payload": {"key": job.key}},
        )

    async def _respond(self, job: Job, said: Said) -> None:
        content = {
            "response_type": "ephemeral",
            # The answer takes the place of the buttons that asked for it.
            "replace_original": job.key.startswith("click:"),
            "text": said.text,
            "blocks": said.blocks,
        }
        response = await AsyncWebhookClient(job.response_url, retry_handlers=[]).send_dict(content)
        if response.status_code != 200:
            raise SlackApiError("The response was refused.", response)  # type: ignore[no-untyped-call]

    async def _has_said(self, job: Job) -> bool:
        """Whether the reply stands in the channel; one to the asker alone cannot be looked up."""
        if job.response_url or not job.channel:
            return False
        where: dict[str, Any] = {
            "channel": job.channel,
            "limit": LOOKED_AT,
            "include_all_metadata": True,
        }
        if job.at:
            where["oldest"] = job.at
        try:
            if job.thread:
                page = await self._client.conversations_replies(ts=job.thread, **where)
            else:
                page = await self._client.conversations_history(**where)
        except SlackApiError as error:
            if _limited(error) or _passing(error):
                raise
            return False  # better twice than never, where Slack does not let the bot look
        return any(_key_of(message) == job.key for message in page["messages"])


def _key_of(message: dict[str, Any]) -> str:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != ANSWER:
        return ""
    return str((metadata.get("event_payload") or {}).get("key"))


def _next(pauses: Iterator[float], reason: str) -> float:
    pause = next(pauses, None)
    if pause is None:
        raise UndeliverableError(reason)
    return pause


def _status(error: SlackApiError) -> int:
    return int(getattr(error.response, "status_code", 0))


def reason_of(error: SlackApiError) -> str:
    """Slack's own word for an error, or the status."""
    content = getattr(error.response, "data", None)  # of an overloaded Slack, a page of HTML
    found = content.get("error") if isinstance(content, dict) else None
    return str(found or f"status {_status(error)}")


def _limited(error: SlackApiError) -> bool:
    return _status(error) == 429


def _passing(error: SlackApiError) -> bool:
    return _status(error) >= 500 or reason_of(error) in PASSING


def _retry_after(error: SlackApiError) -> float:
    headers = {str(k).lower(): v for k, v in dict(error.response.headers).items()}
    given = headers.get("retry-after", "")
    given = given[0] if isinstance(given, list) else given
    try:
        return min(max(float(given), 0.0), 10 * MINUTE)
    except ValueError:
        return LIMITED
