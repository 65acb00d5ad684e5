"""The tables in the documents are what the figures say, and nobody's typing."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import pages
from benchmarks.capacity import processes, scaling
from benchmarks.comparison import percentile, rows
from benchmarks.places import DOCS, FIGURES, WIDGET_FIGURES
from benchmarks.plot import draw
from benchmarks.reliability import entries, reliability
from benchmarks.widget.page import places as widget_places


@pytest.fixture
def run() -> dict[str, Any]:
    """The last run that the documents were written from."""
    return json.loads(FIGURES.read_text())


@pytest.mark.parametrize(
    ("name", "made"), [("performance", pages.performance), ("scaling", scaling)]
)
def test_a_document_says_what_was_measured(name: str, made: Any, run: dict[str, Any]):
    document = (DOCS / f"{name}.md").read_text()

    for place, content in made(run).items():
        assert pages.fill(document, place, content) == document, f"make bench writes {name}.md"


def test_the_widgets_document_says_what_was_measured():
    document = (DOCS / "embedding.md").read_text()

    for place, content in widget_places(json.loads(WIDGET_FIGURES.read_text())).items():
        assert pages.fill(document, place, content) == document, "make bench-widget writes it"


def test_a_place_is_filled_and_the_rest_stays():
    document = "before\n<!-- a -->\nold\n<!-- /a -->\nafter <!-- b --><!-- /b -->"

    assert pages.fill(document, "a", "new\n") == document.replace("old", "new")
    with pytest.raises(pages.MarkerError, match="c"):
        pages.fill(document, "c", "new")


def _verdicts(run: dict[str, Any]) -> dict[str, str]:
    return {row.label.partition(",")[0]: row.verdict for row in rows(run) if row.verdict}


def test_a_run_that_reaches_everything_says_so_and_one_that_does_not(run: dict[str, Any]):
    turns = run["plan"]["turns"][1] + run["plan"]["around"]
    good = copy.deepcopy(run)
    good["stock"] |= {"new": [0.03], "turns": [1.0] * turns, "rates": {"1": 30, "8": 30}}
    good["stock"] |= {"start": 40, "resident": 1e9, "training": 100.0, "burst_last": [4.0]}
    good["advisor"] |= {"new": [0.01], "turns": [0.01] * turns, "rates": {"1": 90, "8": 95}}
    good["advisor"] |= {"start": 10, "resident": 6e8, "training": 50.0, "burst_last": [0.05]}
    good["advisor"]["burst_ordered"] = True
    bad = copy.deepcopy(good)
    bad["advisor"] |= {"new": [0.02], "turns": [0.1] * turns, "rates": {"1": 30, "8": 40}}
    bad["advisor"] |= {"start": 20, "resident": 8e8, "training": 200.0, "burst_ordered": False}

    assert set(_verdicts(good).values()) == {"yes"}
    assert set(_verdicts(bad).values()) == {"no"}
    assert len(_verdicts(good)) == len(_verdicts(bad)) >= 7


def test_percentiles_are_values_that_occurred():
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile([3, 1, 2], 0.95) == 3
    assert percentile([7], 0.95) == 7


def test_half_of_what_a_process_gives_is_planned_with():
    assert processes(40, 10) == 1
    assert processes(40, 1_200) == 1
    assert processes(40, 1_201) == 2
    assert processes(40, 100_000) == 84


def test_the_plot_is_a_png(run: dict[str, Any], tmp_path: Path):
    draw(run, tmp_path / "plots" / "latency.png")

    assert (tmp_path / "plots" / "latency.png").read_bytes().startswith(b"\x89PNG")


def test_each_recorded_fault_is_a_line(tmp_path: Path):
    for name, held in (("action_hangs", True), ("kill_9", False)):
        entry = {"fault": name, "held": held, "figures": {"turns": 1200, "statuses": {"200": 3}}}
        (tmp_path / f"{name}.json").write_text(json.dumps(entry))

    made = reliability(entries(tmp_path), "2026-01-01 00:00 UTC")

    assert "1 of 2 held" in made["date"]
    assert "| action hangs | yes | statuses (200: 3); turns 1,200 |" in made["faults"]
    assert "| kill 9 | no |" in made["faults"]


@pytest.mark.parametrize(("p95", "reached"), [(120, "yes"), (201, "no")])
def test_a_figure_to_reach_is_judged(p95: int, reached: str):
    entry = {"fault": "sustained_load", "held": True, "figures": {"p95_ms": p95}}

    made = reliability([entry], "2026-01-01 00:00 UTC")

    assert f"p95 ms at most 200: {reached} |" in made["faults"]
