"""Answers what the inbox holds: one job of a conversation at a time, each to its end."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel

from bot import apology
from bot.channels.guard import NotHandledError, the_guard
from bot.channels.intake import take
from bot.channels.rates import TooManyError
from bot.channels.replies import fact_ids, replies
from bot.channels.slack.blocks import Rated, Said, said, spent
from bot.channels.slack.calls import REFUSED, UndeliverableError
from bot.channels.slack.delivery import Delivery
from bot.channels.slack.inbox import Inbox
from bot.channels.slack.incoming import Job, direct, message_id
from bot.channels.slack.thumbs import GONE, THANKS_DOWN, THANKS_UP
from bot.channels.turn import OnNewMessage
from bot.runtime.errors import UnavailableError
from bot.runtime.stores.windowed import WindowedTrackerStore

logger = logging.getLogger(__name__)

# The store of the conversations; None where it keeps no thumbs.
FindStore = Callable[[], WindowedTrackerStore | None]

CHANNEL = "slack"
# Seconds after which a status is shown.
SOON = 1.0
# Seconds between attempts, where a store does not answer.
PAUSES = (1.0, 2.0, 4.0, 8.0)
# Seconds between two looks for what others left, and how many of them make an hour.
LOOK = 5.0
HOUR = 720
# Turns take the event loop's time, which what arrives needs to be acknowledged: so many turns run
# at once, and each begins when nothing has arrived for some seconds, or after some more.
AT_ONCE = 6
CALM = 0.02
NO_CALM = 0.4
# Seconds that a dialog may wait for what it is told.
BRIEF = 0.7
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

    def __init__(
        self,
        on_new_message: OnNewMessage,
        store: FindStore,
        inbox: Inbox,
        delivery: Delivery,
    ) -> None:
        """Prepares; `team` is to be set before jobs of App Home are taken."""
        self._on_new_message = on_new_message
        self._store = store
        self._inbox = inbox
        self._delivery = delivery
        self._tails: dict[str, asyncio.Task[None]] = {}
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._arrival = asyncio.Lock()
        self._arrived = 0.0
        self._turns = asyncio.Semaphore(AT_ONCE)
        self.team = ""

    async def take(self, job: Job) -> bool:
        """Takes a job; when this returns it will be answered, whatever becomes of the process.

        Returns:
            Whether it is new, and for the advisor.

        Raises:
            UnavailableError: it could not be noted, and is to be sent again.
        """
        self._arrived = time.monotonic()
        async with self._arrival:  # a later one must not be noted first
            new = await self._inbox.take(job)
            self._arrived = time.monotonic()
            if new:
                self._begin(job, resumed=False)
            return new

    async def can_rate(self, job: Job) -> bool:
        """Whether what a thumb is about is still there; True where that cannot be told at once."""
        try:
            return await asyncio.wait_for(self._rated(job), BRIEF) is not None
        except (UnavailableError, asyncio.TimeoutError):
            return True

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
        await self._delivery.pictures.close()

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
            if job.rating is None:
                await self._answer(job, resumed=resumed)
            else:
                await self._rate(job)
        except UndeliverableError as error:
            if error.reason in REFUSED:
                # It stays in the inbox, for a server with a token that works.
                logger.error("Slack refuses SLACK_BOT_TOKEN: run `advisor slack check`.")
                return
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
        spending = asyncio.create_task(self._delivery.spend(job))
        preparing = asyncio.create_task(self._prepare(job))
        try:
            finished, _ = await asyncio.wait({preparing}, timeout=SOON)
            if not finished:
                await self._delivery.show_status(job)
            reply, file = await preparing
            await self._delivery.say(job, reply, doubtful=resumed, file=file, replaces=not finished)
            if not finished:
                await self._delivery.show_status(job, on=False)
            await spending
        finally:
            preparing.cancel()
            spending.cancel()

    async def _prepare(self, job: Job) -> tuple[Said, str]:
        """The reply to a job, and the file of its picture, where it has one."""
        messages = await self._turn(job)
        rated = None
        if self._store() is not None:
            rated = Rated(job.conversation, message_id(job.key))
        reply = said(messages, job.line, rated)
        if reply.chart is None or job.response_url:  # what one alone sees can show no file
            return reply, ""
        return reply, await self._delivery.pictures.file(reply.chart)

    async def _rate(self, job: Job) -> None:
        """Stores what somebody says of an answer, and thanks."""
        rating = dict(job.rating or {})
        for pause in (*PAUSES, None):
            try:
                messages = await self._rated(job)
                await self._keep(job, rating, messages)
                break
            except UnavailableError:
                if pause is None:
                    raise
                await asyncio.sleep(pause)
        thanks = THANKS_UP if rating["helpful"] else THANKS_DOWN
        if messages is None:
            thanks = GONE
        if job.spend is not None:
            await self._delivery.spend(replace(job, spend={**job.spend, "thanks": thanks}))
        elif job.response_url:
            # Slack does not say how the message looked: it is written anew, from what was said.
            shown = said(messages) if messages else Said(thanks, [])
            blocks = spent(shown.blocks, thanks=thanks)
            await self._delivery.replace(job, replace(shown, blocks=blocks))

    async def _rated(self, job: Job) -> list[dict[str, Any]] | None:
        """What was said in the turn that a thumb is about; None where it is no more."""
        store = self._store()
        if store is None or job.rating is None:
            return None
        found = await store.replies_to(job.conversation, job.rating["message_id"])
        if found is None:
            return None
        collector = CollectingOutputChannel()  # brings them into the form of a turn
        for message in found:
            await collector.send_response(job.conversation, message)
        return collector.messages

    async def _keep(
        self, job: Job, rating: dict[str, Any], messages: list[dict[str, Any]] | None
    ) -> None:
        store = self._store()
        if store is None or messages is None:
            return
        facts = [fact for reply in replies(messages) for fact in fact_ids(reply)]
        await store.keep_feedback(
            job.conversation,
            rating["message_id"],
            0,  # in Slack a turn is one message
            rating["helpful"],
            rating["reason"],
            list(dict.fromkeys(facts)),
            rating["comment"],
        )

    async def _turn(self, job: Job) -> list[dict[str, Any]]:
        if not job.text:
            return []
        incoming = take(job.conversation, job.text, message_id(job.key))
        for pause in (*PAUSES, None):
            try:
                async with self._turns:
                    await self._calm()
                    return await the_guard().answer(self._on_new_message, incoming, CHANNEL)
            except TooManyError as error:
                return [{"text": f"{error.detail} {error.remedy}"}]
            except NotHandledError as error:
                if pause is None:
                    return [{"text": str(error)}]
                await asyncio.sleep(pause)
        raise AssertionError

    async def _calm(self) -> None:
        """Lets what arrives go before."""
        latest = time.monotonic() + NO_CALM
        while True:
            pause = min(self._arrived + CALM, latest) - time.monotonic()
            if pause <= 0:
                return
            await asyncio.sleep(pause)
