"""The advisor in a thread of its own: it loads there while the user already types."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol

from bot.settings import Settings

CLOSING = 5.0  # seconds


class Answering(Protocol):
    """What the terminal needs of :class:`bot.runtime.agent.Advisor`."""

    async def reply(self, text: str, sender: str) -> list[dict[str, Any]]:
        """Answer one message of a conversation."""

    async def parse(self, text: str) -> dict[str, Any]:
        """Return what NLU makes of a text."""

    def close(self) -> None:
        """Let everything go."""


Load = Callable[[Settings], Answering]


def load(settings: Settings) -> Answering:
    """Load the advisor; conversations end with the process, since a terminal is private.

    Raises:
        StartUpError: The model cannot be used.
    """
    from bot.runtime.agent import Advisor, load_agent

    # The collector would look again and again at what only grows while libraries are imported.
    gc.disable()
    try:
        return Advisor(load_agent(settings, remember=False))
    finally:
        gc.freeze()
        gc.enable()


class Engine:
    """Loads an advisor and runs its turns beside the caller's thread."""

    def __init__(self, settings: Settings, load: Load) -> None:
        """Prepare; nothing is loaded before :meth:`start`."""
        self.loaded: Future[Answering] = Future()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._work, args=(settings, load), name="advisor", daemon=True
        )

    def start(self) -> None:
        """Begin to load."""
        self._thread.start()

    def reply(self, text: str, sender: str) -> Future[list[dict[str, Any]]]:
        """Begin to answer one message; the advisor must be loaded."""
        return asyncio.run_coroutine_threadsafe(
            self.loaded.result().reply(text, sender), self._loop
        )

    def parse(self, text: str) -> Future[dict[str, Any]]:
        """Begin to find what NLU makes of a text; the advisor must be loaded."""
        return asyncio.run_coroutine_threadsafe(self.loaded.result().parse(text), self._loop)

    def close(self) -> None:
        """Let the advisor go. While it is still loading, this ends the process with code 0."""
        if self._thread.ident is None:
            return
        if not self.loaded.done():
            # Python cannot end a thread in the middle of an import, and would crash or wait.
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            os._exit(0)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSING)

    def _work(self, settings: Settings, load: Load) -> None:
        try:
            advisor = load(settings)
        except BaseException as error:  # noqa: BLE001  # handed over to whoever asks, SystemExit too
            self.loaded.set_exception(error)
            return
        self.loaded.set_result(advisor)
        self._loop.run_forever()
        advisor.close()
        self._loop.close()
