from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from bot.nlu import kernel
from bot.nlu.kernel import Support, fit_ridge, kernel_of
from bot.nlu.model_settings import ModelSettings
from bot.nlu.softmax import balanced_weights

SETTINGS = ModelSettings()


def support(labels: list[int], *, vectors: bool = True) -> Support:
    generator = np.random.default_rng(1)
    directions = generator.normal(size=(len(labels), 8)).astype(np.float32)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    ngrams = csr_matrix(np.abs(directions[:, :5]))
    return Support(ngrams, directions if vectors else None, np.array(labels), max(labels) + 1)


def symmetric(lower: np.ndarray) -> np.ndarray:
    return np.tril(lower) + np.tril(lower, -1).T


def solved(given: Support) -> np.ndarray:
    """The coefficients by the textbook, in 64 bits."""
    examples = len(given.labels)
    targets = np.eye(given.classes)[given.labels] - 1 / given.classes
    ridge = SETTINGS.regularisation / balanced_weights(given.labels, given.classes)
    system = symmetric(given.kernel(SETTINGS)).astype(np.float64) + np.diag(ridge)
    assert system.shape == (examples, examples)
    return np.linalg.solve(system, targets)


@pytest.mark.parametrize("vectors", [True, False])
@pytest.mark.parametrize("block", [3, 100])
def test_the_kernel_is_that_of_each_pair(
    monkeypatch: pytest.MonkeyPatch, vectors: bool, block: int
) -> None:
    monkeypatch.setattr(kernel, "_BLOCK", block)
    given = support([0, 1, 0, 1, 2, 2, 0], vectors=vectors)

    found = given.kernel(SETTINGS)

    likeness = (given.ngrams @ given.ngrams.T).toarray()
    cosines = None if given.vectors is None else given.vectors @ given.vectors.T
    expected = kernel_of(cosines, likeness, SETTINGS)
    assert np.allclose(np.tril(found), np.tril(expected), atol=1e-6)


def test_coefficients_are_those_of_ridge_regression() -> None:
    given = support([0, 0, 0, 1, 1, 2, 2, 2, 2])

    coefficients, _ = fit_ridge(given, 9, SETTINGS)

    assert np.allclose(coefficients, solved(given), atol=1e-4)


def test_held_out_examples_are_read_by_the_others_alone() -> None:
    given = support([0, 0, 1, 1, 2, 2, 0, 1, 2])

    _, scores = fit_ridge(given, 6, SETTINGS)

    seen = given.ordered(np.arange(6))
    between = symmetric(given.kernel(SETTINGS))[6:, :6]
    assert np.allclose(scores, between @ solved(seen), atol=1e-4)
