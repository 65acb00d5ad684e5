"""Lines from standard input, answered one by one without decoration."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from selectors import EVENT_READ, PollSelector
from typing import Any, TextIO

from bot.terminal.conversation import Conversation, Leave
from bot.terminal.engine import Engine
from bot.terminal.reply import Reply

_CHUNK = 65_536


def answer_lines(engine: Engine) -> None:
    """Answer each line of standard input; a blank line stands between replies.

    Raises:
        StartUpError: The advisor could not be loaded.
    """
    engine.loaded.result()
    conversation = Conversation(engine, _wait, numbered=False)
    tolerate(sys.stdout)
    first = True
    try:
        for line in _lines():
            outcome = conversation.take(line)
            if isinstance(outcome, Leave):
                break
            text = outcome.unadorned if isinstance(outcome, Reply) else outcome.text
            print(text if first else f"\n{text}", flush=True)
            first = False
    except BrokenPipeError:
        hush_pipe()


def _wait(future: Future[Any]) -> None:
    wait([future])


def tolerate(stream: TextIO) -> None:
    """Have characters that the stream's encoding lacks replaced, where they would be an error."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


def hush_pipe() -> None:
    """Keep Python from complaining at its end that nobody reads standard output any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _lines() -> Iterator[str]:
    for raw in _raw_lines(sys.stdin.fileno()):
        line = raw.decode("utf-8-sig", errors="replace").strip()
        if line:
            yield line


def _raw_lines(source: int) -> Iterator[bytes]:
    begun: list[bytes] = []
    with _noticed_signals() as signals, PollSelector() as ready:
        ready.register(source, EVENT_READ)
        ready.register(signals, EVENT_READ)
        while True:
            # Python acts on a signal here; one that comes just before a plain read would wait
            # for the next line.
            if signals in {key.fd for key, _ in ready.select()}:
                os.read(signals, _CHUNK)
                continue
            chunk = os.read(source, _CHUNK)
            if not chunk:
                yield b"".join(begun)
                return
            head, *lines = chunk.split(b"\n")
            begun.append(head)
            for line in lines:
                yield b"".join(begun)
                begun = [line]


@contextmanager
def _noticed_signals() -> Iterator[int]:
    """Yield a descriptor that can be read from when a signal has come."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing)
    try:
        yield reading
    finally:
        signal.set_wakeup_fd(before)
        os.close(reading)
        os.close(writing)
