"""The proxy's configuration, in a real nginx where the machine has one."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from bot.settings import PROJECT
from tests.channels.serving import free_port, wait_until

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


class Behind(BaseHTTPRequestHandler):
    """Stands where an advisor stands, and says what reached it."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write((self.headers["X-Forwarded-For"] or "").encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def behind() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Behind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def url(behind: ThreadingHTTPServer, tmp_path: Path) -> Iterator[str]:
    assert NGINX is not None
    port = free_port()
    text = (PROJECT / "deploy" / "nginx.conf").read_text()
    changes = {
        "advisor-1:5005": f"127.0.0.1:{behind.server_port}",
        "advisor-2:5005": f"127.0.0.1:{behind.server_port} backup",
        "listen 8080": f"listen 127.0.0.1:{port}",
        " /tmp/": f" {tmp_path}/",
        "worker_processes auto": "daemon off; user root; worker_processes 1",
    }
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(text)
    with (tmp_path / "log").open("wb") as log:
        nginx = subprocess.Popen([NGINX, "-c", configuration], stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}/webhooks/rest/webhook"

    def listens() -> bool:
        assert nginx.poll() is None, (tmp_path / "log").read_text()
        try:
            requests.get(url, timeout=5)
        except requests.ConnectionError:
            return False
        return True

    try:
        wait_until(listens, 30)
        yield url
    finally:
        nginx.terminate()
        nginx.wait()


def test_the_callers_own_claim_of_an_address_is_dropped(url: str):
    answer = requests.post(url, data="x", headers={"X-Forwarded-For": "8.8.8.8"}, timeout=5)

    assert (answer.status_code, answer.text) == (200, "127.0.0.1")


def test_a_large_body_is_refused_with_the_remedy(url: str):
    answer = requests.post(url, data="x" * 9000, timeout=5)

    assert answer.status_code == 413
    assert "1,000 characters" in answer.json()["remedy"]


def test_too_many_messages_are_refused_with_the_remedy(url: str):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: requests.post(url, data="x", timeout=5), range(60)))

    refused = [answer for answer in answers if answer.status_code != 200]
    assert 0 < len(refused) < 60
    for answer in refused:
        assert answer.status_code == 429
        assert answer.headers["Retry-After"]
        assert answer.json()["remedy"]


def test_without_an_advisor_the_answer_is_honest(url: str, behind: ThreadingHTTPServer):
    behind.shutdown()
    behind.server_close()

    answer = requests.post(url, data="x", timeout=10)

    assert answer.status_code == 503
    assert "855-295-1866" in answer.json()["remedy"]
