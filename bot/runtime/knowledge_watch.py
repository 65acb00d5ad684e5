"""Takes changed knowledge files up while the server runs; the last good ones stay otherwise."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from bot.knowledge import KnowledgeError, renew_knowledge
from bot.knowledge.loading import knowledge_files
from bot.metrics import KNOWLEDGE

logger = logging.getLogger(__name__)

# Seconds between two looks. A file is read once two looks have found it the same: an editor or a
# copy may still be writing it.
INTERVAL = 1.0

State = tuple[tuple[int, int, int] | None, ...]


async def watch_knowledge() -> None:
    """Looks for changes until it is cancelled."""
    taken = seen = _state()
    while True:
        await asyncio.sleep(INTERVAL)
        before, seen = seen, _state()
        if seen == before and seen != taken:
            taken = seen
            await asyncio.to_thread(_renew)


def _renew() -> None:
    try:
        renew_knowledge()
    except KnowledgeError as error:
        KNOWLEDGE.labels("refused").inc()
        logger.error(  # the reason is the message; the place in the code is none
            "the changed knowledge is refused, the last good one stays in use: %s",
            "; ".join(str(problem) for problem in error.problems),
        )
    except Exception as error:  # noqa: BLE001  # whatever a file holds, the server goes on
        KNOWLEDGE.labels("refused").inc()
        logger.error(
            "the changed knowledge cannot be read, the last good one stays in use",
            extra={"exception": type(error).__name__},
        )
    else:
        KNOWLEDGE.labels("taken").inc()
        logger.info("the changed knowledge is in use")


def _state() -> State:
    return tuple(_stamp(path) for path in knowledge_files())


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
