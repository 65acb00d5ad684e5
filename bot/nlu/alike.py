"""Finds examples that are nearly the same, by their n-grams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.sparse import csr_matrix, diags

from bot.nlu.ngrams import NgramVectorizer

_BLOCK = 512


def alike(
    texts: Sequence[str], groups: Sequence[str], least: float
) -> Iterator[tuple[int, int, float]]:
    """Yields pairs of texts in different groups that are nearly the same.

    Texts that are so like share one of their rarest n-grams; only those that do are compared.

    Args:
        texts: the texts.
        groups: the group of each.
        least: how like they must be, from 0 (no n-gram in common) to 1 (the same n-grams).

    Yields:
        The positions of both texts, and how like they are.
    """
    if not texts:
        return
    _, vectors = NgramVectorizer.fit(texts)
    vectors = _of_unit_length(vectors)
    rarest = _rarest(vectors, least)
    by_column = rarest.T.tocsr()
    names = np.unique(np.array(groups), return_inverse=True)[1]
    for start in range(0, len(texts), _BLOCK):
        first, second = (rarest[start : start + _BLOCK] @ by_column[:, start:]).nonzero()
        first, second = first + start, second + start
        apart = (first < second) & (names[first] != names[second])
        first, second = first[apart], second[apart]
        likeness = vectors[first].multiply(vectors[second]).sum(axis=1).A1
        for row in np.flatnonzero(likeness >= least):
            yield int(first[row]), int(second[row]), float(likeness[row])


def _of_unit_length(vectors: csr_matrix) -> csr_matrix:
    lengths = np.sqrt(vectors.multiply(vectors).sum(axis=1).A1)
    scales = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return csr_matrix(diags(scales) @ vectors)


def _rarest(vectors: csr_matrix, least: float) -> csr_matrix:
    """Keeps of each row its rarest columns, so many that all others are shorter than `least`.

    The rarest column that two rows share is kept in both: were it left out of one, all that they
    share would be too short for a product of `least`.
    """
    entries = vectors.tocoo()
    rank = np.argsort(np.argsort(-np.bincount(entries.col, minlength=vectors.shape[1])))
    order = np.lexsort((rank[entries.col], entries.row))
    rows, squares = entries.row[order], entries.data[order].astype(np.float64) ** 2
    sums = np.cumsum(squares)
    before = np.concatenate([[0], sums])[np.searchsorted(rows, rows)]
    kept = order[sums - before >= least**2 * (1 - 1e-6)]
    parts = (entries.data[kept], (entries.row[kept], entries.col[kept]))
    return csr_matrix(parts, shape=vectors.shape)
