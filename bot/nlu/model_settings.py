"""What can be set of the intent models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class ModelSettings:
    """What can be set of an `IntentModel` and of the `ContextModel` beside it.

    Attributes:
        linear_scale: factor on sentence vectors before the logistic regression; larger is
            less regularised.
        sharpness: how fast the likeness of two sentence vectors falls with their distance.
        ngram_weight: weight of the n-grams in the kernel.
        same_weight: how much more two texts count in the kernel that lean on the same thing.
        regularisation: ridge term; larger is smoother.
        gate: weight of the nearest examples in a confidence, from 0 (none) to 1 (only they).
        neighbours: number of nearest examples of an intent that the gate looks at.
        folds: folds of the cross-validation behind the weights and thresholds; None: 5 up to
            3,000 examples; above, a third of the examples is held out once.
        max_support: with more examples than this, so many of them stand for all in the
            kernel, which bounds memory and time.
        dimensions: above 3,000 examples their sentence vectors are reduced to so many, which
            halves the time that a comparison takes; None: never.
        linear_weight: weight of the logistic regression where there is too little data to
            fit it.
        kernel_weight: the same for the kernel.
    """

    linear_scale: float = 6.0
    sharpness: float = 2.0
    ngram_weight: float = 0.5
    same_weight: float = 0.5
    regularisation: float = 0.1
    gate: float = 0.5
    neighbours: int = 2
    folds: Optional[int] = None
    max_support: int = 33_000
    dimensions: Optional[int] = 192
    linear_weight: float = 0.5
    kernel_weight: float = 6.0
