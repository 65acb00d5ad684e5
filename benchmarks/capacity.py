"""What one process holds, and what to run for how many messages: arithmetic from figures."""

from __future__ import annotations

import math
import statistics
from typing import Any

from benchmarks.comparison import percentile
from benchmarks.pages import table

LOADS = (10, 1_000, 100_000)
# A process that is asked for all that it can give makes its users wait: plan with this share.
PLANNED = 0.5
# One process may fail or be replaced at any time.
SPARE = 1
# Kilobytes of one turn in the database, indexes included.
EVENTS_KB = 8


def processes(rate: float, a_minute: int) -> int:
    """How many processes serve so many messages.

    Args:
        rate: messages a second of one process, all cores' worth of it busy.
        a_minute: messages a minute at the busiest time.
    """
    return math.ceil(a_minute / 60 / (rate * PLANNED))


def scaling(run: dict[str, Any]) -> dict[str, str]:
    """The places of docs/scaling.md."""
    advisor = run["advisor"]
    users = max(run["plan"]["users"])
    rate = advisor["rates"][str(users)]
    under_load = advisor["under_load"][str(users)]
    resident = advisor["resident"]
    holds = table(
        ("one process", "measured"),
        (
            (f"messages a second, {users} users who never pause", f"{rate:.0f}"),
            ("one message alone, p50", f"{1000 * statistics.median(advisor['new']):.0f} ms"),
            (f"p50 and p95 with {users} such users", _pair(under_load)),
            (
                f"resident memory after {run['plan']['conversations']:,} conversations",
                f"{resident / 1e6:,.0f} MB",
            ),
            ("start to first answer", f"{advisor['start']:.0f} s"),
        ),
    )
    sharing = table(
        ("workers on PostgreSQL and Redis", "messages a second", "p50", "p95", "memory, all"),
        (
            (
                workers,
                f"{found['rate']:.0f}",
                f"{1000 * found['p50']:.0f} ms",
                f"{1000 * found['p95']:.0f} ms",
                f"{found['resident'] / 1e6:,.0f} MB",
            )
            for workers, found in run["shared"].items()
        ),
    )
    one = run["shared"]["1"]["rate"]
    needs = table(
        ("messages a minute", "a second", "processes", "and a spare", "memory"),
        (
            (
                f"{load:,}",
                f"{load / 60:,.1f}",
                f"{load / 60:,.1f} / ({one:.0f} x {PLANNED:g}) = {processes(one, load):,}",
                f"{processes(one, load) + SPARE:,}",
                f"{(processes(one, load) + SPARE) * resident / 1e9:,.1f} GB",
            )
            for load in LOADS
        ),
    )
    return {
        "holds": f"Measured {run['date']}.\n\n{holds}",
        "sharing": sharing,
        "needs": needs,
    }


def _pair(latencies: list[float]) -> str:
    middle, late = percentile(latencies, 0.5), percentile(latencies, 0.95)
    return f"{1000 * middle:.0f} ms and {1000 * late:.0f} ms"
