from __future__ import annotations

import pytest

from bot.nlu import alike as module
from bot.nlu.alike import alike

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


def test_no_texts_give_no_pairs() -> None:
    assert list(alike([], [], 0.5)) == []
