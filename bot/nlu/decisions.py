"""When to answer, when to ask back, when to decline: thresholds learnt from held-out examples."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Decision = Literal["answer", "offer", "decline"]


@dataclass(frozen=True)
class Thresholds:
    """Confidences from which a reading is answered, or offered as "did you mean".

    Attributes:
        answer: answered from here.
        offer: offered from here, declined below.
    """

    answer: float
    offer: float

    def decide(self, confidence: float) -> Decision:
        """Returns what to do with a reading of this confidence."""
        if confidence >= self.answer:
            return "answer"
        return "offer" if confidence >= self.offer else "decline"


def learn_thresholds(
    right_confidences: NDArray[np.float32], answer_quantile: float, offer_quantile: float
) -> Thresholds:
    """Sets the thresholds so that a known share of right readings stays above them.

    Args:
        right_confidences: confidences of held-out examples that were read rightly.
        answer_quantile: share of them that may fall below the answer threshold.
        offer_quantile: share of them that may fall below the offer threshold.
    """
    answer, offer = np.quantile(right_confidences, [answer_quantile, offer_quantile])
    return Thresholds(answer=float(answer), offer=float(offer))


def normalised(text: str) -> str:
    """Returns a text without case, punctuation and superfluous white space.

    Two texts with the same result are taken as the same example. Apostrophes vanish
    ("what's" equals "whats"), other marks part words.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    without_apostrophes = folded.replace("'", "").replace("\u2019", "")
    marks = "".join(c if c.isalnum() else " " for c in without_apostrophes)
    return " ".join(marks.split()) or " ".join(folded.split())


def has_words(text: str) -> bool:
    """Returns whether a text holds a letter or a digit."""
    return any(character.isalnum() for character in text)
