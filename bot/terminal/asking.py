"""One question, one answer: for people and for programs."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from bot.channels.intake import IntakeError, clean_text
from bot.settings import Settings
from bot.terminal.conversation import complaint
from bot.terminal.engine import Answering, Load, load
from bot.terminal.lines import hush_pipe, tolerate
from bot.terminal.reply import Reply, read_reply
from bot.terminal.understanding import understood

SENDER = "terminal-one-question"
BAD_USAGE = 2
NO_ANSWER = 1


def ask_once(
    settings: Settings, question: str, *, as_json: bool = False, load: Load = load
) -> None:
    """Print the answer to one question.

    Args:
        settings: Names the model.
        question: What the user wants to know.
        as_json: Print one JSON object: text, suggestions, answers (with facts and figures) and
            understood (each question found, with intent, confidence and decision).
        load: Loads the advisor.

    Raises:
        StartUpError: The advisor cannot be loaded.
        SystemExit: With 2, the question cannot be taken; with 1, answering it failed.
    """
    try:
        clean_text(question)
    except IntakeError as error:
        print(f"advisor: {complaint(error)}", file=sys.stderr)
        sys.exit(BAD_USAGE)
    reply, questions = _answer(settings, question, load)
    try:
        if as_json:
            print(json.dumps(_as_dict(reply, questions), indent=2), flush=True)
        else:
            tolerate(sys.stdout)
            print(reply.unadorned, flush=True)
    except BrokenPipeError:
        hush_pipe()
    if not reply.answers:  # an apology: scripts must not take it for an answer
        sys.exit(NO_ANSWER)


def _answer(settings: Settings, question: str, load: Load) -> tuple[Reply, list[dict[str, Any]]]:
    from rich.console import Console

    from bot.terminal.screen import waiting

    with waiting(Console(stderr=True), "Loading ..."):
        advisor = load(settings)
        try:
            return asyncio.run(_turn(advisor, question))
        finally:
            advisor.close()


async def _turn(advisor: Answering, question: str) -> tuple[Reply, list[dict[str, Any]]]:
    reply = read_reply(await advisor.reply(question, SENDER))
    return reply, understood(await advisor.parse(question)) if reply.answers else []


def _as_dict(reply: Reply, questions: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "text": reply.text,
        "suggestions": [suggestion.title for suggestion in reply.suggestions],
        "answers": list(reply.answers),
        "understood": questions,
    }
