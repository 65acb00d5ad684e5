"""A real PostgreSQL, which can be stopped and started again."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pgserver

STOP = 30


class PostgreSQL:
    """Started when it is made; keeps its data over a restart, and not over `close`."""

    def __init__(self) -> None:
        # Not in pytest's folder, which it closes to the user that PostgreSQL runs as.
        self._folder = tempfile.TemporaryDirectory()
        self._server = pgserver.get_server(Path(self._folder.name) / "data")
        self.url = self._server.get_uri()

    def stop(self) -> None:
        """Ends at once, as in a crash: connections are cut, transactions are lost."""
        pgserver.pg_ctl(
            ["stop", "-m", "immediate", "-w"],
            pgdata=self._server.pgdata,
            user=self._server.system_user,
            timeout=STOP,
        )

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def close(self) -> None:
        self._server.cleanup()
        self._folder.cleanup()
