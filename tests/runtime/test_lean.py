"""What the process does without stays out, and is not missed."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from bot.runtime.lean import collecting_later

LOADED = """
import sys
from bot.runtime.quiet import hush
hush()
import rasa.core.agent, tensorflow
names = ("h5py", "jax", "pandas", "pydot", "tensorflow")
print(sorted(name for name in names if sys.modules.get(name)))
"""


@pytest.mark.slow
def test_rasa_is_loaded_without_what_only_tensorflow_might_want():
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=240
    )

    assert done.stdout.strip() == "['tensorflow']"


def test_garbage_is_looked_for_again_after_loading_whatever_happens():
    assert gc.isenabled()

    during = []

    def fail() -> None:
        during.append(gc.isenabled())
        raise LookupError

    with pytest.raises(LookupError):
        collecting_later()(fail)()

    assert during == [False]
    assert gc.isenabled()


def test_who_has_switched_the_collector_off_keeps_it_off():
    gc.disable()
    try:
        with collecting_later():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
