"""The places of docs/embedding.md that hold measured figures."""

from __future__ import annotations

from typing import Any

from benchmarks.machine import described
from benchmarks.pages import table

Run = dict[str, Any]


def places(run: Run) -> dict[str, str]:
    """What stands in them."""
    measured = f"Measured {run['date']} on {described(run['machine'])}"
    beside = f"beside other work of the machine (a load of {run['load']:.1f} at the beginning)"
    return {
        "measured": f"{measured}; medians of {run['runs']} runs, {beside}.",
        "loading": loading(run),
        "answering": answering(run),
        "transport": transport(run),
    }


def loading(run: Run) -> str:
    """The pages, beside each other."""
    return table(
        ("page", "first paint, ms", "script, style and layout, ms", "blocked, ms"),
        (
            (kind, _number(of["paint"]), _number(of["busy"]), _number(of["blocked"]))
            for kind, of in run["loading"].items()
        ),
    )


def answering(run: Run) -> str:
    """The widget beside a program that asks the same."""
    return table(
        ("asked by", "to the answer, ms", "of these in the server", "beyond the server"),
        (
            (kind, _number(of["total"]), _number(of["server"]), _number(of["beyond"]))
            for kind, of in run["answering"].items()
        ),
    )


def transport(run: Run) -> str:
    """Both transports, on each wire."""
    rows = [
        (
            f"{kind}, {wire}",
            _number(of["first"]),
            _number(of["later"]),
            f"{of['first_bytes']:,.0f}",
            f"{of['later_bytes']:,.0f}",
        )
        for wire, kinds in run["transport"].items()
        for kind, of in kinds.items()
    ]
    return table(
        (
            "transport, wire",
            "first message, ms beyond the server",
            "later message",
            "first message, bytes",
            "later message",
        ),
        rows,
    )


def _number(value: float | None) -> str:
    if value is None:
        return "none"
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"
