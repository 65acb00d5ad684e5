"""What an evaluation counts."""

from __future__ import annotations

import pytest

from bot.evaluation.cases import Case, Expectation
from bot.evaluation.report import build_report
from bot.evaluation.running import Outcome
from bot.knowledge import knowledge

PAY = Expectation(facts=("M6",))
REMOTE = Expectation(silent="remote")


def outcome(expect: Expectation, *topics: str, dialogue: str = "", right: bool = True) -> Outcome:
    return Outcome(
        voice="somebody",
        dialogue=dialogue,
        case=Case(text="a question", expect=expect),
        verdict="right" if right else "wrong",
        topics=topics,
        named=True,
        unproven=(),
    )


@pytest.mark.parametrize(
    ("expect", "topics", "more"),
    [
        (PAY, ("salary_median",), 0),
        (PAY, ("salary_median", "salary_range"), 1),
        (Expectation(parts=(PAY, REMOTE)), ("salary_median", "work_remote"), 0),
        (Expectation(parts=(PAY, REMOTE)), ("salary_median", "work_remote", "work_hours"), 1),
        (PAY, (), 0),
    ],
)
def test_more_answers_than_questions_are_counted(
    expect: Expectation, topics: tuple[str, ...], more: int
) -> None:
    report = build_report([outcome(expect, *topics)], knowledge())

    assert (report.surplus.asked, report.surplus.right) == (1, more)


def test_a_dialogue_is_right_when_each_of_its_turns_is() -> None:
    said = [
        outcome(PAY, "salary_median", dialogue="one"),
        outcome(REMOTE, "work_remote", dialogue="one"),
        outcome(PAY, "salary_median", dialogue="two"),
        outcome(REMOTE, "work_hours", dialogue="two", right=False),
    ]

    report = build_report(said, knowledge())

    assert (report.dialogues.asked, report.dialogues.right) == (2, 1)
    assert report.confusions == (("remote", "work_hours", 1),)
