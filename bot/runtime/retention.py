"""Deletes conversations that have been silent for long, a few at a time."""

from __future__ import annotations

import asyncio
import logging
import math
import time

from rasa.core.tracker_store import TrackerStore

from bot.runtime.errors import UnavailableError
from bot.runtime.stores import WindowedTrackerStore

logger = logging.getLogger(__name__)

DAY = 24 * 3600.0
# Seconds between two looks of a server.
INTERVAL = 3600.0
# Seconds between two transactions, in which others may write.
PAUSE = 0.05
# Conversations in one transaction: others wait for so long at most.
BATCH = 20


async def forget_older_than(store: WindowedTrackerStore, days: float) -> int:
    """Deletes all conversations without an event for so many days.

    Args:
        store: keeps them.
        days: infinity deletes none.

    Returns:
        How many were deleted.

    Raises:
        UnavailableError: the database did not answer in time; some may be deleted.
    """
    if math.isinf(days):
        return 0
    before = time.time() - days * DAY
    deleted = 0
    while found := await store.forget_older(before, BATCH):
        deleted += found
        await asyncio.sleep(PAUSE)
    if deleted:
        await store.scrub()
    return deleted


async def keep_retention(store: TrackerStore, days: float) -> None:
    """Deletes what is older now and then, until it is cancelled.

    Args:
        store: keeps the conversations; one of another kind keeps them as it likes.
        days: as for `forget_older_than`.
    """
    while isinstance(store, WindowedTrackerStore):
        try:
            deleted = await forget_older_than(store, days)
            if deleted:
                logger.info("%d conversations were silent for too long and are deleted", deleted)
        except UnavailableError as error:
            logger.warning("old conversations cannot be deleted now: %s", error)
        await asyncio.sleep(INTERVAL)
