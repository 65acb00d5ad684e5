"""What this process can do without."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# TensorFlow and Keras import these where they are installed, and do without where they are not:
# for TensorFlow Lite, for training on data frames, for weights in HDF5, for pictures of networks.
EXTRAS = ("jax", "pandas", "h5py", "pydot")


def without_extras() -> None:
    """Lets Python find none of `EXTRAS`; call it before anything imports TensorFlow.

    The advisor runs no network of TensorFlow: Rasa imports it. Together they would take 120 MB and
    two seconds.
    """
    for name in EXTRAS:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # None: "is not there"


@contextmanager
def collecting_later() -> Iterator[None]:
    """Lets Python not look for garbage: modules and a model being loaded leave next to none."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
