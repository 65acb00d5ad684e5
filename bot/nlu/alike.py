"""Finds examples that are nearly the same, by their n-grams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bot.nlu.ngrams import NgramVectorizer

_BLOCK = 512


def alike(
    texts: Sequence[str], groups: Sequence[str], least: float
) -> Iterator[tuple[int, int, float]]:
    """Yields pairs of texts in different groups that are nearly the same.

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
    lengths = np.sqrt(vectors.multiply(vectors).sum(axis=1).A1)
    names = np.unique(np.array(groups), return_inverse=True)[1]
    for start in range(0, len(texts), _BLOCK):
        products = (vectors[start : start + _BLOCK] @ vectors[start:].T).tocoo()
        first, second = products.row + start, products.col + start
        with np.errstate(invalid="ignore"):
            likeness = products.data / (lengths[first] * lengths[second])
        found = (first < second) & (names[first] != names[second]) & (likeness >= least)
        for row in np.flatnonzero(found):
            yield int(first[row]), int(second[row]), float(likeness[row])
