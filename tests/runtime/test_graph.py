"""The graph runner gives what Rasa's own gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage

from bot.runtime.graph import OrderedGraphRunner

ran: list[str] = []


class Adding(GraphComponent):
    """Adds up what it takes, and notes that it ran."""

    def __init__(self, label: str) -> None:
        self._label = label

    @classmethod
    def create(cls, config: dict[str, Any], **_: Any) -> Adding:
        return cls(config["label"])

    def add(self, left: int, right: int) -> int:
        ran.append(self._label)
        return left + right


def node(label: str, left: str, right: str, *, target: bool = False) -> SchemaNode:
    needs = {"left": left, "right": right}
    return SchemaNode(needs, Adding, "create", "add", {"label": label}, True, target)


# Declared against the order in which they must run.
SCHEMA = GraphSchema(
    {
        "sum": node("sum", "twice", "three", target=True),
        "three": node("three", "twice", "given"),
        "twice": node("twice", "given", "given"),
        "apart": node("apart", "given", "given", target=True),
    }
)


def runner(kind: type[GraphRunner], folder: Path) -> GraphRunner:
    return kind.create(SCHEMA, LocalModelStorage(folder), ExecutionContext(SCHEMA))


@pytest.mark.parametrize("targets", [None, ["sum"], ["apart"], ["three", "apart"]])
def test_targets_have_rasas_outputs(targets: list[str] | None, tmp_path: Path):
    inputs = {"given": 5}
    expected = runner(DaskGraphRunner, tmp_path).run(inputs, targets)

    ours = runner(OrderedGraphRunner, tmp_path)

    assert ours.run(inputs, targets) == expected
    assert ours.run({"given": 7}, targets) == {
        name: value // 5 * 7 for name, value in expected.items()
    }


def test_only_what_a_target_needs_runs(tmp_path: Path):
    ours = runner(OrderedGraphRunner, tmp_path)
    ran.clear()

    ours.run({"given": 1}, ["three"])

    assert ran == ["twice", "three"]


def test_a_missing_input_is_named(tmp_path: Path):
    with pytest.raises(GraphRunError, match="given"):
        runner(OrderedGraphRunner, tmp_path).run({}, ["twice"])
