from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.ngrams import NgramIndex, NgramVectorizer

TEXTS = ["what is the salary", "where do they work", "the salary range", "salary"]


def test_a_text_is_most_like_itself_and_then_like_what_shares_its_words() -> None:
    vectorizer, vectors = NgramVectorizer.fit(TEXTS)
    index = NgramIndex(vectorizer, vectors)

    likeness = index.likeness(["what is the salary"])[0]

    assert likeness.argmax() == 0
    assert likeness[0] == pytest.approx(1, abs=1e-5)
    assert likeness[2] > likeness[1]


def test_a_slip_of_the_fingers_leaves_most_of_the_likeness() -> None:
    index = NgramIndex(*NgramVectorizer.fit(TEXTS))

    typed = index.likeness(["what is the salery"])[0]

    assert typed.argmax() == 0
    assert typed[0] > 0.5


def test_unknown_words_are_like_nothing_and_lessen_the_likeness_of_the_rest() -> None:
    index = NgramIndex(*NgramVectorizer.fit(TEXTS))

    unknown, mixed, known = index.likeness(["qqqq zzzz", "salary qqqq zzzz", "salary"])

    assert not unknown.any()
    assert 0 < mixed[3] < known[3]


def test_texts_of_the_fit_get_the_vectors_of_the_fit() -> None:
    vectorizer, vectors = NgramVectorizer.fit(TEXTS)

    assert np.array_equal(vectorizer.matrix(TEXTS).toarray(), vectors.toarray())


@pytest.mark.parametrize("texts", [["", "salary", "?"], [""]])
def test_texts_without_words_have_empty_vectors(texts: list[str]) -> None:
    index = NgramIndex(*NgramVectorizer.fit(TEXTS))

    likeness = index.likeness(texts)

    assert likeness.shape == (len(texts), len(TEXTS))
    assert not likeness[0].any()
