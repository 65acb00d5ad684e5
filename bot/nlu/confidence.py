"""What a reading is worth: its probability, gated by how near the examples of the intent are."""

from __future__ import annotations

from typing import Optional

import numpy as np

from bot.nlu.softmax import Matrix, Positions


def chance(vectors: Optional[Matrix]) -> float:
    """Returns the mean cosine of any two of the examples; 0 where they have no vectors.

    Args:
        vectors: unit vectors of the examples, as rows.
    """
    if vectors is None or not len(vectors):
        return 0.0
    return float((vectors.mean(axis=0, dtype=np.float64) ** 2).sum())


def nearness(
    cosines: Matrix, labels: Positions, classes: int, neighbours: int, chance: float
) -> Matrix:
    """Returns how near the nearest examples of each class are, from 0 to 1.

    Their mean cosine, where 0 is as near as any two examples are by chance.

    Args:
        cosines: shape (texts, examples).
        labels: classes of the examples, in rising order.
        classes: number of classes; one without an example is as far as can be, 0.
        neighbours: how many examples to look at; equal cosines count as one example.
        chance: see the function of that name.

    Raises:
        ValueError: the labels do not rise.
    """
    if np.any(np.diff(labels) < 0):
        raise ValueError("The labels must rise.")
    counts = np.bincount(labels, minlength=classes)
    present = np.flatnonzero(counts)
    nearer: Matrix = np.zeros((len(cosines), classes), np.float32)
    if not len(present):
        return nearer
    grouped, counts = cosines, counts[present]
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    nearest = np.maximum.reduceat(grouped, starts, axis=1)
    total, found = nearest.copy(), np.ones_like(nearest)
    for _ in range(1, neighbours):
        grouped = np.where(grouped == np.repeat(nearest, counts, axis=1), -2, grouped)
        nearest = np.maximum.reduceat(grouped, starts, axis=1)
        exists = nearest > -2
        total += np.where(exists, nearest, 0)
        found += exists
    nearer[:, present] = np.clip((total / found - chance) / max(1 - chance, 1e-6), 0, 1)
    return nearer


def gated(probabilities: Matrix, nearness: Matrix, gate: float) -> Matrix:
    """Returns p^(1-g) * s^g: low where the probability p or the nearness s is low."""
    confidences: Matrix = (probabilities ** (1 - gate) * nearness**gate).astype(np.float32)
    return confidences
