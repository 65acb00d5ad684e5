"""The plot of latency over the turns of one conversation."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def draw(run: dict[str, Any], path: Path) -> None:
    """Draws a run into a PNG."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 4.5), dpi=120)
    for name, colour, label in (
        ("stock", "#b3541e", "stock rasa init bot"),
        ("advisor", "#1e6bb3", "career advisor"),
    ):
        latencies = [seconds * 1000 for seconds in run[name]["turns"]]
        turns = range(1, len(latencies) + 1)
        axes.plot(turns, latencies, color=colour, linewidth=1.2, label=label)
        axes.annotate(
            f"{latencies[-1]:.0f} ms",
            (len(latencies), latencies[-1]),
            xytext=(4, 0),
            textcoords="offset points",
            color=colour,
            va="center",
        )
    axes.set_yscale("log")
    axes.set_xlabel("turn of one conversation")
    axes.set_ylabel("milliseconds for one message (log scale)")
    axes.set_title(f"Latency over turns, {run['date']}")
    axes.set_xlim(1, None)
    axes.margins(x=0.08)
    axes.grid(visible=True, which="both", alpha=0.25)
    axes.legend(loc="upper left", frameon=False)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    plt.close(figure)
