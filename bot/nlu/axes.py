"""Fewer dimensions for sentence vectors: the axes along which the examples differ most."""

from __future__ import annotations

import numpy as np

from bot.nlu.softmax import Matrix


def principal_axes(vectors: Matrix, dimensions: int) -> Matrix:
    """Returns the axes that keep most of the vectors' lengths, shape (size, dimensions).

    Args:
        vectors: shape (examples, size).
        dimensions: how many axes; at most the size of a vector.
    """
    wide = vectors.astype(np.float64)
    _, axes = np.linalg.eigh(wide.T @ wide)  # from the shortest to the longest
    longest: Matrix = axes[:, ::-1][:, :dimensions].astype(np.float32)
    return np.ascontiguousarray(longest)


def along(vectors: Matrix, axes: Matrix) -> Matrix:
    """Returns the vectors by their shares on the axes, at unit length again."""
    shares = vectors @ axes
    lengths = np.linalg.norm(shares, axis=1, keepdims=True)
    unit: Matrix = (shares / np.maximum(lengths, np.float32(1e-9))).astype(np.float32)
    return unit
