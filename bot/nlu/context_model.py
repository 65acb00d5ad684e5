"""The intent model for a text that may lean on what was before it in the conversation.

Kernel ridge regression (see `kernel.py`) on all examples: those that stand alone, compared with
the text as it stands, and those that lean on something, compared with it behind that as well. So
"how many?" is read as the examples that ask it of the same thing, and a whole question as it would
be at the start. Pure numpy and scipy; saved as arrays and JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Optional

import numpy as np
from scipy.sparse import csr_matrix

from bot.nlu.confidence import gated
from bot.nlu.exemplars import Exemplars
from bot.nlu.intent_model import Compared, IntentModel, Reading, join
from bot.nlu.kernel import leaning_kernel
from bot.nlu.products import times, times_transposed
from bot.nlu.softmax import Matrix, Positions

ARRAYS_FILE = "context.npz"
SETTINGS_FILE = "context.json"


class ContextModel:
    """A fitted model; built by `fitting.fit_model` or `ContextModel.load`."""

    def __init__(
        self,
        alone: IntentModel,
        leaning: Exemplars,
        subjects: Sequence[str],
        before: Positions,
        behind: Optional[Matrix],
        coefficients: Matrix,
        weight: float,
    ) -> None:
        """Takes the fitted parts.

        Args:
            alone: the model for texts that stand alone, with the examples that do.
            leaning: the examples that lean.
            subjects: what was before them.
            before: what was before each, as numbers from 1.
            behind: their sentence vectors behind that, or None.
            coefficients: of all examples, those that stand alone first.
            weight: of the kernel's scores in the probabilities.
        """
        self._alone = alone
        self._leaning = leaning
        self._groups = alone.groups(leaning.labels)
        self._subjects = {subject: number for number, subject in enumerate(subjects, start=1)}
        self._before = before
        self._behind = None if behind is None else np.ascontiguousarray(behind.T)
        self._votes = np.ascontiguousarray(coefficients.T)
        self._weight = weight

    def read(self, compared: Compared, before: str, behind: Optional[Matrix]) -> Reading:
        """Reads texts in context.

        Args:
            compared: the texts, as the model for texts alone compared them.
            before: what was before them.
            behind: their sentence vectors behind that (unit length), None where there are none.

        Returns:
            Probabilities and confidences, one row per text.
        """
        settings = self._alone.settings
        with self._alone.one_thread():
            leaning, _ = self._leaning.compare(compared.ngrams, compared.vectors, settings)
            reduced = self._alone.reduced(behind)
            near, cosines = compared.nearness, None
            if reduced is not None and self._behind is not None:
                cosines = times(reduced, self._behind)
                near = np.maximum(near, self._alone.nearness(cosines, self._groups))
            same = (self._before == self._subjects.get(before, 0))[None, :]
            leaning = leaning + leaning_kernel(leaning, cosines, same, settings)
            scores = times_transposed(np.hstack([compared.kernel, leaning]), self._votes)
            probabilities = join(None, scores, (0.0, self._weight))
            return Reading(probabilities, gated(probabilities, near, settings.gate))

    def save(self, folder: Path) -> None:
        """Writes the model to two files in a folder, beside those of the model for texts alone."""
        arrays = {
            "ngram_data": self._leaning.ngrams.data,
            "ngram_indices": self._leaning.ngrams.indices,
            "ngram_indptr": self._leaning.ngrams.indptr,
            "labels": self._leaning.labels,
            "before": self._before,
            "coefficients": self._votes.T,
        }
        if self._leaning.vectors is not None and self._behind is not None:
            arrays.update(vectors=self._leaning.vectors, behind=self._behind.T)
        np.savez(folder / ARRAYS_FILE, **arrays)
        description = {"subjects": list(self._subjects), "weight": self._weight}
        text = json.dumps(description, ensure_ascii=False)
        (folder / SETTINGS_FILE).write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, alone: IntentModel) -> Optional[ContextModel]:
        """Reads what `save` wrote; None where no example leans.

        Args:
            folder: where it stands.
            alone: the model for texts that stand alone, as saved with it.
        """
        if not (folder / SETTINGS_FILE).exists():
            return None
        description = json.loads((folder / SETTINGS_FILE).read_text(encoding="utf-8"))
        with np.load(folder / ARRAYS_FILE, allow_pickle=False) as arrays:
            shape = (len(arrays["labels"]), len(alone.ngrams.columns))
            parts = (arrays["ngram_data"], arrays["ngram_indices"], arrays["ngram_indptr"])
            ngrams = csr_matrix(parts, shape=shape)
            return cls(
                alone,
                Exemplars(ngrams, arrays.get("vectors"), arrays["labels"]),
                description["subjects"],
                arrays["before"],
                arrays.get("behind"),
                arrays["coefficients"],
                description["weight"],
            )
