"""What `advisor forget` and `advisor purge` do."""

from __future__ import annotations

import asyncio

from bot.runtime.quiet import hush
from bot.settings import Settings


def forget(settings: Settings, conversation: str) -> bool:
    """Deletes one conversation.

    Args:
        settings: name the database.
        conversation: its id, as the channel names it.

    Returns:
        Whether there was one.

    Raises:
        StartUpError: the database cannot be used.
        UnavailableError: it did not answer in time.
    """
    hush(settings.log_level)
    from bot.runtime.stores import open_lock_store, open_tracker_store

    locks = open_lock_store(settings)
    store = open_tracker_store(settings)

    async def forget_in_turn() -> bool:
        async with locks.lock(conversation):
            return await store.forget(conversation)

    try:
        return asyncio.run(forget_in_turn())
    finally:
        store.close()


def purge(settings: Settings, days: float) -> int:
    """Deletes all conversations that have been silent for so many days.

    Args:
        settings: name the database.
        days: without an event.

    Returns:
        How many were deleted.

    Raises:
        StartUpError: the database cannot be used.
        UnavailableError: it did not answer in time.
    """
    hush(settings.log_level)
    from bot.runtime.retention import forget_older_than
    from bot.runtime.stores import open_tracker_store

    store = open_tracker_store(settings)
    try:
        return asyncio.run(forget_older_than(store, days))
    finally:
        store.close()
