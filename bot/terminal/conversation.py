"""One conversation in the terminal: what a line means, and what comes of it."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from bot import apology
from bot.channels.intake import IntakeError, clean_text
from bot.terminal.engine import Engine
from bot.terminal.reply import Reply, Suggestion, read_reply, visible
from bot.terminal.understanding import explain, understood

logger = logging.getLogger(__name__)

T = TypeVar("T")

COMMANDS = {
    "/help": "show these commands",
    "/why": "show what was understood in your last message, and the facts of the reply",
    "/restart": "begin a fresh conversation",
    "/quit": "leave; so does Ctrl-D",
}
LONGEST_ECHO = 30


@dataclass(frozen=True)
class Notice:
    """Something that the terminal says, not the advisor."""

    text: str


@dataclass(frozen=True)
class Leave:
    """The user wants to leave."""


class Conversation:
    """Takes lines, one after the other."""

    def __init__(
        self, engine: Engine, wait: Callable[[Future[Any]], None], *, numbered: bool
    ) -> None:
        """Begin a conversation.

        Args:
            engine: Answers.
            wait: Called with whatever is waited for; returns when it is done.
            numbered: Whether suggestions are shown with numbers and can be chosen by them.
        """
        self._engine = engine
        self._wait = wait
        self._numbered = numbered
        self._last: tuple[str, Reply] | None = None
        self.suggestions: tuple[Suggestion, ...] = ()
        self._restart()

    def take(self, line: str) -> Reply | Notice | Leave:
        """Answer a line that is not blank.

        Raises:
            StartUpError: The advisor could not be loaded.
        """
        if line.lstrip().startswith("/"):
            return self._command(line.split(maxsplit=1)[0].lower())
        text = line
        if self._numbered and self.suggestions and (number := _number(line)) is not None:
            if not 1 <= number <= len(self.suggestions):
                return Notice(f"Type a number from 1 to {len(self.suggestions)}, or a question.")
            text = self.suggestions[number - 1].payload
        try:
            clean_text(text)
        except IntakeError as error:
            return Notice(complaint(error))
        return self._ask(text)

    def chosen(self, line: str) -> str | None:
        """Return the title of the suggestion that a line chooses, or None."""
        number = _number(line) if self._numbered else None
        if number is None or not 1 <= number <= len(self.suggestions):
            return None
        return self.suggestions[number - 1].title

    def _ask(self, text: str) -> Reply:
        self._result(self._engine.loaded)
        messages = self._result(self._engine.reply(text, self._sender))
        reply = read_reply(messages)
        self._last = (text, reply)
        self.suggestions = reply.suggestions
        return reply

    def _command(self, name: str) -> Notice | Leave:
        if name == "/quit":
            return Leave()
        if name == "/help":
            return Notice(f"Ask in your own words, or:\n{_listed_commands()}")
        if name == "/restart":
            self._restart()
            return Notice("This is a fresh conversation; what was said before is forgotten.")
        if name == "/why":
            return Notice(self._why())
        echo = visible(name)[:LONGEST_ECHO]
        return Notice(f"There is no command {echo}. What there is:\n{_listed_commands()}")

    def _why(self) -> str:
        if self._last is None:
            return "Nothing has been asked yet in this conversation."
        text, reply = self._last
        try:
            parse_data = self._result(self._engine.parse(text))
            return explain(understood(parse_data), reply)
        except Exception as error:  # noqa: BLE001  # said to the user, and logged
            return apology.report(logger, "command /why", error)

    def _restart(self) -> None:
        self._sender = f"terminal-{secrets.token_hex(16)}"
        self._last = None
        self.suggestions = ()

    def _result(self, future: Future[T]) -> T:
        self._wait(future)
        return future.result()


def complaint(error: IntakeError) -> str:
    """Say why a line cannot be taken, and what to type instead."""
    if error.too_long:
        return str(error)
    return f"{error.detail} Type a question of at most 1,000 characters."


def _number(line: str) -> int | None:
    """Read ``2``, ``2.`` or ``2)``; more digits than one are no choice but a figure."""
    digit = line.strip().rstrip(".)")
    return int(digit) if len(digit) == 1 and digit in "0123456789" else None


def _listed_commands() -> str:
    return "\n".join(f"  {name:<9} {purpose}" for name, purpose in COMMANDS.items())
