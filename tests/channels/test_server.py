"""How the server starts and ends."""

from __future__ import annotations

import signal
import socket
import sqlite3
import tarfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import requests

from bot.runtime.agent import load_agent
from bot.runtime.errors import StartUpError
from bot.settings import Settings
from tests.channels.serving import Server, make_home, wait_until

pytestmark = pytest.mark.slow


def test_a_conversation_goes_on_after_a_restart(model: Path, tmp_path: Path):
    server = Server(make_home(tmp_path, model), ADVISOR_ACTION_TIMEOUT="2")
    try:
        server.start()
        assert server.say("count", "loyal")[0]["text"] == "turn 1"
        assert f"The advisor listens on {server.url}" in server.log.splitlines()

        with ThreadPoolExecutor(1) as pool:
            turn = pool.submit(server.say, "slow", "under-way")
            wait_until(lambda: _is_stored(server, "under-way"), 30)
            server.send_signal(signal.SIGTERM)
            assert "Sorry" in turn.result()[0]["text"]
        assert server.wait() == 0

        server.start()
        assert server.say("count", "loyal")[0]["text"] == "turn 2"
        server.send_signal(signal.SIGINT)
        assert server.wait() == 0
        assert "Traceback" not in server.log
    finally:
        server.kill()


def test_a_damaged_model_ends_the_start_before_it_listens(model: Path, tmp_path: Path):
    server = Server(make_home(tmp_path, model))
    path = server.home / "models" / "advisor.tar.gz"
    path.write_bytes(path.read_bytes()[:-500])

    server.spawn()

    assert server.wait() == 1
    assert str(path) in server.log
    assert "make train" in server.log
    assert "Traceback" not in server.log
    assert "listens" not in server.log
    with pytest.raises(requests.ConnectionError):
        server.get("/health")


def test_a_missing_model_ends_the_start(tmp_path: Path):
    server = Server(make_home(tmp_path, None))

    server.spawn()

    assert server.wait() == 1
    assert "make train" in server.log
    assert "Traceback" not in server.log


def test_a_taken_port_ends_the_start(tmp_path: Path):
    server = Server(make_home(tmp_path, None))
    with socket.socket() as other:
        other.bind(("127.0.0.1", server.port))
        other.listen()

        server.spawn()

        assert server.wait() == 1
    assert str(server.port) in server.log
    assert "PORT" in server.log
    assert "Traceback" not in server.log


def test_a_wrong_setting_ends_the_start(tmp_path: Path):
    server = Server(make_home(tmp_path, None), ADVISOR_LOG_LEVEL="LOUD")

    server.spawn()

    assert server.wait() == 1
    assert "ADVISOR_LOG_LEVEL" in server.log
    assert "Traceback" not in server.log


def _is_stored(server: Server, conversation: str) -> bool:
    """Whether the turn has begun: Rasa stores the conversation's start before it acts."""
    with closing(sqlite3.connect(server.home / "var" / "conversations.db")) as database:
        query = "select count(*) from events where sender_id = ?"
        (events,) = database.execute(query, (conversation,)).fetchone()
    return bool(events)


def _damage_tail(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-500])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _write_text(path: Path) -> None:
    path.write_text("no model at all")


def _archive_something_else(path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        archive.add(__file__, "metadata.json")


@pytest.mark.parametrize(
    "damage", [_damage_tail, _empty, _write_text, _archive_something_else], ids=lambda f: f.__name__
)
def test_what_is_no_model_is_refused(damage, model: Path, tmp_path: Path):
    home = make_home(tmp_path, model)
    damage(home / "models" / "advisor.tar.gz")

    with pytest.raises(StartUpError, match="make train"):
        load_agent(Settings(home=home), remember=False)


def test_another_projects_model_is_refused(model: Path, tmp_path: Path):
    home = make_home(tmp_path, model)
    config = home / "config.yml"
    config.write_text(config.read_text().replace("channel_tests", "somebody_else"))

    with pytest.raises(StartUpError, match=r"another assistant.*make train"):
        load_agent(Settings(home=home), remember=False)


def test_a_model_with_unknown_actions_is_refused(model: Path, tmp_path: Path):
    with pytest.raises(StartUpError, match=r"action_echo.*make train"):
        load_agent(Settings(home=make_home(tmp_path, model)), remember=False)


@pytest.mark.parametrize(
    "url", ["sqlite:////proc/no/such/folder.db", "postgresql://me:hunter2@127.0.0.1:1/none", "x://"]
)
def test_a_database_that_cannot_be_used_is_named(url: str, model: Path, tmp_path: Path):
    settings = Settings(home=make_home(tmp_path, model), database_url=url)

    with pytest.raises(StartUpError, match="ADVISOR_DATABASE_URL") as raised:
        load_agent(settings)

    assert "hunter2" not in str(raised.value)


def test_credentials_that_name_no_channel_end_the_start(model: Path, tmp_path: Path):
    home = make_home(tmp_path, model)
    (home / "credentials.yml").write_text("bot.channels.rest.NoSuchChannel:\n")
    server = Server(home)

    server.spawn()

    assert server.wait() == 1
    assert "credentials.yml" in server.log
    assert "Traceback" not in server.log
