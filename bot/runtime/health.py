"""Whether the advisor can answer, asked of its parts."""

from __future__ import annotations

import logging
from collections.abc import Callable

from rasa.core.agent import Agent

from bot.deadline import within
from bot.runtime.stores import probe_lock_store, probe_tracker_store

logger = logging.getLogger(__name__)

# Seconds for each part. A probe that asks more often than that would pile threads up.
PATIENCE = 2.0


async def failing_parts(agent: Agent) -> list[str]:
    """Asks each part that an answer needs.

    Returns:
        One line for each part that does not answer, such as "tracker store: OperationalError".
    """
    if not agent.is_ready():
        return ["model: not loaded"]
    probes: dict[str, Callable[[], None]] = {
        "tracker store": lambda: probe_tracker_store(agent.tracker_store),
        "lock store": lambda: probe_lock_store(agent.lock_store),
    }
    failing = []
    for part, probe in probes.items():
        try:
            await within(PATIENCE, probe)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # the last guard
            failing.append(f"{part}: {type(error).__name__}")
    if failing:
        logger.warning("health: %s", "; ".join(failing))
    return failing
