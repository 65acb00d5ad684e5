"""The picture of the training data shows what is there, and is one file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.check import Data, read_data
from bot.cli import app
from bot.data_picture import draw, overview, page, write_picture

NLU = """
nlu:
- intent: pay
  examples: |
    - tell me what the shop pays in a year
    - <b>what</b> is the wage
- intent: work
  examples: |
    - tell me what the shop pays in one year
    - Tell me what the shop pays in a YEAR
    - what do they do all day
- intent: work
  examples:
    - {text: "and on sunday?", metadata: {before: hours}}
    - {text: "what else do they do"}
- lookup: place
  examples: |
    - Boston
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "all.yml").write_text(NLU, encoding="utf-8")
    return tmp_path


def test_examples_are_counted_by_intent_and_those_in_context_apart(project: Path) -> None:
    shown = overview(read_data(project / "data"))

    assert shown.sizes == {"pay": 2, "work": 4}
    assert shown.in_context == {"pay": 0, "work": 1}
    assert shown.files == {"pay": "all.yml", "work": "all.yml"}
    assert shown.few == ["pay", "work"]


def test_near_examples_are_found_but_not_those_that_are_the_same(project: Path) -> None:
    shown = overview(read_data(project / "data"))

    (near,) = shown.near
    assert near.intents == ("pay", "work")
    assert near.texts[1] == "tell me what the shop pays in one year"
    assert 0.6 <= near.likeness < 1
    assert shown.pairs == [(("pay", "work"), 1)]


def test_the_page_needs_no_other_file_and_examples_are_text(project: Path) -> None:
    path = write_picture(project / "new" / "data.html", project)

    text = path.read_text(encoding="utf-8")
    assert re.findall(r'(?:src|href)="([^:]+):', text) == ["data"]
    assert "tell me what the shop pays in one year" in text
    assert "Fewer than 30 examples: pay, work." in text
    assert "<b>" not in text


def test_the_image_alone_is_a_png(project: Path) -> None:
    path = write_picture(project / "data.png", project)

    assert path.read_bytes().startswith(b"\x89PNG")


def test_data_without_near_examples_are_drawn_too() -> None:
    shown = overview(Data({"greet": (("hello", "a.yml"),) * 30}, frozenset()))

    image = draw(shown)

    assert image.startswith(b"\x89PNG")
    assert "Each has at least 30 examples" in page(shown, image)


@pytest.mark.parametrize("name", ["data.pdf", "data"])
def test_another_ending_is_refused_before_anything_is_checked(name: str, tmp_path: Path) -> None:
    done = CliRunner(mix_stderr=False).invoke(app, ["check", "--picture", str(tmp_path / name)])

    assert done.exit_code == 1
    assert "must end in .html or .png" in done.stderr
    assert list(tmp_path.iterdir()) == []
