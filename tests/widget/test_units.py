"""The widget's own unit tests, in TypeScript: client, conversation, memory, colours."""

from __future__ import annotations

import subprocess

import pytest

from benchmarks.chromium import NODE
from tests.widget.conftest import WIDGET

TSC = "node_modules/typescript/bin/tsc"


@pytest.mark.parametrize(
    "command",
    [(TSC, "--noEmit", "-p", "tsconfig.test.json"), ("test.mjs",)],
    ids=["types", "tests"],
)
def test_the_widgets_own_tests_pass(command: tuple[str, ...]):
    done = subprocess.run([NODE, *command], cwd=WIDGET, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
