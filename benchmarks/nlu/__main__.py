"""Runs the comparison of pipelines: `python -m benchmarks.nlu`, or `make bench-nlu`."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks import pages
from benchmarks.nlu import data, page
from benchmarks.nlu.candidates import Candidate, candidates
from benchmarks.nlu.judging import single_questions
from benchmarks.nlu.measuring import (
    Measured,
    MeasuringError,
    Task,
    key_of,
    load,
    measure,
    save,
)
from benchmarks.nlu.plot import draw
from benchmarks.places import DOCS, NLU_FIGURES, NLU_OUTPUT, NLU_PLOT, PROJECT
from bot.evaluation.cases import load_voices

QUICK = 0.1


def main(arguments: list[str]) -> int:
    """Measures what is chosen and not yet known, prints the table and writes the page.

    Returns:
        The exit code: 1 where a candidate could not be measured.
    """
    options = _options(arguments)
    share = QUICK if options.quick else options.share
    task = Task(
        entries=data.read(PROJECT / "data" / "nlu"),
        cases=single_questions(load_voices(PROJECT / "tests" / "evaluation" / "open")),
        share=share,
        epochs=options.epochs,
    )
    folder: Path = NLU_OUTPUT / "quick" if options.quick else NLU_OUTPUT
    console = Console(stderr=True)
    chosen = [one for one in candidates() if not options.only or one.name in options.only]
    anew = options.again or bool(options.only)
    failed = False
    for candidate in chosen:
        kept = None if anew else load(candidate.name, folder)
        if kept and kept.key == key_of(candidate, task):
            console.print(f"{candidate.name}: measured {kept.date}, and nothing has changed.")
        elif not _measure(candidate, task, folder, console):
            failed = True
        # Each time: the last takes longer than all before it, and may be ended.
        _write(folder, quick=options.quick)
    if found := _found(folder):
        print(page.comparison(found))
    console.print(f"Figures and plot: {folder}")
    return 1 if failed else 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nlu", description=__doc__)
    names = [candidate.name for candidate in candidates()]
    parser.add_argument(
        "--only", action="append", choices=names, help="measure this one anew; may be repeated"
    )
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the examples; the document stays"
    )
    parser.add_argument(
        "--share", type=_share, default=1.0, help="of the examples, 0 to 1; the table says so"
    )
    parser.add_argument(
        "--epochs", type=_epochs, help="of Rasa's default instead of its 100; the table says so"
    )
    parser.add_argument("--again", action="store_true", help="measure what is known as well")
    return parser.parse_args(arguments)


def _share(text: str) -> float:
    value = float(text)
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0 and at most 1")
    return value


def _epochs(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return value


def _measure(candidate: Candidate, task: Task, folder: Path, console: Console) -> bool:
    """Measures a candidate with its progress in view, and keeps it; returns whether it could."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        line = progress.add_task(candidate.name)

        def report(what: str) -> None:
            progress.update(line, description=f"{candidate.name}: {what}")

        try:
            save(measure(candidate, task, report), folder)
        except MeasuringError as error:
            report("failed")
            console.print(f"{candidate.name}: {error}")
            return False
        report("done")
        return True


def _found(folder: Path) -> list[Measured]:
    return [kept for one in candidates() if (kept := load(one.name, folder))]


def _write(folder: Path, *, quick: bool) -> None:
    """Writes figures and plot of all that is known, and unless `quick` the document."""
    found = _found(folder)
    if not found:
        return
    figures, plot = folder / "figures.json", folder / "nlu.png"
    figures.write_text(json.dumps([asdict(one) for one in found], indent=1))
    draw(found, plot)
    if not quick:
        NLU_FIGURES.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(figures, NLU_FIGURES)
        shutil.copy(plot, NLU_PLOT)
        pages.write(DOCS / "understanding.md", pipelines=page.comparison(page.figures()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
