"""The plot of how pipelines compare."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.nlu.candidates import candidates
from benchmarks.nlu.measuring import Measured
from benchmarks.nlu.page import newest_of, note

OWN, OTHER = "#1e6bb3", "#b3541e"


def draw(found: Sequence[Measured], path: Path) -> None:
    """Draws right readings, AUROC and training time of each candidate into a PNG."""
    from matplotlib.figure import Figure as Canvas

    by_name = {candidate.name: candidate for candidate in candidates()}
    shown = list(reversed(found))
    labels = [_label(by_name[one.name].label, note(one, newest_of(found))) for one in shown]
    colours = [OWN if by_name[one.name].own else OTHER for one in shown]
    canvas = Canvas(figsize=(11, 1.4 + 0.45 * len(shown)), dpi=120, layout="constrained")
    right, apart, training = canvas.subplots(1, 3, sharey=True)
    panels = (
        (right, "read rightly, %", [100 * one.right for one in shown], "{:.1f}"),
        (apart, "in scope or not, AUROC", [one.auroc or 0.0 for one in shown], "{:.3f}"),
        (training, "training, s (log scale)", [one.training for one in shown], "{:,.0f}"),
    )
    for axes, title, values, form in panels:
        bars = axes.barh(labels, values, color=colours)
        axes.bar_label(bars, [form.format(value) for value in values], padding=3, fontsize=8)
        axes.set_title(title, fontsize=10)
        axes.spines[["top", "right"]].set_visible(False)
    # Bars begin at 0 wherever the axis is linear: a cut axis would make small gains look large.
    right.set_xlim(0, 115)
    apart.set_xlim(0, 1.15)
    training.set_xscale("log")
    training.set_xlim(1, 4 * max(10.0, *(one.training for one in shown)))
    path.parent.mkdir(parents=True, exist_ok=True)
    canvas.savefig(path)


def _label(label: str, note: str) -> str:
    return f"{label}\n{note}" if note else label
