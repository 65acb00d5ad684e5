"""Runs the comparison: `python -m benchmarks`, or `make bench`."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks import pages
from benchmarks.bots import (
    Bot,
    advisor,
    build_stock,
    free_port,
    running,
    stock,
    train_advisor,
)
from benchmarks.comparison import rows
from benchmarks.machine import described, machine, now
from benchmarks.measuring import QUICK, Measured, Plan, Report, measure
from benchmarks.places import FIGURES, OUTPUT, PLOT
from benchmarks.plot import draw
from benchmarks.profile import profile
from benchmarks.sharing import shared_rates


def main(arguments: list[str]) -> int:
    """Measures, prints the table and writes JSON and plot.

    Returns:
        The exit code: 0, whether or not the targets are reached.
    """
    options = _options(arguments)
    plan = QUICK if options.quick else Plan()
    console = Console(stderr=True)
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console
    ) as progress:
        run = _run(plan, options, progress)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    figures, plot = OUTPUT / "figures.json", OUTPUT / "latency.png"
    figures.write_text(json.dumps(run, indent=1))
    draw(run, plot)
    _print(run)
    if not options.quick:
        FIGURES.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(figures, FIGURES)
        shutil.copy(plot, PLOT)
        pages.main()
        console.print("docs/performance.md and docs/scaling.md were written anew.")
    console.print(f"Figures: {figures}\nPlot:    {plot}")
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="fewer messages, no training; documents stay"
    )
    parser.add_argument("--rebuild", action="store_true", help="make and train the stock bot again")
    return parser.parse_args(arguments)


def _run(plan: Plan, options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    def step(name: str) -> Report:
        task = progress.add_task(name)
        return lambda what: progress.update(task, description=f"{name}: {what}")

    report = step("stock")
    report("made and trained by `rasa init`, once (1 to 5 minutes)")
    training = build_stock(again=options.rebuild)
    stocks = _measure(stock, plan, report)
    stocks.training = training
    report("done")

    report = step("advisor")
    advisors = _measure(advisor, plan, report)
    if not options.quick:
        report("training")
        advisors.training = train_advisor()
    report("done")

    report = step("several processes")
    shared = shared_rates(plan, report)
    report("done")
    # Last: it loads the model into this process, from which nothing is started afterwards.
    report = step("profile")
    report("loading")
    spent = profile(plan.new_conversations)
    report("done")
    return {
        "date": now(),
        "machine": machine(),
        "plan": asdict(plan),
        "stock": stocks.as_dict(),
        "advisor": advisors.as_dict(),
        "profile": asdict(spent),
        "shared": shared,
    }


def _measure(make: Callable[[int], Bot], plan: Plan, report: Report) -> Measured:
    port = free_port()
    report("starting")
    with running(make(port), port) as bot:
        return measure(bot, plan, report)


def _print(run: dict[str, Any]) -> None:
    shown = Table(title=f"{run['date']}, {described(run['machine'])}", title_style="")
    for name in ("figure", "stock", "advisor", "ratio", "target", "reached"):
        shown.add_column(name, justify="left" if name in ("figure", "target") else "right")
    for row in rows(run):
        cells = (row.stock, row.advisor, row.shown_ratio, row.target, row.verdict)
        shown.add_row(row.label, *cells)
    Console(width=150).print(shown)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
