"""Fits the intent models, and reads each example by a model that has not seen it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Optional

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bot.nlu.axes import along, principal_axes
from bot.nlu.confidence import Groups, chance, gated, nearness
from bot.nlu.context_model import ContextModel
from bot.nlu.exemplars import Exemplars
from bot.nlu.intent_model import IntentModel, Reading, fit_linear, join, read_linear
from bot.nlu.kernel import Support
from bot.nlu.model_settings import ModelSettings
from bot.nlu.ngrams import NgramVectorizer
from bot.nlu.ridge import Ridge
from bot.nlu.softmax import Matrix, Positions, balanced_weights

_ENOUGH_TO_FIT = 20
_FEW = 3000


@dataclass(frozen=True)
class Examples:
    """What a model is fitted to.

    Attributes:
        texts: at least one.
        intents: the intent of each.
        vectors: their sentence vectors (unit length), or None.
        before: what was before each that leans on the conversation; empty where one stands alone.
        behind: their sentence vectors behind that, or None; rows of those that stand alone are
            not looked at.
    """

    texts: Sequence[str]
    intents: Sequence[str]
    vectors: Optional[Matrix]
    before: Sequence[str]
    behind: Optional[Matrix] = None


@dataclass(frozen=True)
class HeldOut:
    """How examples are read by models that were trained without them.

    Attributes:
        labels: their annotated intents, as positions in the model's intents.
        reading: one row per example.
    """

    labels: Positions
    reading: Reading


@dataclass(frozen=True)
class Fitted:
    """What is made of examples.

    Attributes:
        alone: reads texts that stand alone.
        held_out: how it reads such examples; those that are alone in their intent are missing.
        context: reads texts that may lean on what was before them; None where no example does.
        held_out_in_context: how it reads those that do.
    """

    alone: IntentModel
    held_out: HeldOut
    context: Optional[ContextModel]
    held_out_in_context: HeldOut


def fit_model(examples: Examples, settings: ModelSettings) -> Fitted:
    """Fits the models and reads held-out examples by models that have not seen them."""
    names, labels = np.unique(np.array(examples.intents), return_inverse=True)
    subjects, before = _numbered(examples.before)
    ngrams, ngram_vectors = NgramVectorizer.fit(examples.texts)
    vectors, behind, axes = examples.vectors, examples.behind, None
    if vectors is not None and settings.dimensions and len(labels) > _FEW:
        known = vectors if behind is None else np.vstack([vectors, behind[before > 0]])
        axes = principal_axes(known, settings.dimensions)
        vectors = along(vectors, axes)
        behind = None if behind is None else along(behind, axes)
    everything = Support(ngram_vectors, vectors, labels, len(names), before, behind)
    support = everything.ordered(_support(labels, before, settings.max_support))
    rounds = [_hold_out(support, out, settings) for out in _folds(support, settings)]
    standing = support.standing
    alone, held_out = _alone(support, rounds, everything, settings, names, ngrams, axes)
    weights, in_context = _held_out(
        support, rounds, lambda found: found.leaning, (0.0, settings.kernel_weight), settings
    )
    context = None
    if len(subjects):
        lean = support.ordered(np.arange(standing, len(support.labels)))
        context = ContextModel(
            alone,
            Exemplars(lean.ngrams, lean.vectors, lean.labels),
            subjects,
            lean.before,
            lean.behind,
            rounds[-1].coefficients,
            weights[1],
        )
    return Fitted(alone, held_out, context, in_context)


def _numbered(before: Sequence[str]) -> tuple[list[str], Positions]:
    """Returns what was before any example, and its number from 1 for each; 0 for none."""
    subjects = sorted(set(before) - {""})
    numbers = {subject: number for number, subject in enumerate(["", *subjects])}
    return subjects, np.array([numbers[one] for one in before], np.int64)


def _alone(
    support: Support,
    rounds: Sequence[_Round],
    everything: Support,
    settings: ModelSettings,
    names: NDArray[np.str_],
    ngrams: NgramVectorizer,
    axes: Optional[Matrix],
) -> tuple[IntentModel, HeldOut]:
    vectors = everything.vectors
    start = (0.0 if vectors is None else settings.linear_weight, settings.kernel_weight)
    weights, held_out = _held_out(support, rounds, lambda found: found.standing, start, settings)
    kept = support.ordered(np.arange(support.standing))
    stands = everything.before == 0
    linear = None
    if vectors is not None and stands.any():
        linear = fit_linear(vectors[stands], everything.labels[stands], len(names), settings)
    model = IntentModel(
        intents=[str(name) for name in names],
        settings=settings,
        ngrams=ngrams,
        ngrams_of_support=kept.ngrams,
        vectors=kept.vectors,
        labels=kept.labels,
        coefficients=rounds[-1].coefficients_alone,
        linear=linear,
        weights=weights,
        axes=axes,
        chance=chance(kept.vectors),
    )
    return model, held_out


@dataclass(frozen=True)
class _Part:
    """What is made of held-out examples by the others.

    Attributes:
        rows: positions of the examples in the support.
        kernel_scores: one row for each of them.
        nearness: to the nearest examples of each intent, one row for each.
        linear: their probabilities by the logistic regression; None without it.
    """

    rows: Positions
    kernel_scores: Matrix
    nearness: Matrix
    linear: Optional[Matrix]


@dataclass(frozen=True)
class _Round:
    """One fold: what is made of its examples, and the coefficients of all.

    Attributes:
        standing: its examples that stand alone, by the others that do.
        leaning: its examples that lean, by all that stand alone and the others that lean.
        coefficients_alone: of the kernel, fitted to all examples that stand alone.
        coefficients: fitted to all.
    """

    standing: _Part
    leaning: _Part
    coefficients_alone: Matrix
    coefficients: Matrix


def _held_out(
    support: Support,
    rounds: Sequence[_Round],
    part: Callable[[_Round], _Part],
    start: tuple[float, float],
    settings: ModelSettings,
) -> tuple[tuple[float, float], HeldOut]:
    """Returns the weights that make held-out examples likeliest, and how they are read by them."""
    parts = [part(found) for found in rounds]
    rows = np.concatenate([found.rows for found in parts])
    scores = np.vstack([found.kernel_scores for found in parts])
    near = np.vstack([found.nearness for found in parts])
    linears = [found.linear for found in parts if found.linear is not None]
    linear = np.vstack(linears) if linears else None
    held, weights = support.labels[rows], start
    if len(rows) >= _ENOUGH_TO_FIT and support.classes > 1:
        weights = _fit_weights(linear, scores, held, start)
    probabilities = join(linear, scores, weights)
    return weights, HeldOut(held, Reading(probabilities, gated(probabilities, near, settings.gate)))


def _hold_out(support: Support, out: Positions, settings: ModelSettings) -> _Round:
    held = np.zeros(len(support.labels), bool)
    held[out] = True
    # Those that stand alone and are seen, those that are not, then the same of those that lean.
    order = np.argsort(2 * (support.before > 0) + held, kind="stable")
    given = support.ordered(order)
    standing, every = support.standing, len(order)
    seen = standing - int(np.count_nonzero(held[:standing]))
    leaning = every - int(np.count_nonzero(held[standing:]))
    ridge = Ridge(given, settings)

    by_chance = chance(None if given.vectors is None else given.vectors[:standing])

    def near(cosines: Optional[Matrix], labels: Positions) -> Matrix:
        if cosines is None:
            return np.zeros((1, support.classes), np.float32)
        groups = Groups.of(labels, support.classes)
        return nearness(cosines, groups, settings.neighbours, by_chance)

    alone, lean = slice(seen, standing), slice(leaning, every)
    beside = slice(standing, leaning)
    linear = None
    if given.vectors is not None and seen:
        fitted = fit_linear(given.vectors[:seen], given.labels[:seen], support.classes, settings)
        linear = read_linear(given.vectors[alone], fitted, settings)
    return _Round(
        standing=_Part(
            order[alone],
            ridge.scores(seen, standing),
            near(given.cosines(alone, slice(seen)), given.labels[:seen]),
            linear,
        ),
        leaning=_Part(
            order[lean],
            ridge.scores(leaning, every),
            np.maximum(
                # As the support orders them, by intent.
                near(support.cosines(order[lean], slice(standing)), support.labels[:standing]),
                near(given.cosines_behind(lean, beside), given.labels[beside]),
            ),
            None,
        ),
        coefficients_alone=_in_place(ridge.coefficients(standing), order),
        coefficients=_in_place(ridge.coefficients(every), order),
    )


def _in_place(coefficients: Matrix, order: Positions) -> Matrix:
    in_place = np.empty_like(coefficients)
    in_place[order[: len(coefficients)]] = coefficients
    return in_place


def _support(labels: Positions, before: Positions, limit: int) -> Positions:
    """Returns at most `limit` rows, spread evenly over the intents.

    Those that stand alone come first; both are ordered by intent.
    """
    kinds = _kinds(labels, before)
    chosen = np.argsort(_rank_in_class(kinds), kind="stable")[:limit]
    ordered: Positions = chosen[np.argsort(kinds[chosen], kind="stable")]
    return ordered


def _kinds(labels: Positions, before: Positions) -> Positions:
    """Returns classes of examples by intent that are apart for those that lean, and higher."""
    kinds: Positions = labels + (labels.max() + 1) * (before > 0)
    return kinds


def _rank_in_class(labels: Positions) -> Positions:
    """Numbers the examples of each class from 0, in an order that is random but fixed."""
    ranks = np.zeros(len(labels), np.int64)
    generator = np.random.default_rng(0)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        ranks[generator.permutation(members)] = np.arange(len(members))
    return ranks


def _folds(support: Support, settings: ModelSettings) -> Iterator[Positions]:
    """Yields the examples of each fold that is to be held out, perhaps none at all.

    An example that is alone in its class is in no fold. With many examples one fold is
    enough to learn from, and each costs seconds.
    """
    kinds = _kinds(support.labels, support.before)
    few = len(kinds) <= _FEW
    folds = settings.folds or (5 if few else 3)
    assigned = (_rank_in_class(kinds) + kinds) % folds
    assigned[np.bincount(kinds)[kinds] < 2] = -1
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
