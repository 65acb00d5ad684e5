"""Kernel ridge regression: the examples vote for their intents by how like a text is to them.

    k(a, b) = exp(sharpness * (cosine(a, b) - 1)) + ngram_weight * tfidf(a) . tfidf(b)

Where there are no sentence vectors the n-grams work alone. In the fit each intent weighs the
same, however many examples it has.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Optional

import numpy as np
from scipy.linalg import cho_factor, solve_triangular
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from bot.nlu.model_settings import ModelSettings
from bot.nlu.softmax import Matrix, Positions, balanced_weights

_BLOCK = 512
_WORKERS = min(os.cpu_count() or 1, 4)


def kernel_of(cosines: Optional[Matrix], likeness: Matrix, settings: ModelSettings) -> Matrix:
    """Returns the kernel of texts and examples.

    Args:
        cosines: of their sentence vectors, None where there are none.
        likeness: products of their n-gram vectors.
        settings: see `ModelSettings`.
    """
    if cosines is None:
        return likeness.astype(np.float32)
    kernel: Matrix = np.exp(np.float32(settings.sharpness) * (cosines - 1))
    kernel += np.float32(settings.ngram_weight) * likeness
    return kernel


@dataclass(frozen=True)
class Support:
    """The examples that new texts are compared with.

    Attributes:
        ngrams: their n-gram vectors as rows.
        vectors: their sentence vectors, or None.
        labels: their intents, as numbers from 0.
        classes: number of intents.
    """

    ngrams: csr_matrix
    vectors: Optional[Matrix]
    labels: Positions
    classes: int

    def ordered(self, order: Positions) -> Support:
        """Returns the examples in another order, or some of them."""
        return Support(
            self.ngrams[order],
            None if self.vectors is None else self.vectors[order],
            self.labels[order],
            self.classes,
        )

    def cosines(self, rows: slice, columns: slice) -> Matrix:
        """Returns how near some examples are to others; by n-grams where they have no vectors."""
        if self.vectors is None:
            likeness: Matrix = (self.ngrams[rows] @ self.ngrams[columns].T).toarray()
            return likeness
        cosines: Matrix = self.vectors[rows] @ self.vectors[columns].T
        return cosines

    def kernel(self, settings: ModelSettings) -> Matrix:
        """Returns the kernel of all pairs: its lower triangle, the rest is left undefined."""
        examples = len(self.labels)
        kernel: Matrix = np.empty((examples, examples), np.float32)
        starts = range(0, examples, _BLOCK)
        by_column = [self.ngrams[start : start + _BLOCK].T.tocsr() for start in starts]

        def fill(start: int) -> None:
            rows = slice(start, start + _BLOCK)
            for column, ngrams in zip(range(0, start + 1, _BLOCK), by_column, strict=False):
                columns = slice(column, column + _BLOCK)
                cosines = None if self.vectors is None else self.cosines(rows, columns)
                likeness = (self.ngrams[rows] @ ngrams).toarray()
                kernel[rows, columns] = kernel_of(cosines, likeness, settings)

        with threadpool_limits(1, "blas"), ThreadPoolExecutor(_WORKERS) as pool:
            for _ in pool.map(fill, reversed(starts)):
                pass
        return kernel


def fit_ridge(support: Support, seen: int, settings: ModelSettings) -> tuple[Matrix, Matrix]:
    """Fits the votes of the examples, and reads some by what the others would have said.

    The first rows of a Cholesky factor are the factor of the first rows. So the model of the
    first examples alone, and what it makes of the others, is in the factor of all: its lower
    left part times the targets after the forward substitution.

    Args:
        support: the examples.
        seen: how many, from the first, make the model that reads the others.
        settings: see `ModelSettings`.

    Returns:
        The coefficients of all examples, shape (examples, classes); and the scores of those
        from `seen` on, shape (examples - seen, classes).
    """
    labels, classes = support.labels, support.classes
    examples = len(labels)
    targets = np.full((examples, classes), -1 / classes, np.float32)
    targets[np.arange(examples), labels] += 1
    system = support.kernel(settings)
    ridge = np.float32(settings.regularisation) / balanced_weights(labels, classes)
    system[np.arange(examples), np.arange(examples)] += ridge
    # LAPACK counts by columns: for it the lower triangle is an upper one, and need not be copied.
    upper, _ = cho_factor(system.T, lower=False, overwrite_a=True, check_finite=False)
    forward = solve_triangular(upper, targets, trans="T", check_finite=False)
    scores: Matrix = upper.T[seen:, :seen] @ forward[:seen]
    coefficients: Matrix = solve_triangular(upper, forward, overwrite_b=True, check_finite=False)
    return coefficients.astype(np.float32), scores
