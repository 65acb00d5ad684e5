"""What is measured of one candidate, and where that is kept."""

from __future__ import annotations

import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.bots import environment
from benchmarks.comparison import percentile
from benchmarks.machine import machine, now
from benchmarks.nlu import data, worker
from benchmarks.nlu.candidates import Candidate, Pipeline
from benchmarks.nlu.judging import Judged, auroc, judged
from benchmarks.places import PROJECT
from bot.evaluation.cases import Case
from bot.knowledge import knowledge

Report = Callable[[str], None]


@dataclass(frozen=True)
class Task:
    """What a candidate is trained with and asked.

    Attributes:
        entries: The training data, all of them.
        cases: The messages.
        share: How many of the examples of each intent are taken, 0 to 1.
        epochs: Instead of those of pipelines that have any.
    """

    entries: list[data.Entry]
    cases: list[Case]
    share: float = 1.0
    epochs: int | None = None

    @property
    def digest(self) -> str:
        """Names the data and the messages: figures with another one are of another time."""
        return _digest(self.entries, [case.dict() for case in self.cases])


@dataclass(frozen=True)
class Measured:
    """Figures of one candidate; spans in seconds, memory in bytes.

    Attributes:
        name: The candidate.
        date: When it was measured.
        machine: On what.
        task: `Task.digest`.
        key: Of all that the figures follow from; with another one they are stale.
        examples: How many it was trained with.
        share: Of all examples.
        epochs: Those it was trained for and those of the full candidate; None where it has none.
        groups: By group of topics how many messages were asked, and how many read rightly.
        auroc: See `judging.auroc`.
        training: How long that took.
        p50: Of one message.
        p95: Of one message.
        resident: Memory of the process that has read all messages.
    """

    name: str
    date: str
    machine: dict[str, str]
    task: str
    key: str
    examples: int
    share: float
    epochs: tuple[int, int] | None
    groups: dict[str, tuple[int, int]]
    auroc: float | None
    training: float
    p50: float
    p95: float
    resident: int

    @property
    def asked(self) -> int:
        """How many messages were asked."""
        return sum(asked for asked, _ in self.groups.values())

    @property
    def right(self) -> float:
        """The share of them that was read rightly."""
        return sum(right for _, right in self.groups.values()) / self.asked


class MeasuringError(Exception):
    """A candidate could not be trained or asked; the message holds its last lines."""


def measure(candidate: Candidate, task: Task, report: Report) -> Measured:
    """Trains and asks a candidate, in processes of its own.

    Raises:
        MeasuringError: One of them failed.
    """
    entries = data.prepared(task.entries, candidate, task.share)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = {
            "recipe": "default.v1",
            "assistant_id": "benchmark",
            "language": "en",
            "pipeline": candidate.components(task.epochs),
            "policies": [],
        }
        (folder / "config.yml").write_text(json.dumps(config))
        (folder / "texts.json").write_text(json.dumps([case.text for case in task.cases]))
        data.write(entries, folder / "nlu.yml")
        report(f"training with {data.count(entries):,} examples")
        trained = _step("train", folder)
        report(f"reading {len(task.cases):,} messages")
        parsed = _step("parse", folder)
    outcomes = [
        judged(case, ranking, knowledge())
        for case, ranking in zip(task.cases, parsed["rankings"], strict=True)
    ]
    return Measured(
        name=candidate.name,
        date=now(),
        machine=machine(),
        task=task.digest,
        key=key_of(candidate, task),
        examples=data.count(entries),
        share=task.share,
        epochs=candidate.epochs(task.epochs),
        groups=_groups(outcomes),
        auroc=auroc(outcomes),
        training=trained["seconds"],
        p50=statistics.median(parsed["seconds"]),
        p95=percentile(parsed["seconds"], 0.95),
        resident=parsed["resident"],
    )


def key_of(candidate: Candidate, task: Task) -> str:
    """Returns a digest of all that a candidate's figures follow from."""
    pipeline = candidate.components(task.epochs)
    return _digest(task.digest, pipeline, task.share, candidate.context, _code(pipeline))


def _code(pipeline: Pipeline) -> list[str]:
    ours = any(part["name"].startswith("bot.") for part in pipeline)
    files = sorted((PROJECT / "bot" / "nlu").glob("*.py")) if ours else []
    return [path.read_text(encoding="utf-8") for path in files]


def _digest(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def _groups(outcomes: Sequence[Judged]) -> dict[str, tuple[int, int]]:
    found: dict[str, list[bool]] = defaultdict(list)
    for outcome in outcomes:
        found[outcome.group].append(outcome.right)
    return {name: (len(found[name]), sum(found[name])) for name in sorted(found)}


def _step(step: str, folder: Path) -> dict[str, Any]:
    own = {"RASA_CACHE_DIRECTORY": str(folder / "cache"), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        (sys.executable, "-m", worker.__name__, step, str(folder)),
        cwd=PROJECT,
        env=environment() | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        tail = done.stdout.decode(errors="replace")[-2000:]
        raise MeasuringError(f"`{step}` ended with {done.returncode}:\n{tail}")
    made: dict[str, Any] = json.loads((folder / worker.RESULTS[step]).read_text(encoding="utf-8"))
    return made


def save(measured: Measured, folder: Path) -> None:
    """Keeps the figures of a candidate."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{measured.name}.json").write_text(json.dumps(asdict(measured), indent=1))


def load(name: str, folder: Path) -> Measured | None:
    """Returns the figures kept of a candidate, None where there are none."""
    path = folder / f"{name}.json"
    return read(json.loads(path.read_text())) if path.is_file() else None


def read(entry: dict[str, Any]) -> Measured:
    """Returns figures that were JSON."""
    groups = {name: (asked, right) for name, (asked, right) in entry["groups"].items()}
    epochs = tuple(entry["epochs"]) if entry["epochs"] else None
    return Measured(**{**entry, "groups": groups, "epochs": epochs})
