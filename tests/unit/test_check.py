"""`advisor check`: knowledge, data, domain and rules must agree; each gap says what to add."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from bot.check import Data, check_examples, check_likeness, check_project, read_data
from bot.settings import PROJECT

TODAY = date(2026, 12, 1)
Project = Callable[[str, str, str], list[str]]


def most_leaning(folder: str, names: list[str]) -> list[str]:
    """Reading all that leans on the conversation takes seconds, and one file of it is enough."""
    return [name for name in names if Path(folder).name == "in_context" and name != "duties.yml"]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Replace a passage in a copy of the project and return the findings."""
    for name in ("knowledge", "data"):
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=most_leaning)
    shutil.copy(PROJECT / "domain.yml", tmp_path)

    def edit(file: str, old: str, new: str) -> list[str]:
        path = tmp_path / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return [finding.text for finding in check_project(tmp_path, TODAY) if finding.error]

    return edit


def test_the_project_agrees() -> None:
    assert [finding.text for finding in check_project(today=TODAY) if finding.error] == []


def test_an_intent_missing_in_the_domain_is_found(project: Project) -> None:
    findings = project("domain.yml", "  - salary_median\n", "")
    assert any("domain.yml" in text and "salary_median" in text for text in findings)


def test_an_intent_without_a_rule_is_found(project: Project) -> None:
    findings = project("data/stories/rules.yml", "          - intent: salary_median\n", "")
    assert any("rules.yml" in text and "salary_median" in text for text in findings)


def test_a_button_that_was_not_trained_is_found(project: Project) -> None:
    findings = project("data/nlu/buttons.yml", "What is the median salary?", "What is median?")
    assert any("buttons.yml" in text and "salary_median" in text for text in findings)


def test_an_example_under_two_intents_is_found(project: Project) -> None:
    findings = project("data/nlu/buttons.yml", "What is the salary range?", "What are the duties?")
    assert any("stands under" in text for text in findings)


def test_what_is_nearly_the_same_under_two_intents_is_a_warning(tmp_path: Path) -> None:
    block = "- intent: {}\n  examples: |\n    - {}\n    - {}\n"
    nlu = [
        block.format("pay", "tell me what the job pays in a year", "what is the salary"),
        block.format("work", "tell me what the job pays in one year", "what is the work"),
    ]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "nlu.yml").write_text("nlu:\n" + "".join(nlu), encoding="utf-8")

    (finding,) = check_likeness(tmp_path)

    assert not finding.error
    assert "“tell me what the job pays in a year” (pay)" in finding.text
    assert "“tell me what the job pays in one year” (work)" in finding.text


def test_what_stands_twice_under_one_intent_is_a_warning() -> None:
    examples = tuple((f"example {number}", "a.yml") for number in range(30))

    findings = list(check_examples(Data({"pay": (*examples, ("Example 7", "b.yml"))}, frozenset())))

    assert [finding.error for finding in findings] == [False]
    assert "data/nlu/b.yml: “Example 7” stands twice under pay" in findings[0].text


def test_an_unlisted_entity_is_found(project: Project) -> None:
    findings = project(
        "domain.yml", "  - certification:\n      influence_conversation: false\n", ""
    )
    assert any("certification" in text for text in findings)


def test_a_form_that_asks_something_else_is_found(project: Project) -> None:
    findings = project("domain.yml", "      - fit_experience\n", "")
    assert any("fit_form" in text for text in findings)


def test_a_missing_talk_is_found(project: Project) -> None:
    findings = project("knowledge/conversation.yml", "- id: no_reason", "- id: no_reasons")
    assert any("no talk no_reason" in text for text in findings)


def test_an_overdue_review_is_a_warning() -> None:
    findings = check_project(today=date(2030, 1, 1))
    assert [finding.error for finding in findings if "review" in finding.text] == [False]


def test_a_leaning_message_behind_a_title_that_changed_is_found(project: Project) -> None:
    findings = project(
        "knowledge/is_clinical_project_manager.yml", "title: the team\n", "title: the crew\n"
    )
    assert any("no topic has the title “the team”" in text for text in findings)


def test_a_button_whose_topic_has_another_title_now_is_found(project: Project) -> None:
    findings = project("data/nlu/buttons.yml", "about: the median wage\n", "about: the pay\n")
    assert any("about: the median wage" in text for text in findings)


def test_examples_in_context_are_counted_and_their_words_may_stand_twice(tmp_path: Path) -> None:
    leaning = '- intent: {}\n  examples:\n    - {{text: "how many?", metadata: {{before: it}}}}\n'
    (tmp_path / "a.yml").write_text("nlu:\n" + leaning.format("pay") + leaning.format("work"))

    data = read_data(tmp_path)

    assert dict(data.in_context) == {"pay": 1, "work": 1}
    assert not any("how many?" in finding.text for finding in check_examples(data))
