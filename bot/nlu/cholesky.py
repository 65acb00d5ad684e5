"""Cholesky factor of a large matrix, in its own place.

LAPACK's own routine takes the whole matrix at once. That of the OpenBLAS that SciPy 1.10 brings
writes past its buffer and ends the process where the processor has AVX-512 and the matrix has some
30,000 rows. Here LAPACK factors blocks, and the rest is products, as fast on two cores.
"""

from __future__ import annotations

from scipy.linalg import cholesky, solve_triangular

from bot.nlu.softmax import Matrix

BLOCK = 1024


def factor_in_place(matrix: Matrix, block: int = BLOCK) -> None:
    """Puts the lower factor of a positive definite matrix in the place of its lower triangle.

    Args:
        matrix: square, rows contiguous. What is above the diagonal is not read, and is no part of
            the result.
        block: columns that are factored at a time.

    Raises:
        numpy.linalg.LinAlgError: the matrix is not positive definite.
    """
    for start in range(0, len(matrix), block):
        columns, below = slice(start, start + block), slice(start + block, None)
        known = matrix[columns, :start]
        matrix[start:, columns] -= matrix[start:, :start] @ known.T
        corner = cholesky(matrix[columns, columns], lower=True, check_finite=False)
        matrix[columns, columns] = corner
        matrix[below, columns] = solve_triangular(
            corner, matrix[below, columns].T, lower=True, check_finite=False
        ).T
