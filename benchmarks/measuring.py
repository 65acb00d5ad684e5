"""What is measured of one running bot."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.bots import Running
from benchmarks.client import NoAnswerError, User

Report = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How much is asked. Turns are those of one long conversation at which latency is told."""

    new_conversations: int = 200
    turns: tuple[int, int] = (150, 500)
    seconds: float = 20.0
    users: tuple[int, ...] = (1, 8)
    conversations: int = 1000
    bursts: int = 5

    # Messages on either side of a turn that count as "at" that turn.
    around: int = 10


QUICK = Plan(20, (15, 40), 3.0, conversations=60, bursts=2, around=4)


@dataclass
class Measured:
    """Figures of one bot; latencies and spans in seconds, memory in bytes."""

    start: float
    new: list[float] = field(default_factory=list)
    turns: list[float] = field(default_factory=list)
    rates: dict[str, float] = field(default_factory=dict)
    under_load: dict[str, list[float]] = field(default_factory=dict)
    resident: int = 0
    burst_last: list[float] = field(default_factory=list)
    burst_ordered: bool = True
    failures: int = 0
    training: float | None = None
    model_bytes: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def measure(bot: Running, plan: Plan, report: Report) -> Measured:
    """Asks a bot everything.

    Args:
        bot: has answered its first message.
        plan: how much.
        report: is told what begins.
    """
    figures = Measured(bot.start_seconds, model_bytes=bot.bot.model.stat().st_size)
    report("warming up")
    _conversation(bot, "warm-up", 20)
    report(f"{plan.new_conversations} new conversations")
    for index in range(plan.new_conversations):
        with _user(bot, f"new-{index}") as user:
            user.connect()
            figures.new.append(user.say(bot.bot.text(index)))
    report(f"one conversation of {plan.turns[-1] + plan.around} turns")
    figures.turns = _conversation(bot, "long", plan.turns[-1] + plan.around)
    for users in plan.users:
        report(f"{users} users for {plan.seconds:g} s")
        rate, latencies, failures = load(bot, users, plan.seconds)
        figures.rates[str(users)] = rate
        figures.under_load[str(users)] = latencies
        figures.failures += failures
    report("five messages at once")
    for index in range(plan.bursts):
        ends, ordered = _burst(bot, f"burst-{index}")
        figures.burst_last.append(ends[-1])
        figures.burst_ordered = figures.burst_ordered and ordered
    report(f"{plan.conversations} conversations")
    for index in range(plan.conversations):
        _conversation(bot, f"many-{index}", 2)
    figures.resident = bot.resident_bytes()
    return figures


def load(bot: Running, users: int, seconds: float) -> tuple[float, list[float], int]:
    """Users who write without a pause, each in a conversation of ten turns and then in a new one.

    Returns:
        Messages a second, the latencies, and how many messages failed.
    """
    end = time.perf_counter() + seconds

    def talk(number: int) -> tuple[list[float], int]:
        latencies: list[float] = []
        failures = 0
        while time.perf_counter() < end:
            with _user(bot, f"load-{users}-{number}-{len(latencies)}-{failures}") as user:
                for turn in range(10):
                    try:
                        latencies.append(user.say(bot.bot.text(turn)))
                    except (NoAnswerError, OSError):
                        failures += 1
                        break
        return latencies, failures

    begun = time.perf_counter()
    with ThreadPoolExecutor(users) as pool:
        talked = list(pool.map(talk, range(users)))
    passed = time.perf_counter() - begun
    latencies = [latency for of_one, _ in talked for latency in of_one]
    return len(latencies) / passed, latencies, sum(failures for _, failures in talked)


def _conversation(bot: Running, sender: str, turns: int) -> list[float]:
    with _user(bot, sender) as user:
        return [user.say(bot.bot.text(turn)) for turn in range(turns)]


def _burst(bot: Running, sender: str) -> tuple[list[float], bool]:
    """Five messages by five connections of one user, each of which has said something before.

    The server takes a connection in when it comes round to it; what is said by one that it has not
    taken in yet, it cannot have in its order.

    Returns:
        When each was answered, and whether that was the order in which they were sent.
    """
    users = [bot.user(sender) for _ in range(5)]
    for user in users:
        user.say(bot.bot.text(0))
    begun = time.perf_counter()

    def answered(user: User) -> float:
        user.receive()
        return time.perf_counter() - begun

    with ThreadPoolExecutor(len(users)) as pool:
        waiting = []
        for turn, user in enumerate(users):
            user.send(bot.bot.text(turn))
            waiting.append(pool.submit(answered, user))
        ends = [future.result() for future in waiting]
    for user in users:
        user.close()
    return sorted(ends), ends == sorted(ends)


@contextmanager
def _user(bot: Running, sender: str) -> Iterator[User]:
    with closing(bot.user(sender)) as user:
        yield user
