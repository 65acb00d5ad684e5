"""Pay figures as a picture, with the same in words; what belongs to a related job stands apart."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

INK, GREY, BAND, MARK, RELATED = "#1b1f24", "#57606a", "#9ec5e8", "#1d3557", "#b3541e"
TITLE = "Pay a year, as the article reports it"
# Inches; the picture is lower where no job stands apart.
WIDTH, HIGH, LOW = 6.4, 2.1, 1.5
DOTS = 200
# matplotlib keeps caches that threads must not fill at once.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Mark:
    """A figure in dollars a year.

    Attributes:
        value: the amount.
        hedge: the article's word before it; may be empty.
        statistic: such as ``average``.
        occupation: whose it is; empty where the article does not say.
    """

    value: int
    hedge: str
    statistic: str
    occupation: str = ""

    @property
    def said(self) -> str:
        """The amount with its hedge."""
        return f"{self.hedge} ${self.value:,}".strip()


@dataclass(frozen=True)
class Chart:
    """A range, with what lies in it and what belongs to another job."""

    low: Mark
    high: Mark
    median: Mark | None = None
    related: Mark | None = None

    @property
    def words(self) -> str:
        """All that the picture shows, for those who cannot see it."""
        parts = [f"range from {self.low.said} to {self.high.said}"]
        if self.median:
            parts.append(f"median {self.median.said}")
        if self.related:
            mark = self.related
            parts.append(
                f"set apart, a related job, {mark.occupation}: {mark.statistic} {mark.said}"
            )
        return f"{TITLE}: {'; '.join(parts)}."


def chart_of(answers: Iterable[Mapping[str, Any]]) -> Chart | None:
    """What can be drawn of the figures of answers; None where they hold no range.

    A user's own pay is left out: a picture is a file, and what users tell goes into none.

    Args:
        answers: in the form of `bot.rendering.structured`.
    """
    own: dict[str, Mark] = {}
    related: Mark | None = None
    for answer in answers:
        for figure in answer.get("figures", ()):
            if figure["unit"] != "usd_per_year":
                continue
            mark = Mark(
                figure["value"],
                figure["hedge"] or "",
                figure["statistic"],
                figure["occupation"] or "",
            )
            if figure["relation"] == "related":
                related = related or mark
            else:
                own.setdefault(mark.statistic, mark)
    low, high = own.get("low"), own.get("high")
    if low is None or high is None or low.value >= high.value:
        return None
    return Chart(low, high, own.get("median"), related)


@lru_cache(maxsize=32)
def draw(chart: Chart) -> bytes:
    """Draws a chart as PNG; takes a second or two the first time, so call it in a thread."""
    with _ONE_AT_A_TIME:
        return _drawn(chart)


def _drawn(chart: Chart) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    size = (WIDTH, HIGH if chart.related else LOW)
    canvas = Figure(figsize=size, dpi=DOTS, facecolor="white")
    FigureCanvasAgg(canvas)
    axes = canvas.add_axes([0.04, 0.0, 0.92, 0.86])
    axes.set_axis_off()
    axes.set_ylim(0 if chart.related else 3.4, 10)
    marks = [mark for mark in (chart.low, chart.high, chart.median, chart.related) if mark]
    least, most = min(mark.value for mark in marks), max(mark.value for mark in marks)
    margin = 0.09 * (most - least)
    axes.set_xlim(least - margin, most + margin)
    canvas.text(0.04, 0.88, TITLE, fontsize=10, color=INK, weight="bold")

    low, high = chart.low.value, chart.high.value
    axes.barh(6.6, high - low, left=low, height=1.5, color=BAND)
    words = {"ha": "center", "va": "center", "fontsize": 9, "color": INK}
    for mark in (chart.low, chart.high):
        axes.text(mark.value, 4.6, _shown(mark.said), **words)
    if chart.median:
        axes.plot([chart.median.value] * 2, [5.6, 7.6], color=MARK, linewidth=3.5)
        axes.text(chart.median.value, 8.8, _shown(f"median {chart.median.said}"), **words)
    if chart.related:
        _draw_related(axes, chart.related, least, most)
    buffer = io.BytesIO()
    canvas.savefig(buffer, format="png")
    return buffer.getvalue()


def _draw_related(axes: Any, mark: Mark, least: int, most: int) -> None:
    """A hollow mark below a dashed line: it is in no range of this job."""
    axes.axhline(3.4, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.plot(
        [mark.value], [2.0], marker="D", markersize=8, markeredgewidth=2,
        markerfacecolor="white", markeredgecolor=RELATED,
    )  # fmt: skip
    left = mark.value < (least + most) / 2
    gap = 0.03 * (most - least) * (1 if left else -1)
    axes.text(
        mark.value + gap,
        2.0,
        _shown(f"another, related job, {mark.occupation}:\n{mark.statistic} {mark.said}"),
        ha="left" if left else "right",
        va="center",
        fontsize=9,
        color=RELATED,
        linespacing=1.3,
    )


def _shown(text: str) -> str:
    """Text as it is: between two dollar signs matplotlib would read a formula."""
    return text.replace("$", r"\$")
