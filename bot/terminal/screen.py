"""What is shown on a terminal: wrapped, with lists, and quiet where it matters less."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.rule import Rule
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from bot.terminal.reply import Block, Reply, Suggestion

WIDEST = 88
QUIET = "dim"
PATIENCE = 0.3  # seconds without a sign of waiting


class Screen:
    """Shows replies; texts are never read as markup."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def reply(self, reply: Reply) -> None:
        """Show a reply, its answers set apart, its suggestions numbered."""
        parts: list[RenderableType] = []
        for place, block in enumerate(reply.blocks):
            if place:
                parts += [Text(), Rule(style=QUIET), Text()]
            parts += _block(block, self._bullet)
        if reply.suggestions:
            parts += [Text(), _suggestions(reply.suggestions)]
        self._show(*parts)

    def notice(self, text: str) -> None:
        """Show something that is not the advisor's."""
        self._show(*(_indented(line) for line in text.split("\n")))

    def aside(self, text: str) -> None:
        """Show a line that matters less."""
        self._console.print(Text(text, style=QUIET), width=self._width)

    def wait_for(self, future: Future[Any], loading: bool) -> None:
        """Wait, with a sign of it where it takes long."""
        if wait([future], timeout=PATIENCE).done:
            return
        with waiting(self._console, "Loading ..." if loading else "Thinking ..."):
            wait([future])

    @property
    def frames(self) -> str:
        """The pictures of the prompt's mark while the advisor loads."""
        if self._console.is_dumb_terminal:
            return ">"
        return "|/-\\" if self._ascii else "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"

    @property
    def _bullet(self) -> str:
        return "-" if self._ascii else "•"

    @property
    def _ascii(self) -> bool:
        return self._console.options.ascii_only

    @property
    def _width(self) -> int:
        # Asked of the terminal each time, dumb ones too, which rich takes to be 80 wide.
        return min(shutil.get_terminal_size().columns, WIDEST)

    def _show(self, *parts: RenderableType) -> None:
        self._console.print(Group(Text(), *parts, Text()), width=self._width, end="")


@contextmanager
def waiting(console: Console, text: str) -> Iterator[None]:
    """Show that something takes its time; nothing of it stays."""
    if console.is_dumb_terminal or not console.is_terminal:
        yield
        return
    # Not console.status: whatever began to log meanwhile would write into its stand-in for stderr.
    spinner = Spinner("dots" if not console.options.ascii_only else "line", Text(text, style=QUIET))
    with Live(
        spinner, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
    ):
        yield


def _block(block: Block, bullet: str) -> Iterable[RenderableType]:
    yield from (Text(line) for line in block.lead.split("\n"))
    if block.points:
        yield _list((bullet, "", point) for point in block.points)
    if block.caveat:
        yield Text(block.caveat, style=QUIET)
    if block.source:
        yield Text(f"Source: {block.source}.".replace("?.", "?"), style=QUIET)


def _suggestions(suggestions: Iterable[Suggestion]) -> Table:
    return _list((str(n), "cyan", entry.title) for n, entry in enumerate(suggestions, 1))


def _list(rows: Iterable[tuple[str, str, str]]) -> Table:
    """Set marks beside texts, so that a wrapped text stays clear of its mark."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for mark, style, text in rows:
        table.add_row(Text(f"  {mark}", style=style), Text(text))
    return table


def _indented(line: str) -> RenderableType:
    words = line.lstrip()
    return Padding(Text(words), (0, 0, 0, len(line) - len(words)))
