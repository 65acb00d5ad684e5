from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.nlu.encoder import DIMENSION, SentenceEncoder, Vectors
from bot.nlu.vector_cache import VectorCache


class CountingEncoder(SentenceEncoder):
    """Encodes a text as its length, and notes what it was asked for."""

    def __init__(self, name: str = "one") -> None:
        self.name = name
        self._layers = 1
        self.asked: list[str] = []

    def identity(self) -> str:
        return self.name

    def encode(self, texts: Sequence[str], progress: Any = None) -> Vectors:
        self.asked += texts
        lengths = np.array([len(text) for text in texts], np.float32)
        return np.repeat(lengths[:, None], DIMENSION, axis=1)

    def _token_vectors(self, ids: Any) -> list[Vectors]:
        raise NotImplementedError


def lengths(vectors: Vectors) -> list[float]:
    assert vectors.shape[1] == DIMENSION
    return [float(value) for value in vectors[:, 0]]


def test_only_new_texts_are_encoded_and_each_once(tmp_path: Path) -> None:
    encoder = CountingEncoder()

    first = VectorCache(tmp_path, encoder).encode(["a", "bb", "a"])
    second = VectorCache(tmp_path, encoder).encode(["bb", "ccc"])

    assert lengths(first) == [1, 2, 1]
    assert lengths(second) == [2, 3]
    assert encoder.asked == ["a", "bb", "ccc"]


def test_another_encoder_has_vectors_of_its_own(tmp_path: Path) -> None:
    VectorCache(tmp_path, CountingEncoder("one")).encode(["a"])
    other = CountingEncoder("two")

    VectorCache(tmp_path, other).encode(["a"])

    assert other.asked == ["a"]


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, content: bytes) -> None:
    VectorCache(tmp_path, CountingEncoder()).encode(["a"])
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    encoder = CountingEncoder()

    assert lengths(VectorCache(tmp_path, encoder).encode(["a"])) == [1]
    assert lengths(VectorCache(tmp_path, encoder).encode(["a"])) == [1]
    assert encoder.asked == ["a"]


def test_a_folder_that_cannot_be_written_costs_only_the_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")

    found = VectorCache(tmp_path / "file" / "below", CountingEncoder()).encode(["a"])

    assert lengths(found) == [1]
