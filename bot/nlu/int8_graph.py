"""Builds the sentence encoder's network anew from the packed weights of its package.

The package's graph holds 8-bit weights, turns them into 32-bit ones, and multiplies with those in
some 400 small steps, among them the arithmetic of a mask: a small file, but the work and the memory
of the large network. The graph made here multiplies the 8-bit weights as they are
(`DynamicQuantizeMatMul` of ONNX Runtime), query, key and value at once, has one step where that has
one for attention, for a residual connection with its norm and for the activation, and needs no
mask, since texts are encoded one by one. A text takes two fifths of the time, and 100 MB less stay
taken. The numbers that run through the network are rounded to 8 bits as well, by one scale for a
whole run: vectors differ a little (a cosine of 0.995) and depend on what else is in the same run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto, TensorProto

INPUT = "input_ids"
"""The word pieces of one text, shape (1, pieces)."""

_OPSET = 17
_IR_VERSION = 8
_RUNTIME_DOMAIN = "com.microsoft"
_HEADS = 12
_EPSILON = 1e-12
_EMBEDDINGS = "inner.embeddings"
_LAYER = "inner.encoder.layer"

Array = NDArray[Any]


def in_int8(model: bytes, layers: int, of: int) -> bytes:
    """Builds the network.

    Args:
        model: content of the package's ONNX file.
        layers: how many layers, from the last, the network gives out, the last first; each of shape
            (1, pieces, size).
        of: how many layers it has.

    Returns:
        Content of an ONNX file for ONNX Runtime, with the one input `INPUT`.

    Raises:
        ValueError: the file does not name its weights as the package's does.
    """
    import onnx

    try:
        weights = _Weights(onnx.load_model_from_string(model).graph)
        network = _Network(weights)
        hidden = [network.embedded()]
        for number in range(of):
            hidden.append(network.layer(number, hidden[-1]))
    except KeyError as error:
        raise ValueError(f"The network has no weights that are called {error}.") from error
    if weights.has(f"{_LAYER}.{of}."):
        raise ValueError(f"The network has more than {of} layers.")
    return network.serialised(hidden[: -layers - 1 : -1])


class _Weights:
    """The tensors of the package's file, by the names that they had before they were packed."""

    def __init__(self, graph: GraphProto) -> None:
        self._tensors = {tensor.name: tensor for tensor in graph.initializer}
        packed = _packed(graph.node, self._tensors)
        products = {
            node.output[0]: packed[node.input[1]]
            for node in graph.node
            if node.op_type == "MatMul" and node.input[1] in packed
        }
        # A matrix lost its name when it was turned around; the bias that is added kept its own.
        self._linear = {
            bias: products[product]
            for node in graph.node
            if node.op_type == "Add"
            for product, bias in (node.input, reversed(node.input))
            if product in products and bias in self._tensors
        }

    def has(self, start: str) -> bool:
        """Returns whether any tensor's name starts so."""
        return any(name.startswith(start) for name in self._tensors)

    def plain(self, name: str) -> Array:
        """Returns a 32-bit tensor."""
        return self._array(name)

    def table(self, name: str) -> tuple[Array, Array]:
        """Returns the 8-bit rows of a table, and their scales."""
        return self._array(f"{name}.weight_q"), self._array(f"{name}.weight_scale")

    def linear(self, name: str) -> tuple[Array, Array, Array]:
        """Returns an 8-bit matrix, the scales of its columns, and the bias."""
        numbers, scales = self._linear[f"{name}.bias"]
        return self._array(numbers), self._array(scales).ravel(), self._array(f"{name}.bias")

    def _array(self, name: str) -> Array:
        from onnx import numpy_helper

        array: Array = numpy_helper.to_array(self._tensors[name])
        return array


def _packed(
    nodes: Sequence[NodeProto], tensors: dict[str, TensorProto]
) -> dict[str, tuple[str, str]]:
    """Returns the names of 8-bit numbers and their scales by that of what is unpacked of them."""
    cast = {
        node.output[0]: node.input[0]
        for node in nodes
        if node.op_type == "Cast" and node.input[0] in tensors
    }
    return {
        node.output[0]: (cast[node.input[0]], node.input[1])
        for node in nodes
        if node.op_type == "Mul" and node.input[0] in cast and node.input[1] in tensors
    }


class _Network:
    """The graph while it is built; what is computed goes by its name in the graph."""

    def __init__(self, weights: _Weights) -> None:
        self._weights = weights
        self._nodes: list[NodeProto] = []
        self._tensors: list[TensorProto] = []

    def embedded(self) -> str:
        """Adds what looks the pieces up, with their places; returns the sum's name."""
        numbers, scales = self._weights.table(f"{_EMBEDDINGS}.word_embeddings")
        found = self._node(
            "Cast", self._node("Gather", self._tensor("words", numbers), INPUT), to=1
        )
        scale = self._node("Gather", self._tensor("word_scales", scales), INPUT)
        words = self._node("Mul", found, scale)
        # A text is of the first of two kinds throughout, so its vector goes with the place.
        numbers, scales = self._weights.table(f"{_EMBEDDINGS}.position_embeddings")
        kinds = self._weights.plain(f"{_EMBEDDINGS}.token_type_embeddings.weight")
        table = (numbers.astype(np.float32) * scales + kinds[0])[None]
        length = self._node("Shape", INPUT, start=1)
        first, axis = self._tensor("first", np.array([0])), self._tensor("axis", np.array([1]))
        places = self._node("Slice", self._tensor("places", table), first, length, axis)
        return self._sum(words, places, f"{_EMBEDDINGS}.LayerNorm")

    def layer(self, number: int, hidden: str) -> str:
        """Adds a layer behind what is called `hidden`; returns the name of its output."""
        layer = f"{_LAYER}.{number}"
        parts = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
        thirds = [f"{part}.out" for part in parts]
        self._node("Split", self._linear(hidden, parts), outputs=thirds, axis=-1)
        attended = self._fused("MultiHeadAttention", *thirds, num_heads=_HEADS)
        merged = self._linear(attended, [f"{layer}.attention.output.dense"])
        hidden = self._sum(merged, hidden, f"{layer}.attention.output.LayerNorm")
        inner = self._fused("Gelu", self._linear(hidden, [f"{layer}.intermediate.dense"]))
        outer = self._linear(inner, [f"{layer}.output.dense"])
        return self._sum(outer, hidden, f"{layer}.output.LayerNorm")

    def serialised(self, outputs: Sequence[str]) -> bytes:
        """Returns the graph that computes these."""
        from onnx import TensorProto, helper

        pieces = helper.make_tensor_value_info(INPUT, TensorProto.INT64, [1, "pieces"])
        graph = helper.make_graph(
            self._nodes,
            "sentence encoder",
            [pieces],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
            self._tensors,
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_RUNTIME_DOMAIN, 1)]
        proto = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
        serialised: bytes = proto.SerializeToString()
        return serialised

    def _linear(self, inputs: str, names: Sequence[str]) -> str:
        """Adds the product with one matrix, or with several side by side, and their biases."""
        name, matrices = names[0], [self._weights.linear(name) for name in names]
        numbers, scales, biases = (
            self._tensor(f"{name}.{part}", np.concatenate(arrays, axis=-1))
            for part, arrays in zip(
                ("q", "scale", "bias"), zip(*matrices, strict=True), strict=True
            )
        )
        # The empty name stands for the zero points, which symmetric weights do not have.
        return self._fused("DynamicQuantizeMatMul", inputs, numbers, scales, "", biases)

    def _sum(self, first: str, second: str, norm: str) -> str:
        """Adds a sum with its layer norm."""
        weight, bias = (
            self._tensor(f"{norm}.{part}", self._weights.plain(f"{norm}.{part}"))
            for part in ("weight", "bias")
        )
        inputs = (first, second, weight, bias)
        return self._fused("SkipLayerNormalization", *inputs, epsilon=_EPSILON)

    def _fused(self, kind: str, *inputs: str, **attributes: Any) -> str:
        return self._node(kind, *inputs, domain=_RUNTIME_DOMAIN, **attributes)

    def _node(self, kind: str, *inputs: str, outputs: Sequence[str] = (), **attributes: Any) -> str:
        from onnx import helper

        outputs = outputs or [f"{kind}_{len(self._nodes)}"]
        self._nodes.append(helper.make_node(kind, inputs, outputs, **attributes))
        return outputs[0]

    def _tensor(self, name: str, array: Array) -> str:
        from onnx import numpy_helper

        self._tensors.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name
