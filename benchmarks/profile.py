"""Where the time of a turn goes, seen from inside a process."""

from __future__ import annotations

import asyncio
import cProfile
import pstats
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.bots import ADVISOR_SAYS

# What a processor does in a turn, in its order. Of those inside others, the outer ones are given
# less the inner ones.
STAGES = {
    "_parse_message_with_graph": "understand the message (NLU)",
    "run_action_extract_slots": "extract slots",
    "_predict_next_with_tracker": "predict the next action (rules)",
    "save_tracker": "save the new events",
}
LOAD = "load the conversation"
ACTION = "run the action and compose the answer"
REST = "everything else: locks, trackers, events"
WARM_UP = 30


@dataclass(frozen=True)
class Profile:
    """Milliseconds by stage for one message of a new conversation, and what takes longest."""

    turn: float
    stages: dict[str, float]
    components: dict[str, float]


def profile(turns: int) -> Profile:
    """Asks the advisor in this process, first with a clock at each stage, then under cProfile."""
    from bot.runtime.agent import close_agent, load_agent
    from bot.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        agent = load_agent(Settings(database_url=f"sqlite:///{folder}/conversations.db"))
        try:
            return asyncio.run(_profile(agent, turns))
        finally:
            close_agent(agent)


async def _profile(agent: Any, turns: int) -> Profile:
    from bot.channels.intake import take
    from bot.channels.turn import answer

    async def ask(turn: int, sender: str) -> None:
        text = ADVISOR_SAYS[turn % len(ADVISOR_SAYS)]
        await answer(agent.handle_message, take(sender, text), "rest")

    for turn in range(WARM_UP):
        await ask(turn, "warm-up")

    spent: dict[str, list[float]] = defaultdict(list)
    _clock(agent.tracker_store, "begin", spent[LOAD])
    for name, stage in STAGES.items():
        _clock(agent.processor, name, spent[stage])
    _clock(agent.processor.action_endpoint, "request", spent[ACTION])
    whole = []
    for turn in range(turns):
        begun = time.perf_counter()
        await ask(turn, f"timed-{turn}")
        whole.append(time.perf_counter() - begun)
    mean = 1000 * statistics.fmean(whole)
    stages = {stage: 1000 * sum(times) / turns for stage, times in spent.items()}
    stages[REST] = mean - sum(stages.values())

    profiler = cProfile.Profile()
    profiler.enable()
    for turn in range(turns):
        await ask(turn, f"profiled-{turn}")
    profiler.disable()
    return Profile(mean, stages, _components(pstats.Stats(profiler), turns))


def _clock(holder: Any, name: str, times: list[float]) -> None:
    """Notes how long each call of a method takes; the benchmark's own agent only."""
    method = getattr(holder, name)

    async def timed_wait(*args: Any, **kwargs: Any) -> Any:
        begun = time.perf_counter()
        try:
            return await method(*args, **kwargs)
        finally:
            times.append(time.perf_counter() - begun)

    def timed_call(*args: Any, **kwargs: Any) -> Any:
        begun = time.perf_counter()
        try:
            return method(*args, **kwargs)
        finally:
            times.append(time.perf_counter() - begun)

    timed: Callable[..., Any] = timed_wait if asyncio.iscoroutinefunction(method) else timed_call
    setattr(holder, name, timed)


def _components(stats: Any, turns: int) -> dict[str, float]:
    """Milliseconds a turn in each component of the pipeline, the profiler's own cost included."""
    found = {
        Path(file).stem: 1000 * cumulative / turns
        for (file, _line, function), (*_counts, cumulative, _callers) in stats.stats.items()
        if function == "process" and Path(file).parent.name == "nlu"
    }
    return dict(sorted(found.items(), key=lambda item: -item[1]))
