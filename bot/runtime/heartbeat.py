"""How a worker shows that it lives, and how its parent sees that it does no longer."""

from __future__ import annotations

import asyncio
import contextlib
import os

# Seconds between two beats.
INTERVAL = 1.0
# Seconds until the first one: loading takes about ten on an idle machine.
STARTING = 300.0


async def beat(pipe: int) -> None:
    """Writes to a pipe for as long as the event loop turns; runs until it is cancelled.

    Args:
        pipe: its writing end.
    """
    os.set_blocking(pipe, False)  # a parent that does not read must not stop the worker
    while True:
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            os.write(pipe, b".")
        await asyncio.sleep(INTERVAL)


async def until_silent(pipe: int, longest: float, starting: float = STARTING) -> None:
    """Waits until a worker has not beaten for too long.

    Args:
        pipe: the reading end of its pipe.
        longest: seconds between two beats.
        starting: seconds until the first one.
    """
    loop = asyncio.get_running_loop()
    beaten = asyncio.Event()

    def hear() -> None:
        if os.read(pipe, 4096):
            beaten.set()
        else:  # closed: there will be no further one
            loop.remove_reader(pipe)

    loop.add_reader(pipe, hear)
    patience = starting
    try:
        while True:
            # Looked at again after the time: a parent that was stopped itself has beats to read.
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(beaten.wait(), patience)
            if not beaten.is_set():
                return
            beaten.clear()
            patience = longest
    finally:
        loop.remove_reader(pipe)
