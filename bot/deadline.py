"""Runs synchronous code beside the event loop, with a deadline."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def within(seconds: float, function: Callable[[], T]) -> T:
    """Calls `function` in a thread of its own and waits for it.

    A daemon thread rather than `asyncio.to_thread`: calls that never end would fill the pool, and
    the process would wait for them when it is told to stop.

    Args:
        seconds: how long to wait; the thread itself cannot be ended and runs on unheard.
        function: takes no arguments.

    Raises:
        asyncio.TimeoutError: the time is over.
        Exception: whatever `function` raises.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[tuple[T | None, BaseException | None]] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if not done.done():
            done.set_result((result, error))

    def work() -> None:
        result: T | None = None
        error: BaseException | None = None
        try:
            result = function()
        except BaseException as raised:  # noqa: BLE001  # handed over to the caller
            error = raised
        with contextlib.suppress(RuntimeError):  # the loop was closed while this ran on
            loop.call_soon_threadsafe(settle, result, error)

    context = contextvars.copy_context()  # so that its log lines name the conversation
    threading.Thread(target=context.run, args=(work,), name="within-deadline", daemon=True).start()
    result, error = await asyncio.wait_for(done, seconds)
    if error is not None:
        raise error
    return result  # type: ignore[return-value]  # None only where T allows it
