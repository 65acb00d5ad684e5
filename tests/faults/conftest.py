"""Faults are provoked for real; what was seen is kept as JSON in var/reliability."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.channels.conftest import model

__all__ = ["model"]

FOLDER = Path(__file__).parents[2] / "var" / "reliability"

Figures = dict[str, Any]
Reliability = Callable[[str], AbstractContextManager[Figures]]


@pytest.fixture
def reliability() -> Reliability:
    """Records a fault: `with reliability("name") as figures:` around the test and its assertions.

    Writes var/reliability/<name>.json with `fault`, whether it `held` and the `figures`.
    """

    @contextmanager
    def record(fault: str) -> Iterator[Figures]:
        figures: Figures = {}
        held = False
        try:
            yield figures
            held = True
        finally:
            FOLDER.mkdir(parents=True, exist_ok=True)
            entry = {"fault": fault, "held": held, "figures": figures}
            text = json.dumps(entry, indent=2, sort_keys=True)
            (FOLDER / f"{fault}.json").write_text(text + "\n", encoding="utf-8")

    return record
