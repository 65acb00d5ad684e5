"""Answers what the inbox holds: one job of a conversation at a time, each to its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Any

from bot import apology
from bot.channels.guard import NotHandledError, the_guard
from bot.channels.intake import take
from bot.channels.rates import TooManyError
from bot.channels.slack.blocks import said
from bot.channels.slack.delivery import Delivery, UndeliverableError
from bot.channels.slack.inbox import Inbox
from bot.channels.slack.incoming import Job, direct, message_id
from bot.channels.turn import OnNewMessage
from bot.runtime.errors import UnavailableError

logger = logging.getLogger(__name__)

CHANNEL = "slack"
# Seconds after which a status is shown.
SOON = 1.0
# Seconds between attempts, where a store does not answer.
PAUSES = (1.0, 2.0, 4.0, 8.0)
# Seconds between two looks for what others left, and how many of them make an hour.
LOOK = 5.0
HOUR = 720
# Seconds after which a task that was cancelled and goes on is cancelled again.
INSIST = 0.2


async def end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancels tasks until they have ended: `asyncio.wait_for` may swallow a cancellation."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=INSIST)


class Worker:
    """Takes jobs, and works until it is closed."""

    def __init__(self, on_new_message: OnNewMessage, inbox: Inbox, delivery: Delivery) -> None:
        """Prepares; `team` is to be set before jobs of App Home are taken."""
        self._on_new_message = on_new_message
        self._inbox = inbox
        self._delivery = delivery
        self._tails: dict[str, asyncio.Task[None]] = {}
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._arrival = asyncio.Lock()
        self.team = ""

    async def take(self, job: Job) -> None:
        """Takes a job; when this returns it will be answered, whatever becomes of the process.

        Raises:
            UnavailableError: it could not be noted, and is to be sent again.
        """
        async with self._arrival:  # a later one must not be noted first
            if await self._inbox.take(job):
                self._begin(job, resumed=False)

    async def look(self) -> None:
        """Takes over what is left by processes that died, again and again."""
        looks = 0
        while True:
            try:
                if self._under_way:
                    await self._inbox.renew(list(self._under_way))
                for job in await self._inbox.orphans():
                    if job.key not in self._under_way:
                        self._begin(job, resumed=True)
                if looks % HOUR == 0:
                    await self._inbox.purge()
            except UnavailableError as error:
                logger.warning("Slack's inbox cannot be read: %s", error)
            looks += 1
            await asyncio.sleep(LOOK)

    async def finish(self) -> None:
        """Waits for the jobs under way."""
        while self._under_way:
            await asyncio.wait(list(self._under_way.values()))

    async def close(self, patience: float) -> None:
        """Gives the jobs under way some seconds; what is left is answered after the next start."""
        try:
            await asyncio.wait_for(self.finish(), patience)
        except asyncio.TimeoutError:
            await end(self._under_way.values())

    def _begin(self, job: Job, *, resumed: bool) -> None:
        lane = job.conversation or job.user
        task = asyncio.create_task(self._work(job, self._tails.get(lane), resumed=resumed))
        self._tails[lane] = task
        self._under_way[job.key] = task

        def forget(task: asyncio.Task[None]) -> None:
            self._under_way.pop(job.key, None)
            if self._tails.get(lane) is task:
                del self._tails[lane]

        task.add_done_callback(forget)

    async def _work(self, job: Job, before: asyncio.Task[None] | None, *, resumed: bool) -> None:
        if before is not None:
            await asyncio.wait({before})
        try:
            await self._answer(job, resumed=resumed)
        except UndeliverableError as error:
            logger.warning("Slack refused a reply: %s", error)
        except Exception as error:  # noqa: BLE001  # one job must not take others with it
            apology.report(logger, "reply in Slack", error)
        try:
            await self._inbox.done(job.key)
        except UnavailableError as error:
            # It is taken up again after the next start, and found to have been answered.
            logger.warning("Slack's inbox cannot be written: %s", error)

    async def _answer(self, job: Job, *, resumed: bool) -> None:
        if job.user and not job.channel:
            job = direct(job, self.team, await self._delivery.open_direct(job.user))
        turn = asyncio.create_task(self._turn(job))
        try:
            await self._delivery.spend(job)
            finished, _ = await asyncio.wait({turn}, timeout=SOON)
            if not finished:
                await self._delivery.show_status(job)
            reply = said(await turn, job.line)
        finally:
            turn.cancel()
        await self._delivery.say(job, reply, doubtful=resumed)

    async def _turn(self, job: Job) -> list[dict[str, Any]]:
        if not job.text:
            return []
        incoming = take(job.conversation, job.text, message_id(job.key))
        for pause in (*PAUSES, None):
            try:
                return await the_guard().answer(self._on_new_message, incoming, CHANNEL)
            except TooManyError as error:
                return [{"text": f"{error.detail} {error.remedy}"}]
            except NotHandledError as error:
                if pause is None:
                    return [{"text": str(error)}]
                await asyncio.sleep(pause)
        raise AssertionError
