"""Several processes on one port: `advisor serve --workers N`.

The parent takes the port and starts the workers, which accept from it side by side; the kernel
hands each connection to whichever is free. What a worker has not accepted when it dies waits for
the others. The parent loads no model: it watches, replaces a worker that has died, and kills one
whose event loop has stood still for too long.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import sys
import threading
import time
from asyncio.subprocess import Process
from dataclasses import replace

from bot.runtime.errors import StartUpError
from bot.runtime.heartbeat import until_silent
from bot.runtime.server import GRACE, bind
from bot.runtime.server import main as serve_alone
from bot.settings import Settings, SettingsError, current_settings

# How a worker says that it could not start; see `bot.runtime.server.main`.
CANNOT_START = 1
# Seconds. A worker that lived longer starts again at once; one that did not, later each time.
SETTLED = 60.0
LONGEST_PAUSE = 30.0
# Seconds beyond the grace of a worker's own after which it is killed.
PATIENCE = 5.0


def main(settings: Settings, *, host: str | None = None, port: int | None = None) -> int:
    """Serves with `settings.workers` processes, and says on standard error why where it cannot.

    Args:
        settings: as for one process.
        host: listen here instead of where the settings say.
        port: as `host`.

    Returns:
        The exit code: 0 after SIGTERM or SIGINT, 1 where the workers could not start.
    """
    try:
        settings = settings.listening_on(host, port)
        require_shareable(settings)
        with bind(settings.host, settings.port, "HOST and PORT") as listener:
            return asyncio.run(_Supervisor(settings, listener).run())
    except (StartUpError, SettingsError) as error:
        print(f"The advisor cannot start. {error}", file=sys.stderr)
        return CANNOT_START


def require_shareable(settings: Settings) -> None:
    """Checks that several processes can use the stores without losing turns.

    Raises:
        StartUpError: they cannot; all that stands in the way is in the message.
    """
    reasons = []
    if not settings.database_url.startswith("postgresql"):
        reasons.append(
            "The conversations are kept in SQLite, which lets one process write at a time and is "
            "no place for several: set ADVISOR_DATABASE_URL to a PostgreSQL, such as "
            "postgresql://user:password@host/database."
        )
    if not settings.redis_url:
        reasons.append(
            "The locks are kept in each process, so two of them could answer one conversation at "
            "once: set ADVISOR_REDIS_URL to a Redis, such as redis://host:6379/0."
        )
    if reasons:
        raise StartUpError(
            f"{settings.workers} workers need stores that they can share. {' '.join(reasons)} Or "
            "serve with --workers 1."
        )


class _Supervisor:
    """Keeps the workers running until it is told to stop."""

    def __init__(self, settings: Settings, listener: socket.socket) -> None:
        self._settings = settings
        self._listener = listener
        self._grace = settings.action_timeout + GRACE + PATIENCE
        # One for all, so that a conversation has one hash whichever worker answers.
        self._log_key = settings.log_key or secrets.token_hex(32)

    async def run(self) -> int:
        """Returns the exit code of the whole."""
        self._stopping = asyncio.Event()
        self._exit_code = 0
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        # Its reading end closes with this process, however that ends.
        lifeline, ours = os.pipe()
        try:
            keepers = (self._keep(number, lifeline) for number in range(self._settings.workers))
            await asyncio.gather(*keepers)
        finally:
            os.close(lifeline)
            os.close(ours)
        return self._exit_code

    async def _keep(self, number: int, lifeline: int) -> None:
        """Starts one worker, and again whenever it ends by itself."""
        pause = 0.0
        first = True
        while not self._stopping.is_set():
            begun = time.monotonic()
            reading, pulse = os.pipe()
            try:
                worker = await self._start(number, lifeline, pulse)
            finally:
                os.close(pulse)  # the worker has it now
            try:
                stopped = await self._ended_or_stopping(number, worker, reading)
            finally:
                os.close(reading)
            if stopped:
                break
            if first and worker.returncode == CANNOT_START:  # it has said why
                self._exit_code = CANNOT_START
                self._stopping.set()
                break
            first = False
            pause = 0.0 if time.monotonic() - begun > SETTLED else min(2 * pause + 1, LONGEST_PAUSE)
            _say(
                f"Worker {number + 1} ended with {worker.returncode}; another starts in "
                f"{pause:.0f} s."
            )
            await self._stopped_within(pause)

    async def _start(self, number: int, lifeline: int, pulse: int) -> Process:
        settings = self._settings
        admin = settings.admin_port + number if settings.admin_port else 0
        listener = self._listener.fileno()
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            __name__,
            str(listener),
            str(lifeline),
            str(pulse),
            env=os.environ
            | {
                "HOST": settings.host,
                "PORT": str(settings.port),
                "ADVISOR_ADMIN_PORT": str(admin) if admin else "",
                "ADVISOR_LOG_KEY": self._log_key,
            },
            pass_fds=(listener, lifeline, pulse),
            # Ctrl-C reaches the parent alone, which then stops the workers.
            start_new_session=True,
        )

    async def _ended_or_stopping(self, number: int, worker: Process, pulse: int) -> bool:
        """Waits for the end of a worker; returns whether it was told to end."""
        longest = self._settings.worker_timeout
        ended = asyncio.ensure_future(worker.wait())
        stopping = asyncio.ensure_future(self._stopping.wait())
        silent = asyncio.ensure_future(until_silent(pulse, longest))
        await asyncio.wait({ended, stopping, silent}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        silent.cancel()
        if not self._stopping.is_set():
            if not ended.done():
                _say(f"Worker {number + 1} has not stirred for {longest:g} s or more: killed.")
                worker.kill()
                await ended
            return False
        if worker.returncode is None:
            worker.terminate()
            try:
                await asyncio.wait_for(ended, self._grace)
            except asyncio.TimeoutError:
                worker.kill()
                await worker.wait()
        return True

    async def _stopped_within(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except asyncio.TimeoutError:
            return


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _serve_as_worker(listener: int, lifeline: int, pulse: int) -> int:
    """What a worker's process does: serve from the parent's port, and end when the parent does."""

    def follow() -> None:
        os.read(lifeline, 1)  # nothing is ever written: it returns when the parent is gone
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=follow, name="lifeline", daemon=True).start()
    settings = replace(current_settings(), workers=1)
    return serve_alone(settings, listener=socket.socket(fileno=listener), pulse=pulse)


if __name__ == "__main__":
    sys.exit(_serve_as_worker(*map(int, sys.argv[1:])))
