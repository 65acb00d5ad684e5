from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.ngrams import NgramIndex, NgramVectorizer

TEXTS = ["what is the salary", "where do they work", "the salary range", "salary"]


def likeness_of(*texts: str) -> np.ndarray:
    """How like texts are to the examples."""
    vectorizer, vectors = NgramVectorizer.fit(TEXTS)
    return NgramIndex(vectors).likeness(vectorizer.matrix(texts))


def test_a_text_is_most_like_itself_and_then_like_what_shares_its_words() -> None:
    likeness = likeness_of("what is the salary")[0]

    assert likeness.argmax() == 0
    assert likeness[0] == pytest.approx(1, abs=1e-5)
    assert likeness[2] > likeness[1]


def test_a_slip_of_the_fingers_leaves_most_of_the_likeness() -> None:
    typed = likeness_of("what is the salery")[0]

    assert typed.argmax() == 0
    assert typed[0] > 0.5


def test_unknown_words_are_like_nothing_and_lessen_the_likeness_of_the_rest() -> None:
    unknown, mixed, known = likeness_of("qqqq zzzz", "salary qqqq zzzz", "salary")

    assert not unknown.any()
    assert 0 < mixed[3] < known[3]


def test_texts_of_the_fit_get_the_vectors_of_the_fit() -> None:
    vectorizer, vectors = NgramVectorizer.fit(TEXTS)

    assert np.array_equal(vectorizer.matrix(TEXTS).toarray(), vectors.toarray())


@pytest.mark.parametrize("texts", [["", "salary", "?"], [""]])
def test_texts_without_words_have_empty_vectors(texts: list[str]) -> None:
    likeness = likeness_of(*texts)

    assert likeness.shape == (len(texts), len(TEXTS))
    assert not likeness[0].any()


def test_what_very_many_examples_hold_counts_for_nothing() -> None:
    texts = [f"the {word}" for word in ("pay", "team", "hours", "place") for _ in range(60)]
    vectorizer, vectors = NgramVectorizer.fit([*texts, "the boss"])
    (likeness,) = NgramIndex(vectors).likeness(vectorizer.matrix(["the boss"]))
    assert likeness[-1] == pytest.approx(1, abs=1e-5)
    assert not likeness[:-1].any()
