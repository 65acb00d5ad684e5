"""Runs a trained model's graph."""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import Any

from rasa.engine.graph import GraphNode
from rasa.engine.runner.dask import DaskGraphRunner

# A node's name, the node, and the names of the nodes whose outputs it takes.
Step = tuple[str, GraphNode, tuple[str, ...]]


class OrderedGraphRunner(DaskGraphRunner):
    """Runs the nodes one after the other, in an order that is found once for each target.

    Rasa has Dask build and order the graph anew for each message, which takes longer than most
    nodes do.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Instantiates the nodes; see DaskGraphRunner."""
        super().__init__(*args, **kwargs)
        self._orders: dict[tuple[str, ...], list[Step]] = {}

    def run(
        self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        """Runs what the targets need; see GraphRunner.

        Args:
            inputs: values by the names that nodes take them by.
            targets: names of the nodes whose outputs are wanted; None for all that are targets.
        """
        wanted = tuple(targets or self._graph_schema.target_names)
        if wanted not in self._orders:
            self._orders[wanted] = self._ordered(list(wanted))
        # Nodes hand their outputs on with their names, and take a bare name as "not there".
        outputs: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, node, needs in self._orders[wanted]:
            outputs[name] = node(*(outputs.get(need, need) for need in needs))
        return dict(outputs[name] for name in wanted)

    def _ordered(self, targets: list[str]) -> list[Step]:
        nodes = self._graph_schema.minimal_graph_schema(targets).nodes
        needs = {name: tuple(node.needs.values()) for name, node in nodes.items()}
        order = TopologicalSorter(needs).static_order()
        return [
            (name, self._instantiated_nodes[name], needs[name]) for name in order if name in nodes
        ]
