"""Sentence vectors on disk, so that what was encoded for one training is there for the next."""

from __future__ import annotations

import hashlib
import logging
import os
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Optional

import numpy as np

from bot.nlu.encoder import SentenceEncoder, Vectors

logger = logging.getLogger(__name__)

_DIGEST = 16


class VectorCache:
    """The vectors of the texts that were encoded last, in one file for each encoder."""

    def __init__(self, folder: Path, encoder: SentenceEncoder) -> None:
        """Names the file; nothing is read or written yet.

        Args:
            folder: where it stands; made when it is first written to.
            encoder: makes the vectors that are missing.
        """
        self._encoder = encoder
        self._file = folder / f"{encoder.identity()[:16]}.npz"

    def encode(
        self,
        texts: Sequence[str],
        progress: Optional[Callable[[Iterable[Any]], Iterable[Any]]] = None,
    ) -> Vectors:
        """Returns the vectors of texts, and keeps these and no others for the next time.

        Args and result are those of `SentenceEncoder.encode`.
        """
        known = self._read()
        keys = [_key(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            new = self._encoder.encode(list(missing.values()), progress)
            known.update(zip(missing, new, strict=True))
            self._write({key: known[key] for key in keys})
        vectors: Vectors = np.vstack([known[key] for key in keys])
        return vectors

    def _read(self) -> dict[bytes, Vectors]:
        try:
            with np.load(self._file, allow_pickle=False) as arrays:
                keys, vectors = arrays["keys"], arrays["vectors"]
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            logger.warning("%s cannot be read and is made anew: %s", self._file, error)
            return {}
        if keys.shape != (len(vectors), _DIGEST) or vectors.shape[1:] != (self._encoder.size,):
            logger.warning("%s is not as it should be and is made anew.", self._file)
            return {}
        return {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}

    def _write(self, known: dict[bytes, Vectors]) -> None:
        """Replaces the file in one step; two trainings at a time do not harm each other."""
        keys = np.frombuffer(b"".join(known), np.uint8).reshape(-1, _DIGEST)
        unfinished = self._file.with_suffix(f".{os.getpid()}")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                np.savez(file, keys=keys, vectors=np.vstack(list(known.values())))
            unfinished.replace(self._file)
        except OSError as error:
            logger.warning("Sentence vectors cannot be kept in %s: %s", self._file.parent, error)


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST).digest()
