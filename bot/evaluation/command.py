"""``advisor evaluate``: asks a set, prints the table, writes JSON and a page."""

from __future__ import annotations

import asyncio
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table

from bot.evaluation.cases import Voice, load_voices
from bot.evaluation.noise import noisy
from bot.evaluation.report import Report, Row, build_report, write
from bot.evaluation.running import Outcome, messages_of, run_voice
from bot.knowledge import knowledge
from bot.runtime.agent import load_advisor
from bot.settings import Settings


def run(
    settings: Settings,
    folder: Path,
    output: Path,
    *,
    totals_only: bool = False,
    noise: bool = False,
) -> Report:
    """Ask a set and show how well it was understood.

    Args:
        settings: Which model.
        folder: The set.
        output: Where JSON and page go.
        totals_only: Show and write nothing of single messages: for the sealed half.
        noise: Ask with keyboard slips, missing letters, doubled words and lost punctuation.

    Raises:
        StartUpError: There is no usable model.
        ValueError: The set cannot be read.
    """
    voices = load_voices(folder)
    console = Console()
    outcomes = asyncio.run(ask_all(settings, voices, Console(stderr=True), noise=noise))
    report = build_report(outcomes, knowledge())
    console.print(table(report, totals_only=totals_only))
    if not totals_only:
        console.print(f"Wrote {write(report, outcomes, output, knowledge())}.")
    return report


async def ask_all(
    settings: Settings, voices: list[Voice], console: Console, *, noise: bool = False
) -> list[Outcome]:
    """Load the advisor and ask it everything, with a bar of progress."""
    with console.status("Loading the advisor ..."):
        advisor = await load_advisor(settings, remember=False)
    columns = ("[progress.description]{task.description}", BarColumn(), MofNCompleteColumn())
    outcomes: list[Outcome] = []
    try:
        with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
            task = progress.add_task("Asking", total=sum(1 for _ in messages_of(voices)))
            for voice in voices:
                outcomes += await run_voice(
                    voice,
                    advisor.reply,
                    knowledge(),
                    lambda: progress.advance(task),
                    noisy if noise else str,
                )
    finally:
        advisor.close()
    return outcomes


def table(report: Report, *, totals_only: bool = False) -> Table:
    """Lay a report out for the terminal."""
    shown = Table("subject", "asked", "right", "offered", "share")
    for column in shown.columns[1:]:
        column.justify = "right"
    totals = [row for row in report.rows if row.subject.startswith(("all", "-"))]
    subjects = [] if totals_only else [row for row in report.rows if row not in totals]
    others = [report.dialogues, report.declined, report.unnamed, report.surplus]
    for row in [*totals, *others, *subjects]:
        shown.add_row(*_cells(row))
    shown.add_row("unproven numbers", str(report.total.asked), str(len(report.unproven)), "", "")
    if not totals_only:
        shown.add_section()
        for expected, answered, count in report.confusions:
            shown.add_row(f"{expected} -> {answered}", "", "", "", str(count))
    return shown


def _cells(row: Row) -> tuple[str, str, str, str, str]:
    return (row.subject, str(row.asked), str(row.right), str(row.offered), f"{row.share:.1%}")
