from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from bot.nlu import kernel
from bot.nlu.kernel import Support, kernel_of
from bot.nlu.model_settings import ModelSettings
from bot.nlu.ridge import Ridge
from bot.nlu.softmax import balanced_weights

SETTINGS = ModelSettings()


def support(labels: list[int], *, vectors: bool = True, leaning: int = 0) -> Support:
    """Examples of which the last ones lean, each second of them on the same thing."""
    generator = np.random.default_rng(1)

    def directions() -> np.ndarray:
        drawn = generator.normal(size=(len(labels), 8)).astype(np.float32)
        return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)

    as_they_stand, behind = directions(), directions()
    standing = len(labels) - leaning
    return Support(
        csr_matrix(np.abs(as_they_stand[:, :5])),
        as_they_stand if vectors else None,
        np.array(labels),
        max(labels) + 1,
        np.array([0] * standing + [1 + place % 2 for place in range(leaning)]),
        behind if vectors else None,
    )


def symmetric(lower: np.ndarray) -> np.ndarray:
    return np.tril(lower) + np.tril(lower, -1).T


def solved(given: Support) -> np.ndarray:
    """The coefficients by the textbook, in 64 bits."""
    examples = len(given.labels)
    targets = np.eye(given.classes)[given.labels] - 1 / given.classes
    parts = np.split(given.labels, [given.standing])
    weights = np.concatenate([balanced_weights(part, given.classes) for part in parts])
    ridge = SETTINGS.regularisation / weights
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


@pytest.mark.parametrize("vectors", [True, False])
@pytest.mark.parametrize("block", [2, 100])
def test_two_that_lean_are_compared_behind_what_was_before_them_as_well(
    monkeypatch: pytest.MonkeyPatch, vectors: bool, block: int
) -> None:
    monkeypatch.setattr(kernel, "_BLOCK", block)
    given = support([0, 1, 0, 1, 0, 1], vectors=vectors, leaning=3)

    found = given.kernel(SETTINGS)

    plain = replace(given, before=np.zeros(6, int)).kernel(SETTINGS)
    behind = given.behind
    for row in range(6):
        for column in range(row + 1):
            more = 0.0
            if column >= 3:
                same = given.before[row] == given.before[column]
                more = SETTINGS.same_weight * same * plain[row, column]
                if behind is not None:
                    more += np.exp(SETTINGS.sharpness * (behind[row] @ behind[column] - 1))
            assert found[row, column] == pytest.approx(plain[row, column] + more, abs=1e-5)


@pytest.mark.parametrize("leaning", [0, 4])
def test_coefficients_are_those_of_ridge_regression(leaning: int) -> None:
    given = support([0, 0, 0, 1, 1, 2, 2, 2, 2], leaning=leaning)

    ridge = Ridge(given, SETTINGS)

    assert np.allclose(ridge.coefficients(9), solved(given), atol=1e-4)
    alone = given.ordered(np.arange(given.standing))
    assert np.allclose(ridge.coefficients(given.standing), solved(alone), atol=1e-4)


def test_held_out_examples_are_read_by_the_others_alone() -> None:
    given = support([0, 0, 1, 1, 2, 2, 0, 1, 2])

    scores = Ridge(given, SETTINGS).scores(6, 8)

    seen = given.ordered(np.arange(6))
    between = symmetric(given.kernel(SETTINGS))[6:8, :6]
    assert np.allclose(scores, between @ solved(seen), atol=1e-4)
