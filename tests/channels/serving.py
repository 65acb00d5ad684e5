"""A real server in a process of its own, on a free port, with a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import requests

from bot.settings import Settings

PROJECT = Path(__file__).parent / "project"
REPOSITORY = Path(__file__).parents[2]
# Seconds. Loading takes ten on an idle machine.
START_UP = 240
ANSWER = 30


def environment(home: Path, **settings: str) -> dict[str, str]:
    """The variables of a server, with nothing of the developer's own settings."""
    ours = {setting.metadata["variable"] for setting in fields(Settings)}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {"PYTHONPATH": str(REPOSITORY), "ADVISOR_HOME": str(home)} | settings


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_home(folder: Path, model: Path | None) -> Path:
    """A project's folder, with a model unless None."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("config.yml", "credentials.yml"):
        shutil.copy(PROJECT / name, folder)
    if model is not None:
        (folder / "models").mkdir()
        shutil.copy(model, folder / "models" / "advisor.tar.gz")
    return folder


class Server:
    """Starts, is asked, and stops."""

    def __init__(self, home: Path, script: Path = PROJECT / "serve.py", **settings: str) -> None:
        self.home = home
        self._script = script
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = home / "server.log"
        self._settings = {"PORT": str(self.port)} | settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """All that the server has printed and logged."""
        return self._log.read_text()

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Starts the process, and returns when it can answer."""
        self.spawn()
        wait_until(self._answers_or_ended, START_UP)
        assert self.alive, self.log

    def spawn(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, self._script],
                env=environment(self.home, **self._settings),
                stdout=log,
                stderr=log,
            )

    def send_signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self) -> int:
        """Waits for the end; returns the exit code."""
        assert self._process is not None
        return self._process.wait(START_UP)

    def stop(self) -> int:
        self.send_signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """For the end of a test, however it went."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def get(self, path: str) -> requests.Response:
        return requests.get(self.url + path, timeout=ANSWER)

    def post(self, path: str = "/webhooks/rest/webhook", **content: Any) -> requests.Response:
        return requests.post(self.url + path, timeout=ANSWER, **content)

    def say(self, message: str, sender: str) -> list[dict[str, Any]]:
        """One turn; returns the bot's messages."""
        response = self.post(json={"sender": sender, "message": message})
        assert response.status_code == 200, response.text
        messages = response.json()
        assert isinstance(messages, list)
        return messages

    def _answers_or_ended(self) -> bool:
        if not self.alive:
            return True
        try:
            return self.get("/health").status_code == 200
        except requests.ConnectionError:
            return False


@contextmanager
def serving_advisor(home: Path, **settings: str) -> Iterator[Server]:
    """The product itself, with its own model, in a folder of its own."""
    for name in ("config.yml", "credentials.yml"):
        shutil.copy(REPOSITORY / name, home)
    model = str(REPOSITORY / "models" / "advisor.tar.gz")
    script = REPOSITORY / "bot" / "runtime" / "server.py"
    server = Server(home, script, ADVISOR_MODEL=model, **settings)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    """Polls a condition until it holds.

    Raises:
        TimeoutError: it does not, within the time.
    """
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.05)
