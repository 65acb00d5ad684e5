"""Products of a few rows and a large matrix, as few as one message has.

BLAS packs a large matrix anew for each product of two matrices: for three rows that takes three
times as long as a product with each row alone.
"""

from __future__ import annotations

import numpy as np

from bot.nlu.softmax import Matrix

FEW = 16


def times(rows: Matrix, columns: Matrix) -> Matrix:
    """Returns `rows @ columns`, for a matrix that is wide: (size, many), rows contiguous."""
    if len(rows) > FEW:
        return rows @ columns
    return np.stack([row @ columns for row in rows])


def times_transposed(rows: Matrix, transposed: Matrix) -> Matrix:
    """Returns `rows @ transposed.T`, for a matrix that is long: (few, size), rows contiguous."""
    if len(rows) > FEW:
        return rows @ transposed.T
    return np.stack([transposed @ row for row in rows])
