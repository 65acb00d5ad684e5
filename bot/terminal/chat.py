"""The conversation: on a terminal with all comfort, from a script line by line."""

from __future__ import annotations

import sys
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from bot.runtime.errors import StartUpError
from bot.settings import Settings
from bot.terminal.conversation import Conversation, Leave, Notice
from bot.terminal.engine import Engine, Load, load
from bot.terminal.lines import answer_lines, tolerate
from bot.terminal.reply import Block, Reply, Suggestion

HINT = "Ask in your own words, or type a number. /help shows more, Ctrl-D leaves."


def run(settings: Settings, *, load: Load = load) -> None:
    """Talk with the user until they leave, or answer the lines of standard input.

    Args:
        settings: Names the model and the folder of the project, whose var/ keeps the history.
        load: Loads the advisor; called in a thread of its own.

    Raises:
        StartUpError: The advisor cannot be loaded.
    """
    engine = Engine(settings, load)
    try:
        if sys.stdin.isatty() and sys.stdout.isatty():
            _chat(settings, engine)
        else:
            engine.start()
            answer_lines(engine)
    except (EOFError, KeyboardInterrupt):
        pass
    finally:
        engine.close()


def _chat(settings: Settings, engine: Engine) -> None:
    from rich.console import Console

    from bot.terminal.prompt import Prompt
    from bot.terminal.screen import Screen

    tolerate(sys.stdout)
    screen = Screen(Console(file=sys.stdout))  # named, since the prompt puts a stand-in there
    prompt = Prompt(settings.home / "var" / "chat_history", engine.loaded, screen.frames)

    def wait_for(future: Future[Any]) -> None:
        screen.wait_for(future, loading=future is engine.loaded)

    conversation = Conversation(engine, wait_for, numbered=True)
    greeting = greet()
    conversation.suggestions = greeting.suggestions
    screen.reply(greeting)
    screen.aside(HINT)
    engine.start()  # only now: two threads that import hold each other up
    with _log_above_prompt():
        while True:
            line = prompt.read()
            if not line.strip():
                continue
            if title := conversation.chosen(line):
                screen.aside(title)
            outcome = conversation.take(line)
            if isinstance(outcome, Leave):
                return
            if isinstance(outcome, Notice):
                screen.notice(outcome.text)
            else:
                screen.reply(outcome)


def greet() -> Reply:
    """Return what the advisor says to somebody who has not said anything yet.

    Raises:
        StartUpError: The knowledge files cannot be used.
    """
    from bot.answers import talk
    from bot.knowledge import KnowledgeError, knowledge

    try:
        answer = talk(knowledge(), "greet", turn=0)
    except KnowledgeError as error:
        raise StartUpError(str(error)) from error
    suggestions = tuple(Suggestion(title, title) for title in answer.suggestions)
    return Reply(answer.lead, (Block(answer.lead),), suggestions)


def _log_above_prompt() -> AbstractContextManager[None]:
    """Keep log lines from writing into the line that is being typed."""
    from prompt_toolkit.patch_stdout import patch_stdout

    return patch_stdout(raw=True) if sys.stderr.isatty() else nullcontext()
