"""The intent model: two classifiers of different bias, joined and calibrated.

1. Logistic regression on the sentence vector.
2. Kernel ridge regression on a sum of kernels, so that the examples themselves vote:

       k(a, b) = exp(sharpness * (cosine(a, b) - 1)) + ngram_weight * tfidf(a) . tfidf(b)

In both each intent weighs the same, however many examples it has. They are joined as

    p ~ exp(linear_weight * log p_linear + kernel_weight * score_kernel)

with the two weights fitted on held-out examples, so p is calibrated. Where there are no
sentence vectors the kernel of the n-grams works alone.

Pure numpy, scipy and scikit-learn: this module does not import Rasa. A model is saved as
arrays and JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Optional

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from bot.nlu.ngrams import NgramIndex, NgramVectorizer
from bot.nlu.softmax import (
    balanced_weights,
    fit_softmax_regression,
    predict_softmax_regression,
    softmax,
)

Matrix = NDArray[np.float32]
Positions = NDArray[np.int64]

ARRAYS_FILE = "model.npz"
SETTINGS_FILE = "model.json"
_BLOCK = 1024
_ENOUGH_TO_FIT = 20
_FEW = 3000


@dataclass(frozen=True)
class ModelSettings:
    """What can be set of an `IntentModel`.

    Attributes:
        linear_scale: factor on sentence vectors before the logistic regression; larger is
            less regularised.
        sharpness: how fast the likeness of two sentence vectors falls with their distance.
        ngram_weight: weight of the n-grams in the kernel.
        regularisation: ridge term; larger is smoother.
        gate: weight of the nearest examples in a confidence, from 0 (none) to 1 (only they).
        neighbours: number of nearest examples of an intent that the gate looks at.
        folds: folds of the cross-validation behind the weights and thresholds; None: 5 up to
            3,000 examples, 3 above, where each fold costs seconds and has examples enough.
        max_support: with more examples than this, so many of them stand for all in the
            kernel, which bounds memory and time.
        linear_weight: weight of the logistic regression where there is too little data to
            fit it.
        kernel_weight: the same for the kernel.
    """

    linear_scale: float = 6.0
    sharpness: float = 2.0
    ngram_weight: float = 0.5
    regularisation: float = 0.1
    gate: float = 0.5
    neighbours: int = 2
    folds: Optional[int] = None
    max_support: int = 10_000
    linear_weight: float = 0.5
    kernel_weight: float = 6.0


@dataclass(frozen=True)
class Reading:
    """What a model makes of texts.

    Attributes:
        probabilities: shape (texts, intents); each row adds up to 1.
        confidences: p^(1-g) * s^g for each probability p, with the gate g and the mean cosine
            s of the text and the nearest examples of the intent. Low where either is low, so
            a text that is like nothing in training is not believed.
    """

    probabilities: Matrix
    confidences: Matrix


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


class IntentModel:
    """A fitted model; build it with `fit_model` or `IntentModel.load`."""

    def __init__(
        self,
        intents: list[str],
        settings: ModelSettings,
        ngrams: NgramVectorizer,
        ngrams_of_support: csr_matrix,
        vectors: Optional[Matrix],
        labels: Positions,
        coefficients: Matrix,
        linear: Optional[Matrix],
        weights: tuple[float, float],
    ) -> None:
        """Takes the fitted parts; "support" are the examples that new texts are compared with.

        Args:
            intents: names, in the order of the columns of all matrices.
            settings: as fitted.
            ngrams: fitted vectorizer.
            ngrams_of_support: n-gram vectors of the support.
            vectors: sentence vectors of the support, or None.
            labels: intents of the support, as positions in `intents`.
            coefficients: of the kernel, shape (support, intents).
            linear: coefficients of the logistic regression, or None.
            weights: `linear_weight` and `kernel_weight`.
        """
        self.intents = intents
        self.settings = settings
        self._ngrams = ngrams
        self._ngrams_of_support = ngrams_of_support
        self._index = NgramIndex(ngrams, ngrams_of_support)
        self._vectors = vectors
        self._labels = labels
        self._coefficients = coefficients
        self._linear = linear
        self._weights = weights
        self._blas = ThreadpoolController()

    @property
    def uses_vectors(self) -> bool:
        """Whether the model was fitted with sentence vectors and needs them to read."""
        return self._vectors is not None

    def read(self, texts: Sequence[str], vectors: Optional[Matrix]) -> Reading:
        """Reads texts.

        Args:
            texts: the texts.
            vectors: their sentence vectors (unit length), None where there are none.

        Returns:
            Probabilities and confidences, one row per text.
        """
        # The products are small: waiting for a second thread takes longer than they do.
        with self._blas.limit(limits=1, user_api="blas"):
            return self._read(texts, vectors)

    def _read(self, texts: Sequence[str], vectors: Optional[Matrix]) -> Reading:
        likeness = self._index.likeness(texts)
        if vectors is None or self._vectors is None or self._linear is None:
            scores = _kernel(None, likeness, self.settings) @ self._coefficients
            probabilities = _join(None, scores, self._weights)
            cosines = likeness
        else:
            cosines = vectors @ self._vectors.T
            scores = _kernel(cosines, likeness, self.settings) @ self._coefficients
            linear = _read_linear(vectors, self._linear, self.settings)
            probabilities = _join(linear, scores, self._weights)
        nearness = _nearness(cosines, self._labels, len(self.intents), self.settings.neighbours)
        return Reading(probabilities, _gated(probabilities, nearness, self.settings.gate))

    def save(self, folder: Path) -> None:
        """Writes the model to two files in a folder."""
        arrays = {
            "ngram_data": self._ngrams_of_support.data,
            "ngram_indices": self._ngrams_of_support.indices,
            "ngram_indptr": self._ngrams_of_support.indptr,
            "rarities": self._ngrams.rarities,
            "labels": self._labels,
            "coefficients": self._coefficients,
        }
        if self._vectors is not None and self._linear is not None:
            arrays.update(vectors=self._vectors, linear=self._linear)
        np.savez(folder / ARRAYS_FILE, **arrays)
        description = {
            "intents": self.intents,
            "settings": asdict(self.settings),
            "weights": self._weights,
            "ngrams": list(self._ngrams.columns),
            "unknown_rarity": self._ngrams.unknown_rarity,
        }
        text = json.dumps(description, ensure_ascii=False)
        (folder / SETTINGS_FILE).write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """Reads what `save` wrote."""
        description = json.loads((folder / SETTINGS_FILE).read_text(encoding="utf-8"))
        with np.load(folder / ARRAYS_FILE, allow_pickle=False) as arrays:
            columns = {term: column for column, term in enumerate(description["ngrams"])}
            shape = (len(arrays["labels"]), len(columns))
            parts = (arrays["ngram_data"], arrays["ngram_indices"], arrays["ngram_indptr"])
            linear_weight, kernel_weight = description["weights"]
            return cls(
                intents=description["intents"],
                settings=ModelSettings(**description["settings"]),
                ngrams=NgramVectorizer(columns, arrays["rarities"], description["unknown_rarity"]),
                ngrams_of_support=csr_matrix(parts, shape=shape),
                vectors=arrays.get("vectors"),
                labels=arrays["labels"],
                coefficients=arrays["coefficients"],
                linear=arrays.get("linear"),
                weights=(linear_weight, kernel_weight),
            )


def fit_model(
    texts: Sequence[str],
    intents: Sequence[str],
    vectors: Optional[Matrix],
    settings: ModelSettings,
) -> tuple[IntentModel, HeldOut]:
    """Fits a model and reads each example by models that have not seen it.

    Args:
        texts: examples, at least one.
        intents: the intent of each.
        vectors: their sentence vectors (unit length), or None.
        settings: see `ModelSettings`.

    Returns:
        The model, and its reading of held-out examples (none where every intent has but one).
    """
    names, labels = np.unique(np.array(intents), return_inverse=True)
    ngrams = NgramVectorizer.fit(texts)
    chosen = _support(labels, settings.max_support)
    support = _Support(
        ngrams=ngrams.matrix([texts[row] for row in chosen]),
        vectors=None if vectors is None else vectors[chosen],
        labels=labels[chosen],
        classes=len(names),
    )
    kernel = support.kernel(settings)
    held_out, weights = _hold_out(support, kernel, chosen, settings)
    model = IntentModel(
        intents=[str(name) for name in names],
        settings=settings,
        ngrams=ngrams,
        ngrams_of_support=support.ngrams,
        vectors=support.vectors,
        labels=support.labels,
        coefficients=_solve(kernel, support.labels, support.classes, settings),
        linear=None if vectors is None else _fit_linear(vectors, labels, len(names), settings),
        weights=weights,
    )
    return model, held_out


@dataclass(frozen=True)
class _Support:
    """The examples that the kernel compares with, ordered by intent."""

    ngrams: csr_matrix
    vectors: Optional[Matrix]
    labels: Positions
    classes: int

    def cosines(self, rows: Positions, columns: Positions) -> Matrix:
        """Returns how near some examples are to others."""
        if self.vectors is None:
            likeness: Matrix = (self.ngrams[rows] @ self.ngrams[columns].T).toarray()
            return likeness
        cosines: Matrix = self.vectors[rows] @ self.vectors[columns].T
        return cosines

    def kernel(self, settings: ModelSettings) -> Matrix:
        """Returns the kernel of all pairs, built in blocks to bound the memory."""
        examples = len(self.labels)
        everyone = np.arange(examples)
        by_column = self.ngrams.T.tocsr()
        kernel = np.empty((examples, examples), np.float32)
        for start in range(0, examples, _BLOCK):
            rows = everyone[start : start + _BLOCK]
            likeness = (self.ngrams[rows] @ by_column).toarray()
            cosines = None if self.vectors is None else self.cosines(rows, everyone)
            kernel[rows] = _kernel(cosines, likeness, settings)
        return kernel


def _hold_out(
    support: _Support, kernel: Matrix, chosen: Positions, settings: ModelSettings
) -> tuple[HeldOut, tuple[float, float]]:
    """Reads examples by models that have not seen them, and fits the weights of the two parts.

    Args:
        support: the examples.
        kernel: theirs.
        chosen: their positions among all examples.
        settings: see `ModelSettings`.
    """
    labels, classes, vectors = support.labels, support.classes, support.vectors
    folds = _folds(labels, settings.folds or (5 if len(labels) <= _FEW else 3))
    rows = np.flatnonzero(folds >= 0)
    kernel_scores = np.zeros((len(labels), classes), np.float32)
    linear = None if vectors is None else np.zeros_like(kernel_scores)
    nearness = np.zeros_like(kernel_scores)
    for fold in np.unique(folds[rows]):
        out, seen = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        coefficients = _solve(kernel[np.ix_(seen, seen)], labels[seen], classes, settings)
        kernel_scores[out] = kernel[np.ix_(out, seen)] @ coefficients
        nearness[out] = _nearness(
            support.cosines(out, seen), labels[seen], classes, settings.neighbours
        )
        if vectors is not None and linear is not None:
            fitted = _fit_linear(vectors[seen], labels[seen], classes, settings)
            linear[out] = _read_linear(vectors[out], fitted, settings)

    weights = (0.0 if linear is None else settings.linear_weight, settings.kernel_weight)
    held_linear = None if linear is None else linear[rows]
    if len(rows) >= _ENOUGH_TO_FIT and classes > 1:
        weights = _fit_weights(held_linear, kernel_scores[rows], labels[rows], weights)
    probabilities = _join(held_linear, kernel_scores[rows], weights)
    reading = Reading(probabilities, _gated(probabilities, nearness[rows], settings.gate))
    return HeldOut(rows=chosen[rows], labels=labels[rows], reading=reading), weights


def _fit_linear(
    vectors: Matrix, labels: Positions, classes: int, settings: ModelSettings
) -> Matrix:
    return fit_softmax_regression(vectors * np.float32(settings.linear_scale), labels, classes)


def _read_linear(vectors: Matrix, coefficients: Matrix, settings: ModelSettings) -> Matrix:
    scaled = vectors * np.float32(settings.linear_scale)
    return predict_softmax_regression(scaled, coefficients)


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


def _folds(labels: Positions, folds: int) -> Positions:
    """Returns the fold of each example; -1 for one that is alone in its class."""
    assigned = (_rank_in_class(labels) + labels) % folds
    alone = np.bincount(labels)[labels] < 2
    assigned[alone] = -1
    return assigned


def _kernel(cosines: Optional[Matrix], likeness: Matrix, settings: ModelSettings) -> Matrix:
    if cosines is None:
        return likeness.astype(np.float32)
    kernel: Matrix = np.exp(np.float32(settings.sharpness) * (cosines - 1))
    kernel += np.float32(settings.ngram_weight) * likeness
    return kernel


def _solve(kernel: Matrix, labels: Positions, classes: int, settings: ModelSettings) -> Matrix:
    """Returns ridge coefficients, shape (examples, classes)."""
    examples = len(labels)
    targets = np.full((examples, classes), -1 / classes, np.float32)
    targets[np.arange(examples), labels] += 1
    system = kernel.astype(np.float32, copy=True)
    ridge = np.float32(settings.regularisation) / balanced_weights(labels, classes)
    system[np.arange(examples), np.arange(examples)] += ridge
    factor = cho_factor(system, lower=True, overwrite_a=True, check_finite=False)
    coefficients: Matrix = cho_solve(factor, targets, check_finite=False)
    return coefficients.astype(np.float32)


def _join(linear: Optional[Matrix], kernel_scores: Matrix, weights: tuple[float, float]) -> Matrix:
    scores = np.float32(weights[1]) * kernel_scores
    if linear is not None:
        scores = scores + np.float32(weights[0]) * np.log(np.maximum(linear, 1e-12))
    return softmax(scores.astype(np.float32))


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
        joined = _join(linear, kernel_scores, (linear_weight, kernel_weight))
        right = np.log(np.maximum(joined[rows, labels], 1e-12))
        return -float((importance * right).sum(dtype=np.float64))

    first = [np.log(start[1])] + ([np.log(start[0])] if linear is not None else [])
    found = minimize(loss, np.array(first), method="Nelder-Mead", options={"xatol": 0.01})
    fitted = np.exp(found.x)
    return (float(fitted[1]) if linear is not None else 0.0, float(fitted[0]))


def _nearness(cosines: Matrix, labels: Positions, classes: int, neighbours: int) -> Matrix:
    """Returns the mean cosine to the nearest examples of each class, from 0 to 1.

    Args:
        cosines: shape (texts, examples).
        labels: classes of the examples, in rising order.
        classes: number of classes, each of which has an example.
        neighbours: how many examples to look at; equal cosines count as one example.
    """
    grouped = cosines
    counts = np.bincount(labels, minlength=classes)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    nearest = np.maximum.reduceat(grouped, starts, axis=1)
    total, found = nearest.copy(), np.ones_like(nearest)
    for _ in range(1, neighbours):
        grouped = np.where(grouped == np.repeat(nearest, counts, axis=1), -2, grouped)
        nearest = np.maximum.reduceat(grouped, starts, axis=1)
        exists = nearest > -2
        total += np.where(exists, nearest, 0)
        found += exists
    mean: Matrix = np.clip(total / found, 0, 1).astype(np.float32)
    return mean


def _gated(probabilities: Matrix, nearness: Matrix, gate: float) -> Matrix:
    confidences: Matrix = (probabilities ** (1 - gate) * nearness**gate).astype(np.float32)
    return confidences
