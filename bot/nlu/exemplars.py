"""The examples that a text is compared with, laid out for one text at a time."""

from __future__ import annotations

from typing import Optional

import numpy as np
from scipy.sparse import csr_matrix

from bot.nlu.kernel import kernel_of
from bot.nlu.model_settings import ModelSettings
from bot.nlu.ngrams import NgramIndex
from bot.nlu.products import times
from bot.nlu.softmax import Matrix, Positions


class Exemplars:
    """Examples with their intents, n-gram vectors and, where there are, sentence vectors."""

    def __init__(
        self,
        ngrams: csr_matrix,
        vectors: Optional[Matrix],
        labels: Positions,
    ) -> None:
        """Indexes examples.

        Args:
            ngrams: their n-gram vectors as rows.
            vectors: their sentence vectors as rows, or None.
            labels: their intents as numbers, in rising order.
        """
        self.labels = labels
        self.ngrams = ngrams
        self._index = NgramIndex(ngrams)
        # In the order in which a product with one text runs through them.
        self._by_axis = None if vectors is None else np.ascontiguousarray(vectors.T)

    @property
    def vectors(self) -> Optional[Matrix]:
        """Their sentence vectors as rows, or None."""
        return None if self._by_axis is None else self._by_axis.T

    def compare(
        self, ngrams: csr_matrix, vectors: Optional[Matrix], settings: ModelSettings
    ) -> tuple[Matrix, Matrix]:
        """Compares texts with the examples.

        Args:
            ngrams: their n-gram vectors as rows.
            vectors: their sentence vectors, None where there are none.
            settings: see `kernel_of`.

        Returns:
            The kernel and the cosines (of n-grams where there are no sentence vectors), each of
            shape (texts, examples).
        """
        likeness = self._index.likeness(ngrams)
        if vectors is None or self._by_axis is None:
            return kernel_of(None, likeness, settings), likeness
        cosines = times(vectors, self._by_axis)
        return kernel_of(cosines, likeness, settings), cosines
