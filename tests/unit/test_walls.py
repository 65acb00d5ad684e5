"""The walls: what knows the facts knows neither Rasa nor the network, so it outlives both."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from bot.settings import PROJECT

FRAMEWORKS = {"rasa", "rasa_sdk", "sanic", "tensorflow"}
# What thinks; in a process of its own none of these may bring a framework in.
FREE = (
    "bot",
    "bot.answers",
    "bot.check",
    "bot.deadline",
    "bot.dialogue",
    "bot.fit",
    "bot.hashing",
    "bot.knowledge",
    "bot.masking",
    "bot.metrics",
    "bot.pay",
    "bot.proof",
    "bot.rendering",
    "bot.settings",
    "bot.understanding",
)
# Package -> what of ours it may not import.
APART = {
    "actions": ("bot.channels", "bot.evaluation", "bot.nlu", "bot.runtime", "bot.terminal"),
    "bot/channels": ("actions", "bot.answers", "bot.dialogue", "bot.knowledge", "bot.nlu"),
    "bot/knowledge": ("actions", "bot.answers", "bot.channels", "bot.nlu", "bot.runtime"),
    "bot/nlu": ("actions", "bot.answers", "bot.dialogue", "bot.knowledge", "bot.runtime"),
}
LOADED = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@cache
def loaded_by(module: str) -> frozenset[str]:
    """The top-level packages that a fresh process holds after importing a module."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, module],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return frozenset(json.loads(done.stdout))


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports, wherever in it the import stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def files_of(module: str) -> list[Path]:
    path = PROJECT.joinpath(*module.split("."))
    if path.is_dir():
        return [path / "__init__.py"] if module == "bot" else sorted(path.rglob("*.py"))
    return [path.with_suffix(".py")]


@pytest.mark.parametrize("module", FREE)
def test_what_thinks_loads_no_framework(module: str) -> None:
    assert loaded_by(module) & FRAMEWORKS == set()


@pytest.mark.parametrize("module", FREE)
def test_what_thinks_imports_no_framework_later_either(module: str) -> None:
    """An import within a function is not seen by loading the module."""
    for path in files_of(module):
        assert path.is_file(), path
        assert {name.partition(".")[0] for name in imports_of(path)} & FRAMEWORKS == set(), path


@pytest.mark.parametrize(("package", "others"), APART.items())
def test_packages_that_must_not_know_each_other_do_not(
    package: str, others: tuple[str, ...]
) -> None:
    paths = sorted((PROJECT / package).rglob("*.py"))
    assert paths
    broken = [
        f"{path.relative_to(PROJECT)} imports {name}"
        for path in paths
        for name in imports_of(path)
        if any(name == other or name.startswith(f"{other}.") for other in others)
    ]
    assert broken == []


def test_the_loading_is_seen() -> None:
    """The other tests would pass for ever if a framework went unnoticed."""
    assert "rasa_sdk" in loaded_by("actions.base")
