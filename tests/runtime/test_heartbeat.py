"""A worker that stands still is noticed; one that works is left alone."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bot.runtime.heartbeat import beat, until_silent

# Its loop turns until a line comes in; then it is blocked, as by a function that does not return.
BLOCKED = """
import asyncio, sys, threading
from bot.runtime.heartbeat import beat

async def work():
    beating = asyncio.ensure_future(beat(int(sys.argv[1])))
    await asyncio.to_thread(sys.stdin.readline)
    threading.Event().wait()

asyncio.run(work())
"""
# Seconds that no test waits for.
LONG = 600.0


@contextmanager
def piped() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    try:
        yield reading, writing
    finally:
        os.close(reading)
        os.close(writing)


async def test_a_blocked_event_loop_is_silent():
    with piped() as (reading, writing):
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            BLOCKED,
            str(writing),
            stdin=asyncio.subprocess.PIPE,
            pass_fds=[writing],
        )
        assert worker.stdin is not None
        try:
            silent = asyncio.ensure_future(until_silent(reading, 3, starting=LONG))
            worker.stdin.write(b"block\n")

            await asyncio.wait_for(silent, 120)

            assert worker.returncode is None
        finally:
            worker.kill()
            await worker.wait()


async def test_a_worker_that_never_begins_is_silent():
    with piped() as (reading, _):
        await asyncio.wait_for(until_silent(reading, LONG, starting=0.01), 60)


async def test_a_loop_that_turns_is_not_silent():
    with piped() as (reading, writing):
        beating = asyncio.ensure_future(beat(writing))
        silent = asyncio.ensure_future(until_silent(reading, 2, starting=LONG))

        done, _ = await asyncio.wait({silent}, timeout=5)

        assert not done
        for task in (beating, silent):
            task.cancel()


async def test_a_parent_that_does_not_read_stops_no_worker():
    with piped() as (_, writing):
        os.set_blocking(writing, False)
        with suppress(BlockingIOError):
            while True:
                os.write(writing, bytes(4096))

        beating = asyncio.ensure_future(beat(writing))
        await asyncio.sleep(0)

        assert not beating.done()
        beating.cancel()
