"""The line that the user types: editing, history, and a mark that moves while all is loading."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import Future
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.application import Application, get_app
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import ColorDepth

from bot.terminal.reply import visible

READY = ">"
FRAME = 0.1  # seconds


class Prompt:
    """Reads lines from the terminal."""

    def __init__(self, history: Path, loading: Future[Any], frames: str) -> None:
        """Prepare the terminal.

        Args:
            history: The file that keeps what was typed.
            loading: Done when the advisor is loaded; its failure ends the prompt.
            frames: Characters shown in turn as the prompt's mark until then.
        """
        # The terminal's place of the cursor is of no use to one line, and where a terminal does
        # not tell it the user would get a warning.
        os.environ["PROMPT_TOOLKIT_NO_CPR"] = "1"
        self._loading = loading
        self._frames = cycle(frames)
        self._session: PromptSession[str] = PromptSession(
            self._mark,
            history=open_history(history),
            color_depth=ColorDepth.MONOCHROME,  # the prompt has no colours
            enable_suspend=True,
            key_bindings=_without_mouse(),
        )

    def read(self) -> str:
        """Return the next line.

        Raises:
            EOFError: Ctrl-D.
            KeyboardInterrupt: Ctrl-C.
            StartUpError: The advisor could not be loaded.
        """
        return self._session.prompt(pre_run=self._watch)

    def _mark(self) -> str:
        if self._loading.done() or get_app().is_done:
            return f"{READY} "
        return f"{next(self._frames)} "

    def _watch(self) -> None:
        app = get_app()
        if not self._loading.done() or self._loading.exception() is not None:
            app.create_background_task(self._move_until_loaded(app))

    async def _move_until_loaded(self, app: Application[str]) -> None:
        while not self._loading.done():
            app.invalidate()
            await asyncio.sleep(FRAME)
        app.invalidate()
        error = self._loading.exception()
        if error is not None and not app.is_done:
            app.exit(exception=error)


def _without_mouse() -> KeyBindings:
    """Keep a pasted colour sequence, which looks like a mouse's, from failing as one."""
    bindings = KeyBindings()

    @bindings.add(Keys.Vt100MouseEvent)
    def _ignore(_event: KeyPressEvent) -> None:
        pass

    return bindings


def open_history(path: Path) -> History:
    """Return the history kept in a file, or one for this time only where that cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # what users write is nobody else's business
        with path.open("r+b"):
            return KeptHistory(str(path))
    except OSError:
        return InMemoryHistory()


class KeptHistory(FileHistory):
    """A history that never comes between the user and the answer."""

    def store_string(self, string: str) -> None:
        """Keep a line, without what no file takes; a full disk is no reason to stop."""
        with suppress(OSError):
            super().store_string(visible(string))
