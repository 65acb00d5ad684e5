"""The intent model: two classifiers of different bias, joined and calibrated.

1. Logistic regression on the sentence vector.
2. Kernel ridge regression on sentence vectors and n-grams (see `kernel.py`).

In both each intent weighs the same, however many examples it has. They are joined as

    p ~ exp(linear_weight * log p_linear + kernel_weight * score_kernel)

with the two weights fitted on held-out examples (see `fitting.py`), so p is calibrated. Where
there are no sentence vectors the kernel of the n-grams works alone.

Pure numpy, scipy and scikit-learn: this module does not import Rasa. A model is saved as
arrays and JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Optional

import numpy as np
from scipy.sparse import csr_matrix
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from bot.nlu.axes import along
from bot.nlu.confidence import Groups, gated, nearness
from bot.nlu.exemplars import Exemplars
from bot.nlu.model_settings import ModelSettings
from bot.nlu.ngrams import NgramVectorizer
from bot.nlu.products import times_transposed
from bot.nlu.softmax import (
    Matrix,
    Positions,
    fit_softmax_regression,
    predict_softmax_regression,
    softmax,
)

ARRAYS_FILE = "model.npz"
SETTINGS_FILE = "model.json"


@dataclass(frozen=True)
class Reading:
    """What a model makes of texts.

    Attributes:
        probabilities: shape (texts, intents); each row adds up to 1.
        confidences: p^(1-g) * s^g for each probability p, with the gate g and the nearness s
            of the intent's nearest examples (see `confidence.py`). Low where either is low, so
            a text that is like nothing in training is not believed.
    """

    probabilities: Matrix
    confidences: Matrix


@dataclass(frozen=True)
class Compared:
    """Texts, compared with the examples that stand alone.

    Attributes:
        ngrams: their n-gram vectors as rows.
        vectors: their sentence vectors, reduced; None where there are none.
        kernel: shape (texts, examples).
        nearness: to the nearest examples of each intent, shape (texts, intents).
    """

    ngrams: csr_matrix
    vectors: Optional[Matrix]
    kernel: Matrix
    nearness: Matrix

    def row(self, number: int) -> Compared:
        """Returns one of the texts."""
        one = slice(number, number + 1)
        vectors = None if self.vectors is None else self.vectors[one]
        return Compared(self.ngrams[one], vectors, self.kernel[one], self.nearness[one])


class IntentModel:
    """A fitted model; built by `fitting.fit_model` or `IntentModel.load`."""

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
        axes: Optional[Matrix] = None,
        chance: float = 0.0,
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
            axes: to which sentence vectors are reduced, or None.
            chance: how near the support's sentence vectors are to each other by chance.
        """
        self.intents = intents
        self.settings = settings
        self.ngrams = ngrams
        self.exemplars = Exemplars(ngrams_of_support, vectors, labels)
        self.chance = chance
        self._groups = self.groups(labels)
        self._linear = linear
        self._weights = weights
        self._axes = axes
        # In the order in which a product with one text runs through them.
        self._votes = np.ascontiguousarray(coefficients.T)
        self._blas = ThreadpoolController()

    @property
    def uses_vectors(self) -> bool:
        """Whether the model was fitted with sentence vectors and needs them to read."""
        return self.exemplars.vectors is not None

    def compare(self, texts: Sequence[str], vectors: Optional[Matrix]) -> Compared:
        """Compares texts with the examples.

        Args:
            texts: the texts.
            vectors: their sentence vectors (unit length), None where there are none.
        """
        with self.one_thread():
            ngrams, vectors = self.ngrams.matrix(texts), self.reduced(vectors)
            kernel, cosines = self.exemplars.compare(ngrams, vectors, self.settings)
            near = self.nearness(cosines, self._groups)
            return Compared(ngrams, vectors, kernel, near)

    def read(self, compared: Compared) -> Reading:
        """Reads texts that stand alone; one row for each."""
        with self.one_thread():
            scores = times_transposed(compared.kernel, self._votes)
            linear = None
            if compared.vectors is not None and self._linear is not None:
                linear = read_linear(compared.vectors, self._linear, self.settings)
            probabilities = join(linear, scores, self._weights)
            confidences = gated(probabilities, compared.nearness, self.settings.gate)
            return Reading(probabilities, confidences)

    def one_thread(self) -> AbstractContextManager[object]:
        """The products are small: waiting for a second thread takes longer than they do."""
        limited: AbstractContextManager[object] = self._blas.limit(limits=1, user_api="blas")
        return limited

    def nearness(self, cosines: Matrix, groups: Groups) -> Matrix:
        """Returns how near the nearest examples of each intent are; see `confidence.py`."""
        return nearness(cosines, groups, self.settings.neighbours, self.chance)

    def groups(self, labels: Positions) -> Groups:
        """Returns which examples are of which intent."""
        return Groups.of(labels, len(self.intents))

    def reduced(self, vectors: Optional[Matrix]) -> Optional[Matrix]:
        """Returns sentence vectors as this model compares them; None where it has none."""
        if vectors is None or not self.uses_vectors:
            return None
        return vectors if self._axes is None else along(vectors, self._axes)

    def save(self, folder: Path) -> None:
        """Writes the model to two files in a folder."""
        arrays = {
            "ngram_data": self.exemplars.ngrams.data,
            "ngram_indices": self.exemplars.ngrams.indices,
            "ngram_indptr": self.exemplars.ngrams.indptr,
            "rarities": self.ngrams.rarities,
            "labels": self.exemplars.labels,
            "coefficients": self._votes.T,
        }
        if self.exemplars.vectors is not None and self._linear is not None:
            arrays.update(vectors=self.exemplars.vectors, linear=self._linear)
        if self._axes is not None:
            arrays["axes"] = self._axes
        np.savez(folder / ARRAYS_FILE, **arrays)
        description = {
            "intents": self.intents,
            "settings": asdict(self.settings),
            "weights": self._weights,
            "chance": self.chance,
            "ngrams": list(self.ngrams.columns),
            "unknown_rarity": self.ngrams.unknown_rarity,
            "common": sorted(self.ngrams.common),
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
                ngrams=NgramVectorizer(
                    columns,
                    arrays["rarities"],
                    description["unknown_rarity"],
                    frozenset(description["common"]),
                ),
                ngrams_of_support=csr_matrix(parts, shape=shape),
                vectors=arrays.get("vectors"),
                labels=arrays["labels"],
                coefficients=arrays["coefficients"],
                linear=arrays.get("linear"),
                weights=(linear_weight, kernel_weight),
                axes=arrays.get("axes"),
                chance=description["chance"],
            )


def fit_linear(vectors: Matrix, labels: Positions, classes: int, settings: ModelSettings) -> Matrix:
    """Fits the logistic regression on sentence vectors; returns its coefficients."""
    return fit_softmax_regression(vectors * np.float32(settings.linear_scale), labels, classes)


def read_linear(vectors: Matrix, coefficients: Matrix, settings: ModelSettings) -> Matrix:
    """Returns the probabilities of the logistic regression."""
    scaled = vectors * np.float32(settings.linear_scale)
    return predict_softmax_regression(scaled, coefficients)


def join(linear: Optional[Matrix], kernel_scores: Matrix, weights: tuple[float, float]) -> Matrix:
    """Returns the probabilities that the two parts make together.

    Args:
        linear: probabilities of the logistic regression, or None.
        kernel_scores: of the kernel.
        weights: `linear_weight` and `kernel_weight`.
    """
    scores = np.float32(weights[1]) * kernel_scores
    if linear is not None:
        scores = scores + np.float32(weights[0]) * np.log(np.maximum(linear, 1e-12))
    return softmax(scores.astype(np.float32))
