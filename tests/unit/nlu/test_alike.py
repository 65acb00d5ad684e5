from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from bot.nlu import alike as module
from bot.nlu.alike import alike
from bot.nlu.ngrams import NgramVectorizer

TEXTS = [
    "what does it cost",
    "how long does it take",
    "what does it costs",
    "what does it cost",
    "",
]


@pytest.mark.parametrize("block", [2, 100])
def test_near_texts_of_different_groups_are_found(
    monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(module, "_BLOCK", block)

    found = list(alike(TEXTS, ["a", "b", "b", "a", "c"], 0.5))

    assert sorted((first, second) for first, second, _ in found) == [(0, 2), (2, 3)]
    assert all(0.5 <= likeness < 1 for _, _, likeness in found)


def test_the_same_texts_are_wholly_alike() -> None:
    ((first, second, likeness),) = alike(["one two", "One, two"], ["a", "b"], 0.5)

    assert (first, second) == (0, 1)
    assert likeness > 0.5


def test_no_pair_is_missed() -> None:
    generator = random.Random(0)
    words = ["".join(generator.choices("abcdefghijklmnop", k=5)) for _ in range(30)]
    texts = [" ".join(generator.choices(words, k=generator.randint(1, 3))) for _ in range(200)]
    groups = [generator.choice("abc") for _ in texts]
    vectors = NgramVectorizer.fit(texts)[1].toarray()
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    expected = {
        (first, second)
        for first, second in itertools.combinations(range(len(texts)), 2)
        if groups[first] != groups[second] and vectors[first] @ vectors[second] >= 0.7
    }

    found = {(first, second) for first, second, _ in alike(texts, groups, 0.7)}

    assert len(expected) > 20
    assert found == expected


def test_no_texts_give_no_pairs() -> None:
    assert list(alike([], [], 0.5)) == []
