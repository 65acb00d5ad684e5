from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.channels.serving import PROJECT, Server, environment, make_home


@pytest.fixture(scope="session")
def model(pytestconfig: pytest.Config) -> Path:
    """The small project's model, trained once for each state of the project."""
    state = hashlib.sha256(version("rasa").encode())
    for file in sorted(PROJECT.rglob("*.yml")):
        state.update(file.read_bytes())
    folder = pytestconfig.cache.mkdir(f"channels-{state.hexdigest()[:12]}")
    model = folder / "advisor.tar.gz"
    if not model.is_file():
        subprocess.run(
            [sys.executable, PROJECT / "train.py", folder], env=environment(PROJECT), check=True
        )
    return model


@pytest.fixture(scope="module")
def server(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests of a module; its actions get one second."""
    home = make_home(tmp_path_factory.mktemp("server"), model)
    server = Server(home, ADVISOR_ACTION_TIMEOUT="1")
    try:
        server.start()
        yield server
    finally:
        server.kill()
