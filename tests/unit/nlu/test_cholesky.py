"""The factor of a large matrix, block by block."""

import numpy as np
import pytest

from bot.nlu.cholesky import factor_in_place


def _positive_definite(size):
    rows = np.random.default_rng(0).standard_normal((size, 8)).astype(np.float32)
    return rows @ rows.T + np.eye(size, dtype=np.float32)


@pytest.mark.parametrize("size", [1, 7, 8, 9, 40])
def test_the_factor_times_itself_is_the_matrix(size):
    matrix = _positive_definite(size)
    factored = matrix.copy()
    factor_in_place(factored, block=8)
    lower = np.tril(factored)
    np.testing.assert_allclose(lower @ lower.T, matrix, atol=1e-4)


def test_what_is_above_the_diagonal_is_not_read():
    matrix = _positive_definite(40)
    expected, factored = matrix.copy(), np.where(np.tri(40, dtype=bool), matrix, np.nan)
    factor_in_place(expected, block=8)
    factor_in_place(factored, block=8)
    np.testing.assert_array_equal(np.tril(factored), np.tril(expected))


def test_a_matrix_without_a_factor_is_refused():
    with pytest.raises(np.linalg.LinAlgError):
        factor_in_place(-np.eye(3, dtype=np.float32))
