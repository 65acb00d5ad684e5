"""bot/nlu works in any project: nothing in it tells what this bot is about."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.settings import PROJECT

FILES = sorted((PROJECT / "bot" / "nlu").rglob("*.py"))
SUBJECT = re.compile(
    r"\b(?:advisor\w*|bisk|careers?|clinical|clinics?|degrees?|information systems|jobs?|"
    r"nurs(?:e|es|ing)|occupations?|project managers?|salar(?:y|ies)|students?|tuition|wages?)\b",
    re.IGNORECASE,
)
# Amounts of pay are told from other numbers by these words around them.
SPEAKS_OF_PAY = {"money.py": {"jobs", "salaries", "salary", "students", "wage", "wages"}}


def subject_words(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    words = {match.group().lower() for match in SUBJECT.finditer(text)}
    return words - SPEAKS_OF_PAY.get(path.name, set())


def test_the_package_is_looked_at() -> None:
    assert len(FILES) > 10


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_word_is_of_the_subject(path: Path) -> None:
    assert subject_words(path) == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_intent_is_known(path: Path) -> None:
    domain = YAML(typ="safe").load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
    names = {name for name in domain["intents"] if "_" in name}
    known = set(re.findall(r"\w+", path.read_text(encoding="utf-8")))

    assert names
    assert names & known == set()


@pytest.mark.parametrize("word", ["Salary", "a nursing degree", "clinical"])
def test_a_word_of_the_subject_is_seen(tmp_path: Path, word: str) -> None:
    (tmp_path / "a.py").write_text(f'"""About {word}."""')

    assert subject_words(tmp_path / "a.py")
