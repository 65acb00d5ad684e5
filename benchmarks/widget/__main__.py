"""Measures the chat widget: `python -m benchmarks.widget`, or `make bench-widget`."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.markdown import Markdown

from benchmarks.bots import Bot, advisor, free_port, running
from benchmarks.chromium import FLAGS, executable
from benchmarks.machine import machine, now
from benchmarks.pages import write
from benchmarks.places import DOCS, PROJECT, WIDGET_FIGURES
from benchmarks.widget.answering import fetched, shown
from benchmarks.widget.loading import loading
from benchmarks.widget.page import places
from benchmarks.widget.transport import transport
from benchmarks.widget.wire import wire_to

CHANNEL = "benchmarks.widget.socket_channel.SocketInput"
# Seconds one way: this machine, and a telephone network.
WIRES = {"loopback": 0.0, "80 ms both ways": 0.04}


def main(arguments: list[str]) -> int:
    """Measures, prints the tables and writes them into docs/embedding.md.

    Returns:
        The exit code: 0, whether or not the targets are reached.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.widget", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a fifth; documents stay")
    quick = parser.parse_args(arguments).quick
    run = _run(3 if quick else 15)
    console = Console(width=110)
    for name, content in places(run).items():
        console.print(Markdown(content if name == "measured" else f"### {name}\n\n{content}"))
    if not quick:
        WIDGET_FIGURES.write_text(json.dumps(run, indent=1) + "\n")
        write(DOCS / "embedding.md", **places(run))
        console.print("docs/embedding.md was written anew.")
    return 0


def _run(runs: int) -> dict[str, Any]:
    port, load = free_port(), os.getloadavg()[0]
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as home:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        loaded = loading(browser, runs)
        with running(_bot(port, Path(home)), port), wire_to(port) as wire:
            answered = {"the widget": shown(browser, port, runs), "a program": fetched(port, runs)}
            carried = {name: transport(browser, wire, runs, delay) for name, delay in WIRES.items()}
        browser.close()
    return {
        "date": now(),
        "machine": machine(),
        "runs": runs,
        "load": load,
        "loading": loaded,
        "answering": answered,
        "transport": carried,
    }


def _bot(port: int, home: Path) -> Bot:
    """The advisor with both transports."""
    shutil.copy(PROJECT / "config.yml", home)
    channels = (PROJECT / "credentials.yml").read_text()
    (home / "credentials.yml").write_text(f"{channels}\n{CHANNEL}:\n")
    bot = advisor(port)
    paths = {"ADVISOR_HOME": str(home), "PYTHONPATH": str(PROJECT)}
    return replace(bot, settings=bot.settings | paths | {"ADVISOR_MODEL": str(bot.model)})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
