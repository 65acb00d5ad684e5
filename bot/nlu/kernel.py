"""How like a text is to the examples, which vote for their intents by it (see `ridge.py`).

    k(a, b) = exp(sharpness * (cosine(a, b) - 1)) + ngram_weight * tfidf(a) . tfidf(b)

Where there are no sentence vectors the n-grams work alone. Two texts that lean on what was before
them are compared by more: behind what was before them, and, if that is the same, once more as they
stand. In the fit each intent weighs the same, however many examples it has.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Optional, Union

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from bot.nlu.model_settings import ModelSettings
from bot.nlu.softmax import Matrix, Positions

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


def leaning_kernel(
    kernel: Matrix, cosines: Optional[Matrix], same: NDArray[np.bool_], settings: ModelSettings
) -> Matrix:
    """Returns what is added to the kernel of texts and examples that both lean.

    Args:
        kernel: of the texts as they stand.
        cosines: of their sentence vectors behind what was before them, None where there are none.
        same: whether that was the same.
        settings: see `ModelSettings`.
    """
    more = np.float32(settings.same_weight) * same * kernel
    if cosines is not None:
        more += np.exp(np.float32(settings.sharpness) * (cosines - 1))
    return more


Rows = Union[slice, Positions]


@dataclass(frozen=True)
class Support:
    """The examples that new texts are compared with: those that stand alone, then those that lean.

    Attributes:
        ngrams: their n-gram vectors as rows.
        vectors: their sentence vectors, or None.
        labels: their intents, as numbers from 0.
        classes: number of intents.
        before: what was before them, as numbers from 1; 0 where they stand alone.
        behind: their sentence vectors behind that, or None; rows of those that stand alone are
            not looked at.
    """

    ngrams: csr_matrix
    vectors: Optional[Matrix]
    labels: Positions
    classes: int
    before: Positions
    behind: Optional[Matrix] = None

    @property
    def standing(self) -> int:
        """How many stand alone."""
        return int(np.count_nonzero(self.before == 0))

    def ordered(self, order: Positions) -> Support:
        """Returns the examples in another order, or some of them."""
        return Support(
            self.ngrams[order],
            None if self.vectors is None else self.vectors[order],
            self.labels[order],
            self.classes,
            self.before[order],
            None if self.behind is None else self.behind[order],
        )

    def cosines(self, rows: Rows, columns: slice) -> Matrix:
        """Returns how near some examples are to others; by n-grams where they have no vectors."""
        if self.vectors is None:
            likeness: Matrix = (self.ngrams[rows] @ self.ngrams[columns].T).toarray()
            return likeness
        cosines: Matrix = self.vectors[rows] @ self.vectors[columns].T
        return cosines

    def cosines_behind(self, rows: slice, columns: slice) -> Optional[Matrix]:
        """Returns how near some are to others behind what was before them; None without vectors."""
        if self.behind is None:
            return None
        cosines: Matrix = self.behind[rows] @ self.behind[columns].T
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
                block = kernel_of(cosines, likeness, settings)
                kernel[rows, columns] = self._with_leaning(block, rows, columns, settings)

        with threadpool_limits(1, "blas"), ThreadPoolExecutor(_WORKERS) as pool:
            for _ in pool.map(fill, reversed(starts)):
                pass
        return kernel

    def _with_leaning(
        self, block: Matrix, rows: slice, columns: slice, settings: ModelSettings
    ) -> Matrix:
        own, other = self.before[rows], self.before[columns]
        if not (own.any() and other.any()):
            return block
        same = own[:, None] == other
        more = leaning_kernel(block, self.cosines_behind(rows, columns), same, settings)
        both: Matrix = np.where((own[:, None] > 0) & (other > 0), block + more, block)
        return both
