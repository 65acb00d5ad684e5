"""What this process can do without."""

from __future__ import annotations

import sys


def without_jax() -> None:
    """Lets Python find no JAX; call it before anything imports TensorFlow.

    TensorFlow imports JAX where it is installed, for a converter of models to TensorFlow Lite, and
    does without where it is not. Nobody converts models here; JAX would take 80 MB and a second.
    """
    sys.modules.setdefault("jax", None)  # type: ignore[arg-type]  # None: "is not there"
