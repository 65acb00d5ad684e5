"""Sends replies to Slack: once each, and for as long as Slack asks to wait."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from dataclasses import replace
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.channels.slack.blocks import Said, spent
from bot.channels.slack.calls import FailedError, Patience, UndeliverableError, insist, once
from bot.channels.slack.incoming import Job
from bot.channels.slack.pictures import Pictures

logger = logging.getLogger(__name__)

ANSWER = "advisor_answer"
# How far back an answer is looked for.
LOOKED_AT = 100
STATUS = "is looking it up …"
PLACEHOLDER = "Looking it up …"
# What Slack says to blocks that show a file which it has not yet worked up, or no longer has.
UNREADY = "invalid_blocks"
# Seconds between attempts to show a file; Slack needs a moment for a new one.
WORKED_UP = (0.5, 1.0, 2.0)
# Messages whose used buttons are remembered, should two be used before Slack shows that one was.
MARKED = 1000


class Delivery:
    """Replies, and what belongs to them."""

    def __init__(self, client: AsyncWebClient) -> None:
        """Takes a client that does not itself try again."""
        self._client = client
        self._marked: OrderedDict[tuple[str, str], dict[str, str]] = OrderedDict()
        self.pictures = Pictures(client)

    async def say(
        self, job: Job, said: Said, *, doubtful: bool, file: str = "", replaces: bool = False
    ) -> None:
        """Sends the reply to a job.

        Args:
            job: says where to.
            said: the reply.
            doubtful: whether it may have been sent before, by a process that died then.
            file: id of the picture that belongs to it; empty for none.
            replaces: whether it takes the place of what this address was sent before.

        Raises:
            UndeliverableError: Slack refuses it.
        """
        patience = Patience()
        unready = iter(WORKED_UP)
        while True:
            try:
                if doubtful and await self._has_said(job):
                    return
                await self._send(job, said, file, replaces)
                return
            except FailedError as error:
                if file and error.reason == UNREADY:
                    pause = next(unready, None)
                    if pause is not None:
                        await asyncio.sleep(pause)
                        continue
                    file = ""
                    if said.chart is not None:
                        self.pictures.forget(said.chart)
                elif job.response_url and job.user and not (error.limited or error.passing):
                    # The address lives for half an hour: what comes later is still for one alone.
                    there = await self.open_direct(job.user)
                    job = replace(job, response_url="", channel=there, thread="", at="")
                else:
                    await patience.after(error)
                    doubtful = doubtful or error.passing

    async def spend(self, job: Job) -> None:
        """Takes the buttons away that were used; that it fails is no reason not to answer."""
        used = job.spend
        if used is None:
            return
        # Slack tells how the message looked when it was clicked; another click may have come since.
        known = self._marked.setdefault((job.channel, used["ts"]), {})
        known.update({mark: used[mark] for mark in ("asked", "thanks") if mark in used})
        while len(self._marked) > MARKED:
            self._marked.popitem(last=False)
        blocks = spent(used["blocks"], **known)
        try:
            await insist(
                lambda: self._client.chat_update(
                    channel=job.channel,
                    ts=used["ts"],
                    text=used["text"],
                    blocks=blocks,
                    parse="none",
                    link_names=False,
                )
            )
        except UndeliverableError as error:
            logger.info("Slack did not take buttons away: %s", error)

    async def show_status(self, job: Job, *, on: bool = True) -> None:
        """Shows, or shows no longer, that the answer is under way, where Slack has a place for it.

        Whoever asked alone sees a message, which the answer then replaces; in its place others see
        the status of a thread.
        """
        try:
            if job.response_url:
                if on:
                    await once(lambda: self._respond(job, PLACEHOLDER, [], job.is_click))
            elif job.at:
                await once(
                    lambda: self._client.assistant_threads_setStatus(
                        channel_id=job.channel,
                        thread_ts=job.thread or job.at,
                        status=STATUS if on else "",
                    )
                )
        except FailedError:
            logger.debug("Slack shows no status here")

    async def replace(self, job: Job, said: Said) -> None:
        """Puts something in the place of a message that one person alone sees.

        Raises:
            UndeliverableError: Slack refuses it.
        """
        await insist(lambda: self._respond(job, said.text, said.blocks, True))

    async def open_direct(self, user: str) -> str:
        """The id of the channel of direct messages with a user.

        Raises:
            UndeliverableError: Slack refuses it.
        """
        opened = await insist(lambda: self._client.conversations_open(users=user))
        return str(opened["channel"]["id"])

    async def _send(self, job: Job, said: Said, file: str, replaces: bool) -> None:
        if job.response_url:
            # The answer takes the place of the buttons that asked for it.
            replaces = replaces or job.is_click
            await once(lambda: self._respond(job, said.text, said.blocks, replaces))
            return
        await once(
            lambda: self._client.chat_postMessage(
                channel=job.channel,
                thread_ts=job.thread or None,
                text=said.text,
                blocks=said.with_picture(file),
                parse="none",
                link_names=False,
                unfurl_links=False,
                unfurl_media=False,
                metadata={"event_type": ANSWER, "event_payload": {"key": job.key}},
            )
        )

    @staticmethod
    async def _respond(job: Job, text: str, blocks: list[dict[str, Any]], replaces: bool) -> Any:
        content: dict[str, Any] = {
            "response_type": "ephemeral",
            "replace_original": replaces,
            "text": text,
        }
        if blocks:
            content["blocks"] = blocks
        return await AsyncWebhookClient(job.response_url, retry_handlers=[]).send_dict(content)

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
                page = await once(
                    lambda: self._client.conversations_replies(ts=job.thread, **where)
                )
            else:
                page = await once(lambda: self._client.conversations_history(**where))
        except FailedError as error:
            if error.limited or error.passing:
                raise
            return False  # better twice than never, where Slack does not let the bot look
        return any(_key_of(message) == job.key for message in page.get("messages") or ())


def _key_of(message: dict[str, Any]) -> str:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != ANSWER:
        return ""
    return str((metadata.get("event_payload") or {}).get("key"))
