"""What the user is told, and what is logged, when something of ours fails."""

from __future__ import annotations

import logging
import secrets
import traceback
from contextvars import ContextVar
from types import TracebackType

from bot.knowledge import knowledge
from bot.metrics import FAILURES

OURS = ("actions", "bot")
# The error ids of the turn under way; tasks that the turn starts share the list.
_failures: ContextVar[list[str] | None] = ContextVar("failures", default=None)


def collect_failures() -> list[str]:
    """From here on, the error ids of this turn; the list fills as they are reported."""
    collected: list[str] = []
    _failures.set(collected)
    return collected


def report(logger: logging.Logger, where: str, error: BaseException) -> str:
    """Logs a failure in one line, without the user's words, and says it to the user.

    Args:
        logger: the logger of the part that caught the failure.
        where: what failed, such as "action action_answer"; one of few, it labels a counter.
        error: what was raised. Neither its message nor its locals are logged: both may hold what
            the user wrote.

    Returns:
        The apology, with the id under which the log has the failure.
    """
    error_id = new_error_id()
    collected = _failures.get()
    if collected is not None:
        collected.append(error_id)
    FAILURES.labels(where, type(error).__name__).inc()
    details = {
        "error_id": error_id,
        "exception": type(error).__name__,
        "at": place_of(error.__traceback__),
    }
    # In the text too: under stock Rasa its own formatter writes the line.
    text = " ".join(f"{key}={value}" for key, value in details.items())
    logger.error("%s failed: %s", where, text, extra=details)
    return apology(error_id)


def new_error_id() -> str:
    """Eight characters that connect what a user sees with the log."""
    return secrets.token_hex(4)


def apology(error_id: str) -> str:
    """The text that a user gets in place of an answer; it never fails itself."""
    try:
        known = knowledge()
        return known.fill(known.talks["apology"].texts[0], error_id=error_id)
    except Exception:  # noqa: BLE001  # whatever is wrong with the files, an apology is owed
        return f"Sorry, something went wrong on my side. Please try again. (Error {error_id})"


def place_of(trace: TracebackType | None) -> str:
    """Where an exception was raised: the deepest frame of our own code, else the deepest."""
    frames = list(traceback.walk_tb(trace))
    if not frames:
        return "unknown"
    modules = [(str(frame.f_globals.get("__name__")), line) for frame, line in frames]
    own = [place for place in modules if place[0].partition(".")[0] in OURS]
    module, line = (own or modules)[-1]
    return f"{module}:{line}"
