"""The place of docs/understanding.md that tells how pipelines compare."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from benchmarks.machine import described
from benchmarks.nlu.candidates import candidates
from benchmarks.nlu.measuring import Measured, read
from benchmarks.pages import table
from benchmarks.places import NLU_FIGURES

UNMEASURED = "Not measured yet: `make bench-nlu` writes its figures here."
PICTURE = "![Right readings, AUROC and training time by pipeline](figures/nlu.png)"


def figures() -> list[Measured]:
    """Returns what the page is made from; empty before the first full run."""
    if not NLU_FIGURES.is_file():
        return []
    entries: list[dict[str, Any]] = json.loads(NLU_FIGURES.read_text())
    return [read(entry) for entry in entries]


def comparison(found: Sequence[Measured]) -> str:
    """Returns what stands between the markers."""
    if not found:
        return UNMEASURED
    labels = {candidate.name: candidate.label for candidate in candidates()}
    newest = newest_of(found)
    overall = table(
        (
            "pipeline", "right", "AUROC", "training", "one message, p50", "p95", "memory",
            "examples", "note",
        ),
        ((labels[one.name], *_cells(one), note(one, newest)) for one in found),
    )  # fmt: skip
    groups = sorted({name for one in found for name in one.groups})
    by_group = table(
        ("pipeline", *(f"{name} ({newest.groups.get(name, (0, 0))[0]})" for name in groups)),
        ((labels[one.name], *(_share(one, name) for name in groups)) for one in found),
    )
    first = found[0]
    chance = 196 * (first.right * (1 - first.right) / first.asked) ** 0.5
    return "\n\n".join(
        (
            f"Measured {newest.date} on {described(newest.machine)}: {newest.asked:,} messages. "
            f"The first share is known to about {chance:.1f} points (95 %).",
            overall,
            "Right by group of topics, in %, with the number of messages:",
            by_group,
            PICTURE,
        )
    )


def newest_of(found: Sequence[Measured]) -> Measured:
    """Returns the figures that the others are held against."""
    return max(found, key=lambda measured: measured.date)


def note(measured: Measured, newest: Measured) -> str:
    """Returns in what a candidate's figures are not those of the full task of the newest."""
    notes = []
    if measured.epochs and measured.epochs[0] != measured.epochs[1]:
        notes.append(f"{measured.epochs[0]} of {measured.epochs[1]} epochs")
    if measured.share < 1:
        notes.append(f"{measured.share:.0%} of the examples")
    if measured.task != newest.task:
        notes.append(f"other data, {measured.date}")
    elif measured.machine != newest.machine:
        notes.append(f"other machine, {measured.date}")
    return "; ".join(notes)


def _cells(one: Measured) -> tuple[str, ...]:
    return (
        f"{one.right:.1%}",
        "" if one.auroc is None else f"{one.auroc:.3f}",
        f"{one.training:,.0f} s",
        f"{1000 * one.p50:.1f} ms",
        f"{1000 * one.p95:.1f} ms",
        f"{one.resident / 1e6:,.0f} MB",
        f"{one.examples:,}",
    )


def _share(one: Measured, group: str) -> str:
    asked, right = one.groups.get(group, (0, 0))
    return f"{100 * right / asked:.1f}" if asked else ""
