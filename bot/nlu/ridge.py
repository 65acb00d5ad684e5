"""Kernel ridge regression, in which each intent weighs the same, however many examples it has."""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve_triangular

from bot.nlu.cholesky import factor_in_place
from bot.nlu.kernel import Support
from bot.nlu.model_settings import ModelSettings
from bot.nlu.softmax import Matrix, balanced_weights


class Ridge:
    """The fitted votes of examples, of all and of the first of them alone, by one factor.

    The first rows of a Cholesky factor are the factor of the first rows. So the model of the
    first examples alone, and what it makes of others, is in the factor of all: its lower left
    part times the targets after the forward substitution.
    """

    def __init__(self, support: Support, settings: ModelSettings) -> None:
        """Factors the kernel of all examples.

        Args:
            support: the examples, those that stand alone first.
            settings: see `ModelSettings`.
        """
        labels, classes, standing = support.labels, support.classes, support.standing
        examples = len(labels)
        targets = np.full((examples, classes), -1 / classes, np.float32)
        targets[np.arange(examples), labels] += 1
        system = support.kernel(settings)
        weights = np.concatenate(
            [
                balanced_weights(labels[:standing], classes),
                balanced_weights(labels[standing:], classes),
            ]
        )
        ridge = np.float32(settings.regularisation) / weights
        system[np.arange(examples), np.arange(examples)] += ridge
        factor_in_place(system)
        # LAPACK counts by columns: to it the lower triangle is an upper one, and is not copied.
        self._upper = system.T
        self._forward = solve_triangular(self._upper, targets, trans="T", check_finite=False)

    def scores(self, seen: int, until: int) -> Matrix:
        """Returns what the first `seen` examples make of those after them, up to `until`."""
        scores: Matrix = self._upper.T[seen:until, :seen] @ self._forward[:seen]
        return scores

    def coefficients(self, first: int) -> Matrix:
        """Returns the coefficients of the first examples alone, shape (first, classes)."""
        upper, forward = self._upper[:first, :first], self._forward[:first]
        found: Matrix = solve_triangular(upper, forward, check_finite=False)
        return found.astype(np.float32)
