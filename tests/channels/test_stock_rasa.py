"""The channel under stock `rasa run`, which knows nothing of `advisor serve`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.channels.serving import ANSWER, START_UP, environment, free_port, make_home, wait_until

pytestmark = pytest.mark.slow

Run = Callable[..., tuple[subprocess.Popen[bytes], str, Path]]


@pytest.fixture
def run(model: Path, tmp_path: Path) -> Iterator[Run]:
    started: list[subprocess.Popen[bytes]] = []

    def start(*options: str) -> tuple[subprocess.Popen[bytes], str, Path]:
        home = make_home(tmp_path / "home", model)
        port = free_port()
        log = tmp_path / "log"
        command = [sys.executable, "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(port)]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command, "-m", str(model), *options],
                cwd=home,
                env=environment(home, RASA_TELEMETRY_ENABLED="false"),
                stdout=output,
                stderr=output,
            )
        started.append(process)
        return process, f"http://127.0.0.1:{port}", log

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_rasas_api_without_a_token_ends_the_start(run: Run):
    process, _, log = run("--enable-api")

    assert process.wait(START_UP) == 1
    assert "--auth-token" in log.read_text().splitlines()[-1]


def test_the_guard_holds_beside_rasas_api_with_a_token(run: Run):
    process, url, log = run("--enable-api", "--auth-token", "a-long-random-text")

    def answers() -> bool:
        try:
            return requests.get(url, timeout=ANSWER).ok or process.poll() is not None
        except requests.ConnectionError:
            return process.poll() is not None

    wait_until(answers, START_UP)
    assert process.poll() is None, log.read_text()
    webhook = f"{url}/webhooks/rest/webhook"
    asked = {"sender": "someone", "message": "/restart"}
    stranger = {"Origin": "https://evil.example"}

    assert requests.get(f"{url}/domain", timeout=ANSWER).status_code == 401
    assert requests.post(webhook, json=asked, headers=stranger, timeout=ANSWER).status_code == 403
    assert requests.post(webhook, data=b"x" * 9000, timeout=ANSWER).status_code == 413
    # No action server runs here: the turn fails, and is answered all the same.
    answer = requests.post(webhook, json=asked, timeout=ANSWER)
    assert answer.status_code == 200
    assert "Error " in answer.json()[0]["text"]
