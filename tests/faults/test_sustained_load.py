"""Twenty messages a second, for a minute: nobody is refused, and memory does not grow.

ADVISOR_LOAD_SECONDS=600 makes ten minutes of it.
"""

from __future__ import annotations

import os
import shutil
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.bots import ADVISOR_SAYS, resident_bytes
from benchmarks.client import User
from benchmarks.comparison import percentile
from tests.channels.serving import REPOSITORY, Server
from tests.faults.conftest import Reliability

pytestmark = [pytest.mark.model, pytest.mark.slow]

RATE = 20
SECONDS = int(os.environ.get("ADVISOR_LOAD_SECONDS", "60"))
TURNS = 10
# Who waits for an answer holds a thread; a machine that is busy with other things needs some.
THREADS = 40
# Megabytes that a process may take beyond what it had once it was warm: caches fill, pools open.
ROOM = 40


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    for name in ("config.yml", "credentials.yml"):
        shutil.copy(REPOSITORY / name, tmp_path)
    model = str(REPOSITORY / "models" / "advisor.tar.gz")
    server = Server(tmp_path, REPOSITORY / "bot" / "runtime" / "server.py", ADVISOR_MODEL=model)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def test_twenty_messages_a_second(server: Server, reliability: Reliability):
    begun = time.perf_counter()

    def ask(number: int) -> float:
        """Asks at its own moment, whether or not those before have been answered."""
        # Twenty conversations at a time, each with a message a second.
        second, user_number = divmod(number, RATE)
        round_number, turn = divmod(second, TURNS)
        due = begun + number / RATE
        time.sleep(max(0.0, due - time.perf_counter()))
        user = User(server.port, f"user-{round_number}-{user_number}")
        sent = time.perf_counter()
        try:
            user.send(ADVISOR_SAYS[turn % len(ADVISOR_SAYS)])
            answer = user.receive()
        finally:
            user.close()
        assert answer
        assert not any("error id" in message.get("text", "").lower() for message in answer)
        return time.perf_counter() - sent

    with reliability("sustained_load") as figures:
        with ThreadPoolExecutor(THREADS) as pool:
            asked = [pool.submit(ask, number) for number in range(RATE * SECONDS)]
            asked[len(asked) // 4].result()
            before = resident_bytes(server.pid)
            latencies = [message.result() for message in asked]
        grown = (resident_bytes(server.pid) - before) / 1e6
        figures |= {
            "messages": len(latencies),
            "messages_a_second": RATE,
            "p50_ms": round(1000 * statistics.median(latencies)),
            "p95_ms": round(1000 * percentile(latencies, 0.95)),
            "memory_grown_mb": round(grown),
        }
        assert grown < ROOM
        assert "ERROR" not in server.log
