"""When to answer, when to ask back, when to decline: thresholds learnt from held-out examples."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[a-z]{3,}")
_NOISE = re.compile(r"^[^aeiouy]{5,}$|[^aeiouy]{6,}")

Decision = Literal["answer", "offer", "decline"]


@dataclass(frozen=True)
class Thresholds:
    """Confidences from which a reading is answered, or offered as "did you mean".

    Attributes:
        answer: answered from here.
        offer: offered from here, declined below.
        sure: from here it is hardly ever wrong.
    """

    answer: float
    offer: float
    sure: float

    def decide(self, best: float, second: float = 0.0) -> Decision:
        """Returns what to do with a text.

        An offer names both readings, so it helps where either is right: two that are together as
        likely as one that is answered are offered, however unsure each is.

        Args:
            best: confidence of the best reading.
            second: of the one behind it.
        """
        if best >= self.answer:
            return "answer"
        either = 1 - (1 - best) * (1 - second)
        return "offer" if best >= self.offer or either >= self.answer else "decline"


def learn_thresholds(
    confidences: NDArray[np.float32],
    right: NDArray[np.bool_],
    answer_quantile: float,
    offer_quantile: float,
    sure_precision: float,
) -> Thresholds:
    """Learns thresholds from how held-out examples were read.

    Args:
        confidences: of the best reading of each example.
        right: whether that reading was the annotated intent; true at least once.
        answer_quantile: share of the right readings that may fall below `answer`.
        offer_quantile: share of the right readings that may fall below `offer`.
        sure_precision: share of the readings from `sure` up that must be right.
    """
    answer, offer = np.quantile(confidences[right], [answer_quantile, offer_quantile])
    order = np.argsort(-confidences, kind="stable")
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    precise = np.flatnonzero(precision >= sure_precision)
    sure = confidences[order[precise[-1]]] if len(precise) else 1.0
    return Thresholds(
        answer=float(answer), offer=float(offer), sure=max(float(sure), float(answer))
    )


def normalised(text: str) -> str:
    """Returns a text without case, punctuation and superfluous white space.

    Two texts with the same result are taken as the same example. Apostrophes vanish
    ("what's" equals "whats"), other marks part words.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    without_apostrophes = folded.replace("'", "").replace("\u2019", "")
    marks = "".join(c if c.isalnum() else " " for c in without_apostrophes)
    return " ".join(marks.split()) or " ".join(folded.split())


def is_readable(text: str) -> bool:
    """Returns whether a text holds words: letters or digits, and not mostly keyboard noise.

    A word is noise where it is five letters or more without a vowel, or holds six consonants in
    a row ("sdfgh", "asdkjfhg"). Texts with letters beyond ASCII are taken as they are.
    """
    if not any(character.isalnum() for character in text):
        return False
    words = _WORD.findall(text.lower()) if text.isascii() else []
    noise = [word for word in words if _NOISE.search(word)]
    return not words or 2 * len(noise) < len(words)
