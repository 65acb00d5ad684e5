from __future__ import annotations

from pathlib import Path

import pytest
from rasa.shared.importers.importer import TrainingDataImporter

from bot.nlu.importing import OnceImporter

NLU = """version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - hi [there](place)
- lookup: place
  examples: |
    - here
- synonym: here
  examples: |
    - this place
- regex: digits
  examples: |
    - [0-9]+
"""
MORE = """version: "3.1"
nlu:
- intent: leave
  examples:
  - text: |
      bye
    metadata:
      before: a talk
"""
RULES = """version: "3.1"
rules:
- rule: greet
  steps:
  - intent: greet
  - action: utter_greet
"""
DOMAIN = """version: "3.1"
intents: [greet, leave]
entities: [place]
responses:
  utter_greet:
  - text: Hello
"""


@pytest.fixture
def project(tmp_path: Path) -> tuple[str, str, str]:
    (tmp_path / "data").mkdir()
    for name, text in (("nlu", NLU), ("more", MORE), ("rules", RULES)):
        (tmp_path / "data" / f"{name}.yml").write_text(text, encoding="utf-8")
    (tmp_path / "domain.yml").write_text(DOMAIN, encoding="utf-8")
    (tmp_path / "config.yml").write_text("recipe: default.v1\n", encoding="utf-8")
    return str(tmp_path / "config.yml"), str(tmp_path / "domain.yml"), str(tmp_path / "data")


def test_it_reads_what_rasas_own_importer_reads(project: tuple[str, str, str]) -> None:
    config, domain, data = project
    ours = OnceImporter(config, domain, data)
    theirs = TrainingDataImporter.load_from_config(config, domain, [data])

    found, expected = ours.get_nlu_data(), theirs.get_nlu_data()

    assert [m.as_dict() for m in found.nlu_examples] == [m.as_dict() for m in expected.nlu_examples]
    assert found.lookup_tables == expected.lookup_tables
    assert found.regex_features == expected.regex_features
    assert found.entity_synonyms == expected.entity_synonyms
    assert ours.get_domain().as_dict() == theirs.get_domain().as_dict()
    assert ours.get_stories().fingerprint() == theirs.get_stories().fingerprint()


def test_files_that_change_after_the_first_reading_are_not_read_again(
    project: tuple[str, str, str],
) -> None:
    importer = OnceImporter(*project)
    before = importer.get_nlu_data(), importer.get_stories(), importer.get_domain()

    for path in (*Path(project[2]).iterdir(), Path(project[1])):
        path.write_text("changed", encoding="utf-8")

    assert importer.get_nlu_data("en") is before[0]
    assert (importer.get_stories(), importer.get_domain()) == before[1:]
