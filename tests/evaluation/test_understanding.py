"""The open half of the evaluation set, asked of the whole advisor, against floors.

The floors lie a little below what was reached (docs/understanding.md). When one breaks, improve
the training data or the design for the whole kind of question; a case is never moved into it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.evaluation.cases import load_voices
from bot.evaluation.report import Report, build_report
from bot.evaluation.running import Outcome, run_voice
from bot.knowledge import Knowledge
from bot.runtime.agent import Advisor

pytestmark = [pytest.mark.model, pytest.mark.slow]

OPEN = Path(__file__).parent / "open"
FLOORS = {
    "all messages": 0.95,
    "- alone: facts": 0.95,
    "- alone: silent": 0.95,
    "- alone: parts": 0.84,
    "- in dialogues": 0.96,
}


@pytest.fixture(scope="module")
async def outcomes(advisor: Advisor, known: Knowledge) -> list[Outcome]:
    return [
        outcome
        for voice in load_voices(OPEN)
        for outcome in await run_voice(voice, advisor.reply, known, lambda: None)
    ]


@pytest.fixture(scope="module")
def report(outcomes: list[Outcome], known: Knowledge) -> Report:
    return build_report(outcomes, known)


@pytest.mark.parametrize("subject", FLOORS)
def test_enough_is_understood(report: Report, subject: str) -> None:
    row = next(row for row in report.rows if row.subject == subject)
    assert row.share >= FLOORS[subject], f"{row}; see `make evaluate`"


def test_no_reply_says_a_number_that_the_article_does_not_have(report: Report) -> None:
    assert report.unproven == ()


def test_few_questions_in_scope_are_declined(report: Report) -> None:
    assert report.declined.share <= 0.04


def test_few_replies_answer_more_than_was_asked(report: Report) -> None:
    assert report.surplus.share <= 0.08


def test_what_was_asked_about_is_named_back(report: Report) -> None:
    assert report.unnamed.share >= 0.85


def test_distress_raises_no_false_alarm(outcomes: list[Outcome]) -> None:
    alarms = [
        outcome.case.text
        for outcome in outcomes
        if "distress" in outcome.topics and outcome.case.expect.kind != "distress"
    ]
    assert alarms == []
