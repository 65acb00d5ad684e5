"""What a reading is worth: its probability, gated by how near the examples of the intent are."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Groups:
    """Which examples are of which class.

    Attributes:
        classes: how many there are.
        present: those that have an example.
        starts: where the examples of each of these begin.
        group: of each example, the place of its class in `present`.
    """

    classes: int
    present: Positions
    starts: Positions
    group: Positions

    @classmethod
    def of(cls, labels: Positions, classes: int) -> Groups:
        """Finds the groups.

        Args:
            labels: classes of the examples, in rising order.
            classes: number of classes.

        Raises:
            ValueError: the labels do not rise.
        """
        if np.any(np.diff(labels) < 0):
            raise ValueError("The labels must rise.")
        present, starts, group = np.unique(labels, return_index=True, return_inverse=True)
        return cls(classes, present, starts, group)


def nearness(cosines: Matrix, groups: Groups, neighbours: int, chance: float) -> Matrix:
    """Returns how near the nearest examples of each class are, from 0 to 1.

    Their mean cosine, where 0 is as near as any two examples are by chance.

    Args:
        cosines: shape (texts, examples).
        groups: of the examples; a class without an example is as far as can be, 0.
        neighbours: how many examples to look at; equal cosines count as one example.
        chance: see the function of that name.
    """
    nearer: Matrix = np.zeros((len(cosines), groups.classes), np.float32)
    if not len(groups.present):
        return nearer
    nearest = np.maximum.reduceat(cosines, groups.starts, axis=1)
    total, found = nearest.copy(), np.ones_like(nearest)
    left = cosines.copy() if neighbours > 1 else cosines
    for _ in range(1, neighbours):
        left[left == nearest[:, groups.group]] = -2
        nearest = np.maximum.reduceat(left, groups.starts, axis=1)
        exists = nearest > -2
        total += np.where(exists, nearest, 0)
        found += exists
    near = (total / found - chance) / max(1 - chance, 1e-6)
    nearer[:, groups.present] = np.clip(near, 0, 1)
    return nearer


def gated(probabilities: Matrix, nearness: Matrix, gate: float) -> Matrix:
    """Returns p^(1-g) * s^g: low where the probability p or the nearness s is low."""
    confidences: Matrix = (probabilities ** (1 - gate) * nearness**gate).astype(np.float32)
    return confidences
