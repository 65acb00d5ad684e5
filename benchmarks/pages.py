"""Writes measured figures into documents, between markers; no figure is typed by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.comparison import rows
from benchmarks.machine import described
from benchmarks.places import DOCS, FIGURES


class MarkerError(Exception):
    """A document lacks the place that a table belongs to."""


def fill(document: str, name: str, content: str) -> str:
    """Replaces what stands between `<!-- name -->` and `<!-- /name -->`.

    Raises:
        MarkerError: the document has no such place.
    """
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(document):
        raise MarkerError(f"There is no {begin} ... {end} to write into.")
    return pattern.sub(lambda _: f"{begin}\n{content.strip()}\n{end}", document, count=1)


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    texts = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in texts)


def write(path: Path, **contents: str) -> None:
    """Fills the places of a document.

    Raises:
        MarkerError: it lacks one of them.
    """
    document = path.read_text()
    for name, content in contents.items():
        document = fill(document, name, content)
    path.write_text(document)


def performance(run: dict[str, Any]) -> dict[str, str]:
    """The places of docs/performance.md."""
    compared = table(
        ("figure", "stock", "advisor", "ratio", "target", "reached"),
        (
            (row.label, row.stock, row.advisor, row.shown_ratio, row.target, row.verdict)
            for row in rows(run)
        ),
    )
    spent = run["profile"]
    stages = table(
        ("stage", "milliseconds", "share"),
        (
            (stage, f"{span:.2f}", f"{span / spent['turn']:.0%}")
            for stage, span in spent["stages"].items()
        ),
    )
    components = table(
        ("component", "milliseconds"),
        ((name, f"{span:.2f}") for name, span in spent["components"].items()),
    )
    return {
        "date": f"Measured {run['date']} on {described(run['machine'])}.",
        "comparison": compared,
        "stages": f"One message takes {spent['turn']:.1f} ms inside the process.\n\n{stages}",
        "components": components,
    }


def main() -> None:
    """Writes docs/performance.md and docs/scaling.md anew from the last full run."""
    from benchmarks.capacity import scaling

    run = json.loads(FIGURES.read_text())
    write(DOCS / "performance.md", **performance(run))
    write(DOCS / "scaling.md", **scaling(run))


if __name__ == "__main__":
    main()
