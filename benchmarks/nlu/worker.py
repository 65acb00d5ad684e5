"""One candidate in a process of its own: `train FOLDER`, then `parse FOLDER`.

The folder holds `config.yml`, `nlu.yml` and `texts.json`; `trained.json` and `parsed.json` are
written to it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.bots import resident_bytes

RESULTS = {"train": "trained.json", "parse": "parsed.json"}
WARM_UP = ("hello", "what is this about?", "thank you")


def train(folder: Path) -> dict[str, Any]:
    """Trains as `rasa train nlu` does, without the time that imports take."""
    import rasa.engine.recipes.default_components  # noqa: F401  # registers Rasa's own
    from rasa.model_training import train_nlu

    begun = time.perf_counter()
    model = train_nlu(
        str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder), fixed_model_name="model"
    )
    if model is None:
        raise SystemExit("Rasa trained nothing.")
    return {"seconds": time.perf_counter() - begun}


def parse(folder: Path) -> dict[str, Any]:
    """Reads the texts one after the other."""
    from rasa.core.agent import Agent

    agent = Agent.load(str(folder / "model.tar.gz"))
    texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))

    async def read_all() -> tuple[list[Any], list[float]]:
        for text in WARM_UP:
            await agent.parse_message(text)
        rankings, seconds = [], []
        for text in texts:
            begun = time.perf_counter()
            parsed = await agent.parse_message(text)
            seconds.append(time.perf_counter() - begun)
            ranking = parsed.get("intent_ranking") or [parsed["intent"]]
            rankings.append([[entry["name"], entry["confidence"]] for entry in ranking])
        return rankings, seconds

    rankings, seconds = asyncio.run(read_all())
    return {"rankings": rankings, "seconds": seconds, "resident": resident_bytes(os.getpid())}


def main(arguments: list[str]) -> int:
    """Does a step with what the machine has to spare."""
    step, folder = arguments[0], Path(arguments[1])
    os.nice(19 - os.nice(0))
    made = {"train": train, "parse": parse}[step](folder)
    (folder / RESULTS[step]).write_text(json.dumps(made), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
