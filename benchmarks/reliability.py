"""Writes docs/reliability.md from what the fault tests have recorded: `make reliability`."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from benchmarks.machine import described, machine
from benchmarks.pages import table, write
from benchmarks.places import DOCS, FAULTS

# Figures that must be reached on a machine that does nothing else; a test on a busy one cannot
# hold them: fault, figure, the most that it may be.
LIMITS = (
    ("killed_at_random_moments", "ready_again_seconds", 15),
    ("sustained_load", "p95_ms", 200),
)


def entries(folder: Path) -> list[dict[str, Any]]:
    """What was recorded: `fault`, `held` and `figures` of each, by name."""
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]


def reliability(recorded: list[dict[str, Any]], date: str) -> dict[str, str]:
    """The places of docs/reliability.md.

    Args:
        recorded: the entries.
        date: when they were recorded.
    """
    held = sum(entry["held"] for entry in recorded)
    return {
        "date": f"Recorded {date} on {described(machine())}: {held} of {len(recorded)} held.",
        "faults": table(
            ("fault", "held", "figures", "to reach when the machine is quiet"),
            (
                (
                    _words(entry["fault"]),
                    "yes" if entry["held"] else "no",
                    _told(entry["figures"]),
                    _reached(entry),
                )
                for entry in recorded
            ),
        ),
    }


def _reached(entry: dict[str, Any]) -> str:
    return "; ".join(
        f"{_words(name)} at most {limit}: {'yes' if entry['figures'][name] <= limit else 'no'}"
        for fault, name, limit in LIMITS
        if fault == entry["fault"] and name in entry["figures"]
    )


def _words(name: str) -> str:
    return name.replace("_", " ")


def _told(figures: dict[str, Any]) -> str:
    """Figures in one line; those that belong together in brackets."""
    return "; ".join(f"{_words(name)} {_value(value)}" for name, value in sorted(figures.items()))


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "(" + ", ".join(f"{name}: {_value(part)}" for name, part in value.items()) + ")"
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def main() -> int:
    """Writes the document; the exit code is 1 where nothing was recorded."""
    recorded = entries(FAULTS)
    if not recorded:
        print("Nothing is recorded in var/reliability: run tests/faults first.", file=sys.stderr)
        return 1
    newest = max(path.stat().st_mtime for path in FAULTS.glob("*.json"))
    date = datetime.fromtimestamp(newest, timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    write(DOCS / "reliability.md", **reliability(recorded, date))
    return 0


if __name__ == "__main__":
    sys.exit(main())
