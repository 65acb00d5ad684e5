"""Fits the intent model, and reads each example by a model that has not seen it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Optional

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bot.nlu.axes import along, principal_axes
from bot.nlu.confidence import chance, gated, nearness
from bot.nlu.intent_model import IntentModel, Reading, fit_linear, join, read_linear
from bot.nlu.kernel import Support, fit_ridge
from bot.nlu.model_settings import ModelSettings
from bot.nlu.ngrams import NgramVectorizer
from bot.nlu.softmax import Matrix, Positions, balanced_weights

_ENOUGH_TO_FIT = 20
_FEW = 3000


@dataclass(frozen=True)
class HeldOut:
    """How examples are read by models that were trained without them.

    Attributes:
        rows: positions of the examples; those that are alone in their intent are missing.
        labels: their annotated intents, as positions in the model's intents.
        reading: one row per example.
    """

    rows: Positions
    labels: Positions
    reading: Reading


def fit_model(
    texts: Sequence[str],
    intents: Sequence[str],
    vectors: Optional[Matrix],
    settings: ModelSettings,
) -> tuple[IntentModel, HeldOut]:
    """Fits a model and reads held-out examples by models that have not seen them.

    Args:
        texts: examples, at least one.
        intents: the intent of each.
        vectors: their sentence vectors (unit length), or None.
        settings: see `ModelSettings`.

    Returns:
        The model, and its reading of held-out examples (none where every intent has but one).
    """
    names, labels = np.unique(np.array(intents), return_inverse=True)
    ngrams, ngram_vectors = NgramVectorizer.fit(texts)
    chosen = _support(labels, settings.max_support)
    axes: Optional[Matrix] = None
    if vectors is not None and settings.dimensions and len(texts) > _FEW:
        axes = principal_axes(vectors, settings.dimensions)
        vectors = along(vectors, axes)
    support = Support(ngram_vectors, vectors, labels, len(names)).ordered(chosen)
    folds = _folds(support.labels, settings)
    rounds = [_hold_out(support, out, settings) for out in folds]
    scores = np.vstack([found.kernel_scores for found in rounds])
    near = np.vstack([found.nearness for found in rounds])
    linears = [found.linear for found in rounds if found.linear is not None]
    linear = np.vstack(linears) if linears else None
    rows = np.concatenate([found.rows for found in rounds])
    held = support.labels[rows]
    weights = (0.0 if linear is None else settings.linear_weight, settings.kernel_weight)
    if len(rows) >= _ENOUGH_TO_FIT and len(names) > 1:
        weights = _fit_weights(linear, scores, held, weights)
    probabilities = join(linear, scores, weights)
    reading = Reading(probabilities, gated(probabilities, near, settings.gate))
    model = IntentModel(
        intents=[str(name) for name in names],
        settings=settings,
        ngrams=ngrams,
        ngrams_of_support=support.ngrams,
        vectors=support.vectors,
        labels=support.labels,
        coefficients=rounds[-1].coefficients,
        linear=None if vectors is None else fit_linear(vectors, labels, len(names), settings),
        weights=weights,
        axes=axes,
        chance=chance(support.vectors),
    )
    return model, HeldOut(rows=chosen[rows], labels=held, reading=reading)


@dataclass(frozen=True)
class _Round:
    """What is made of the examples of one fold by those of the others.

    Attributes:
        rows: positions of the fold's examples in the support.
        kernel_scores: one row for each of them.
        nearness: to the nearest examples of each intent, one row for each.
        linear: their probabilities by the logistic regression; None without vectors.
        coefficients: of the kernel, fitted to all examples of the support.
    """

    rows: Positions
    kernel_scores: Matrix
    nearness: Matrix
    linear: Optional[Matrix]
    coefficients: Matrix


def _hold_out(support: Support, out: Positions, settings: ModelSettings) -> _Round:
    held = np.zeros(len(support.labels), bool)
    held[out] = True
    order = np.argsort(held, kind="stable")
    arranged = support.ordered(order)
    seen = len(order) - len(out)
    coefficients, scores = fit_ridge(arranged, seen, settings)
    in_place = np.empty_like(coefficients)
    in_place[order] = coefficients
    labels = arranged.labels[:seen]
    cosines = arranged.cosines(slice(seen, None), slice(seen))
    by_chance = chance(None if arranged.vectors is None else arranged.vectors[:seen])
    near = nearness(cosines, labels, support.classes, settings.neighbours, by_chance)
    linear: Optional[Matrix] = None
    if arranged.vectors is not None:
        fitted = fit_linear(arranged.vectors[:seen], labels, support.classes, settings)
        linear = read_linear(arranged.vectors[seen:], fitted, settings)
    return _Round(order[seen:], scores, near, linear, in_place)


def _support(labels: Positions, limit: int) -> Positions:
    """Returns at most `limit` rows, spread evenly over the intents and ordered by intent."""
    chosen = np.argsort(_rank_in_class(labels), kind="stable")[:limit]
    ordered: Positions = chosen[np.argsort(labels[chosen], kind="stable")]
    return ordered


def _rank_in_class(labels: Positions) -> Positions:
    """Numbers the examples of each class from 0, in an order that is random but fixed."""
    ranks = np.zeros(len(labels), np.int64)
    generator = np.random.default_rng(0)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        ranks[generator.permutation(members)] = np.arange(len(members))
    return ranks


def _folds(labels: Positions, settings: ModelSettings) -> Iterator[Positions]:
    """Yields the examples of each fold that is to be held out, perhaps none at all.

    An example that is alone in its class is in no fold. With many examples one fold is
    enough to learn from, and each costs seconds.
    """
    few = len(labels) <= _FEW
    folds = settings.folds or (5 if few else 3)
    assigned = (_rank_in_class(labels) + labels) % folds
    assigned[np.bincount(labels)[labels] < 2] = -1
    for fold in range(folds if few or settings.folds else 1):
        yield np.flatnonzero(assigned == fold)


def _fit_weights(
    linear: Optional[Matrix],
    kernel_scores: Matrix,
    labels: Positions,
    start: tuple[float, float],
) -> tuple[float, float]:
    """Returns the weights that make held-out examples likeliest."""
    rows = np.arange(len(labels))
    importance = balanced_weights(labels, kernel_scores.shape[1])

    def loss(logarithms: NDArray[np.float64]) -> float:
        kernel_weight = float(np.exp(logarithms[0]))
        linear_weight = float(np.exp(logarithms[1])) if linear is not None else 0.0
        joined = join(linear, kernel_scores, (linear_weight, kernel_weight))
        right = np.log(np.maximum(joined[rows, labels], 1e-12))
        return -float((importance * right).sum(dtype=np.float64))

    first = [np.log(start[1])] + ([np.log(start[0])] if linear is not None else [])
    found = minimize(loss, np.array(first), method="Nelder-Mead", options={"xatol": 0.01})
    fitted = np.exp(found.x)
    return (float(fitted[1]) if linear is not None else 0.0, float(fitted[0]))
