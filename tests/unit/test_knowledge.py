"""An editor's mistakes: each is named with file, line and field, all at once, with a remedy."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.knowledge import KnowledgeError, Problem, load_knowledge
from bot.knowledge.loading import CAREER_FILE, CONVERSATION_FILE
from bot.knowledge.schema import schema_texts

Edit = Callable[[str, str], list[Problem]]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """Replace a passage of the career file and return the problems that follow."""
    career = tmp_path / "career.yml"
    conversation = tmp_path / "conversation.yml"
    shutil.copy(CONVERSATION_FILE, conversation)

    def edit(old: str, new: str) -> list[Problem]:
        text = CAREER_FILE.read_text(encoding="utf-8")
        assert old in text, f"the knowledge file no longer holds {old!r}"
        career.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(KnowledgeError) as caught:
            load_knowledge(career, conversation)
        return list(caught.value.problems)

    return edit


def only(problems: list[Problem]) -> Problem:
    assert len(problems) == 1, [str(problem) for problem in problems]
    return problems[0]


def line_of(text: str) -> int:
    before = CAREER_FILE.read_text(encoding="utf-8").partition(text)[0]
    return before.count("\n") + 1


def test_the_products_own_knowledge_is_sound() -> None:
    known = load_knowledge()
    assert len(known.facts) == 63
    assert known.figure("M6.median").value == 90_000


def test_an_unknown_key_is_named_with_its_line(edited: Edit) -> None:
    problem = only(edited("reviewed_on:", "reviewd_on: 2026-01-01\nreviewed_on:"))
    assert problem.line == line_of("reviewed_on:")
    assert "reviewd_on" in str(problem)
    assert "career.yml" in str(problem)


def test_a_dangling_fact_is_named_with_its_topic(edited: Edit) -> None:
    problem = only(edited("facts: [J1, J2, J3]", "facts: [J1, J2, J33]"))
    assert "duties_variation" in str(problem)
    assert "J33" in str(problem)
    assert problem.line == line_of("facts: [J1, J2, J3]")


def test_a_dangling_suggestion_caveat_or_group_is_an_error(edited: Edit) -> None:
    suggested = "next: [duties_overview, salary_overview, fit_overview]"
    wrong = suggested.replace("salary_overview", "pay")
    assert "no topic" in str(only(edited(suggested, wrong)))
    assert "no caveat" in str(only(edited("caveats: [no_rate]", "caveats: [no_rates]")))
    assert "no group" in str(only(edited("group: outlook", "group: future")))


def test_a_duplicate_id_is_an_error(edited: Edit) -> None:
    problems = edited("- id: P2\n", "- id: P1\n")
    assert any("second time" in problem.message for problem in problems)


def test_a_figure_typed_into_a_statement_is_an_error(edited: Edit) -> None:
    problem = only(edited("statement: The field is relatively young.",
                          "statement: The field is 10 years young."))  # fmt: skip
    assert "facts[M1].statement" in str(problem)
    assert "figures" in problem.remedy


def test_a_number_word_typed_into_a_lead_is_an_error(edited: Edit) -> None:
    problem = only(edited("lead: IS stands for information systems.",
                          "lead: IS stands for two words, information systems."))  # fmt: skip
    assert "topics[job_abbreviation].lead" in str(problem)


def test_a_figure_that_does_not_exist_is_an_error(edited: Edit) -> None:
    problems = edited("wage of {M6.median}.\n    figures", "wage of {M6.mean}.\n    figures")
    assert any("M6.mean" in str(problem) for problem in problems)


def test_pay_without_its_caveat_is_an_error(edited: Edit) -> None:
    problem = only(edited("    caveats: [pay_varies]\n    more: [M3, M4, M2]",
                          "    more: [M3, M4, M2]"))  # fmt: skip
    assert "salary_overview" in str(problem)
    assert "pay_varies" in problem.remedy


def test_the_related_jobs_figure_without_its_name_is_an_error(edited: Edit) -> None:
    problems = edited(
        "for the related job of Information Systems Manager it gives an average of {M3.average}",
        "for the related job it gives an average of {M3.average}",
    )
    assert "Information Systems Manager" in only(problems).remedy


def test_a_pay_figure_without_source_or_occupation_is_an_error(edited: Edit) -> None:
    problems = edited("        source: {status: lost}\n        area: United States\n", "")
    assert {"source", "area"} == {problem.message.split()[-1] for problem in problems}


def test_a_wrong_value_names_what_is_permitted(edited: Edit) -> None:
    assert "permitted" in str(only(edited("statistic: median", "statistic: middle")))


def test_all_errors_are_told_at_once(edited: Edit) -> None:
    problems = edited("next: [duties_overview, salary_overview, fit_overview]",
                      "next: [one, other, fit_overview]")  # fmt: skip
    assert len(problems) == 2


def test_broken_yaml_is_named_with_its_line(edited: Edit) -> None:
    problem = only(edited("reviewed_on: ", "reviewed_on: : "))
    assert problem.line == line_of("reviewed_on:")


def test_a_key_that_stands_twice_is_an_error(edited: Edit) -> None:
    assert edited("reviewed_on: ", "review_by: 2030-01-01\nreviewed_on: ")


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"nowhere\.yml"):
        load_knowledge(tmp_path / "nowhere.yml")


def test_the_json_schemas_are_fresh() -> None:
    for path, text in schema_texts().items():
        assert path.read_text(encoding="utf-8") == text, "run `advisor schema`"
