"""The figures of both bots side by side, and the ratios that must be reached."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Figures = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One line of the table: a figure of each bot, the ratio and what it must be."""

    label: str
    stock: str
    advisor: str
    ratio: float | None = None
    target: str = ""
    reached: bool | None = None

    @property
    def shown_ratio(self) -> str:
        """The advisor's figure divided by the stock bot's; empty where that says nothing."""
        return "" if self.ratio is None else f"{self.ratio:.2f}"

    @property
    def verdict(self) -> str:
        """Whether the target was reached, in a word; empty without a target."""
        return "" if self.reached is None else ("yes" if self.reached else "no")


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def at_turn(figures: Figures, turn: int, around: int) -> list[float]:
    """Latencies about a turn of the long conversation, which counts from 1."""
    return list(figures["turns"][max(turn - around, 0) : turn + around])


def rows(run: dict[str, Any]) -> list[Row]:
    """The table of a run, as it is stored."""
    stock, advisor, plan = run["stock"], run["advisor"], run["plan"]
    middle, late = plan["turns"]
    around = plan["around"]
    spans = {
        "new conversation": (stock["new"], advisor["new"]),
        f"turn {middle}": (at_turn(stock, middle, around), at_turn(advisor, middle, around)),
        f"turn {late}": (at_turn(stock, late, around), at_turn(advisor, late, around)),
    }
    table = []
    for label, (theirs, ours) in spans.items():
        medians = statistics.median(theirs), statistics.median(ours)
        first = label == "new conversation"
        table.append(
            _row(f"one message, p50, {label}", *medians, _ms, "at most", 0.4 if first else None)
        )
        table.append(
            _row(
                f"one message, p95, {label}", percentile(theirs, 0.95), percentile(ours, 0.95), _ms
            )
        )
    p50 = {label: statistics.median(ours) for label, (_, ours) in spans.items()}
    begin = statistics.median(stock["new"])
    ends = {label: statistics.median(theirs) for label, (theirs, _) in spans.items()}
    grown = p50[f"turn {late}"] / p50["new conversation"]
    table.append(
        Row(
            f"p50 at turn {late} / in a new conversation",
            f"{ends[f'turn {late}'] / begin:.1f}",
            f"{grown:.2f}",
            None,
            "advisor at most 1.3",
            grown <= 1.3,
        )
    )
    apart = ends[f"turn {late}"] / p50[f"turn {late}"]
    table.append(
        Row(f"p50 at turn {late}, stock / advisor", "", "", apart, "at least 15", apart >= 15)
    )
    for users in plan["users"]:
        rates = stock["rates"][str(users)], advisor["rates"][str(users)]
        limit = 3.0 if users == 8 else None
        noun = "user" if users == 1 else "users"
        table.append(_row(f"messages a second, {users} {noun}", *rates, _rate, "at least", limit))
    table.append(
        _row("start to first answer", stock["start"], advisor["start"], _s, "at most", 0.35)
    )
    label = f"resident memory after {plan['conversations']:,} conversations"
    table.append(_row(label, stock["resident"], advisor["resident"], _mb, "at most", 0.7))
    table.append(_burst(stock, advisor))
    if stock["training"] and advisor["training"]:
        table.append(_row("training", stock["training"], advisor["training"], _s, "at most", 1.0))
    table.append(_row("model file", stock["model_bytes"], advisor["model_bytes"], _mb))
    table.append(Row("messages that failed", str(stock["failures"]), str(advisor["failures"])))
    return table


def _row(
    label: str,
    theirs: float,
    ours: float,
    shown: Any,
    sense: str = "",
    limit: float | None = None,
) -> Row:
    ratio = ours / theirs
    if limit is None:
        return Row(label, shown(theirs), shown(ours), ratio)
    reached = ratio <= limit if sense == "at most" else ratio >= limit
    return Row(label, shown(theirs), shown(ours), ratio, f"{sense} {limit:g}", reached)


def _burst(stock: Figures, advisor: Figures) -> Row:
    theirs = statistics.median(stock["burst_last"])
    ours = statistics.median(advisor["burst_last"])
    times = ours / statistics.median(advisor["new"])
    order = "in order" if advisor["burst_ordered"] else "out of order"
    return Row(
        "five messages at once by one user, last answer",
        _ms(theirs),
        f"{_ms(ours)}, {order}",
        ours / theirs,
        f"in order, within 6 times one message (here {times:.1f})",
        bool(advisor["burst_ordered"]) and times <= 6,
    )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms" if seconds < 0.1 else f"{seconds * 1000:,.0f} ms"


def _s(seconds: float) -> str:
    return f"{seconds:.1f} s"


def _mb(size: float) -> str:
    return f"{size / 1e6:,.0f} MB"


def _rate(rate: float) -> str:
    return f"{rate:.1f}"
