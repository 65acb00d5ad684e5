"""Where the benchmarks read and write."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
BIN = PROJECT / ".venv" / "bin"
CACHE = PROJECT / "var" / "cache" / "bench"
OUTPUT = PROJECT / "var" / "bench"
DOCS = PROJECT / "docs"
# What the documents are made from: the last full run.
FIGURES = DOCS / "figures" / "performance.json"
PLOT = DOCS / "figures" / "latency.png"
NLU_OUTPUT = PROJECT / "var" / "bench" / "nlu"
NLU_FIGURES = DOCS / "figures" / "nlu.json"
NLU_PLOT = DOCS / "figures" / "nlu.png"
WIDGET_FIGURES = DOCS / "figures" / "widget.json"
FAULTS = PROJECT / "var" / "reliability"
