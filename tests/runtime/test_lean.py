"""What the process does without stays out, and is not missed."""

from __future__ import annotations

import subprocess
import sys

import pytest

LOADED = """
import sys
from bot.runtime.quiet import hush
hush()
import rasa.core.agent, tensorflow
print(sorted(name for name in ("jax", "tensorflow") if sys.modules.get(name)))
"""


@pytest.mark.slow
def test_rasa_is_loaded_without_jax():
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=240
    )

    assert done.stdout.strip() == "['tensorflow']"
