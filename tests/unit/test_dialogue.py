"""What a turn remembers, and what a short message means in context."""

from __future__ import annotations

import pytest

from bot.dialogue import Memory, respond
from bot.dialogue.leaning import in_context
from bot.knowledge import Knowledge, knowledge
from bot.understanding import Question


@pytest.fixture(scope="module")
def known() -> Knowledge:
    return knowledge()


def unclear(text: str) -> Question:
    readings = (("duty_software", 0.36), ("job_scope", 0.34))
    return Question("duty_software", 0.36, "offer", readings, text=text)


def test_a_clicked_reading_is_remembered_with_what_was_unclear(known: Knowledge) -> None:
    offered = respond(known, [unclear("what about the system")], Memory())
    asked = known.topics["job_scope"].question
    turn = respond(known, [Question("job_scope", text=asked)], offered.memory)
    assert turn.memory.clicked == (("what about the system", "job_scope"),)
    assert Memory.from_dict(turn.memory.as_dict()) == turn.memory


@pytest.mark.parametrize("text", ["what about the system?", "tell me about the system"])
def test_what_stands_unsure_beside_an_answer_is_offered(known: Knowledge, text: str) -> None:
    turn = respond(known, [Question("salary_median", text="the median?"), unclear(text)], Memory())
    assert [answer.kind for answer in turn.answers] == ["fact", "offer"]
    assert known.topics["duty_software"].question in turn.answers[1].suggestions


def test_another_question_after_readings_is_no_click(known: Knowledge) -> None:
    offered = respond(known, [unclear("what about the system")], Memory())
    turn = respond(known, [Question("salary_median", text="the median?")], offered.memory)
    assert turn.memory.clicked == ()
    assert turn.memory.unclear == ""


def leaning(alone: dict[str, float], beside: dict[str, float]) -> Question:
    intent, confidence = max(alone.items(), key=lambda entry: entry[1])
    return Question(
        intent,
        confidence,
        readings=tuple(alone.items()),
        in_context=tuple(beside.items()),
        text="how many",
    )


def test_what_was_answered_before_decides(known: Knowledge) -> None:
    question = leaning({"outlook_numbers": 0.7}, {"work_team_size": 0.8, "duties_team": 0.2})
    assert in_context(known, question, "duties_team").intent == "work_team_size"


def test_a_question_that_was_not_read_in_context_stays_as_it_is(known: Knowledge) -> None:
    question = leaning({"outlook_numbers": 0.95}, {})
    assert in_context(known, question, "duties_team") is question


def test_of_two_likely_readings_the_one_that_stays_with_the_subject_is_taken(
    known: Knowledge,
) -> None:
    question = leaning({"education_years": 0.6}, {"education_years": 0.5, "salary_range": 0.4})
    assert in_context(known, question, "salary_median").intent == "salary_range"
    assert in_context(known, question, "outlook_growth").intent == "education_years"


def test_a_second_question_leans_on_the_first_of_its_message(known: Knowledge) -> None:
    second = leaning({"outlook_numbers": 0.7}, {"work_team_size": 0.5, "outlook_numbers": 0.3})
    turn = respond(known, [Question("duties_team", text="the team?"), second], Memory())
    assert [answer.topic for answer in turn.answers] == ["duties_team", "work_team_size"]


@pytest.mark.parametrize("before", [None, "outlook_growth"])
def test_where_that_is_from_asks_after_the_question_before_it(
    known: Knowledge, before: str | None
) -> None:
    asked = [
        Question("salary_median", text="the median?"),
        Question("follow_source", text="says who?"),
    ]
    median, source = respond(known, asked, Memory(topic=before)).answers
    assert (median.kind, source.kind) == ("fact", "source")
    assert source.facts == median.facts


def test_nothing_is_read_in_context_at_the_start(known: Knowledge) -> None:
    question = leaning({"outlook_numbers": 0.4}, {"work_team_size": 0.9})
    assert in_context(known, question, None) is question


@pytest.mark.parametrize(
    "doubtful", [Question("small_talk", 0.8, text="I was not joking"), unclear("no i mean alive")]
)
def test_after_a_reply_of_care_a_doubtful_message_gets_care_once_more(
    known: Knowledge, doubtful: Question
) -> None:
    first = respond(known, [Question("distress", text="I do not want to live")], Memory())
    again = respond(known, [doubtful], first.memory)
    third = respond(known, [doubtful], again.memory)
    assert [answer.topic for answer in again.answers] == ["distress"]
    assert [answer.topic for answer in third.answers] != ["distress"]


def test_after_a_reply_of_care_another_question_is_answered(known: Knowledge) -> None:
    first = respond(known, [Question("distress", text="I do not want to live")], Memory())
    gone_on = respond(known, [Question("salary_median", 0.9, text="the median?")], first.memory)
    assert [answer.topic for answer in gone_on.answers] == ["salary_median"]


def test_distress_that_shows_in_context_alone_gets_nothing_but_care(known: Knowledge) -> None:
    asked = respond(known, [Question("work_stress", text="is it stressful")], Memory())
    turn = respond(known, [leaning({"unsure": 0.5}, {"distress": 0.7})], asked.memory)
    assert [answer.topic for answer in turn.answers] == ["distress"]
    assert turn.memory.cared


def read_as(*readings: tuple[str, float]) -> Question:
    return Question(*readings[0], readings=readings, text="is a degree in computing enough")


def test_a_second_reading_that_is_likely_is_answered_too(known: Knowledge) -> None:
    question = read_as(("education_graduate", 0.6), ("education_major", 0.35))
    turn = respond(known, [question], Memory())
    first, second = turn.answers
    assert (first.topic, second.topic) == ("education_graduate", "education_major")
    assert known.topics["education_major"].title in second.lead
    assert set(second.facts) <= set(turn.memory.facts)
    assert turn.memory.topic == "education_graduate"


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(("education_major", 0.2), id="not so likely"),
        pytest.param(("education_major", 0.24), id="hardly likely"),
        pytest.param(("out_of_scope_career", 0.5), id="no topic"),
        pytest.param(("fit_check", 0.5), id="the fit check takes a yes"),
        pytest.param(("education_overview", 0.5), id="just told"),
    ],
)
def test_a_second_reading_is_left_out(known: Knowledge, second: tuple[str, float]) -> None:
    question = read_as(("education_graduate", 0.6), second)
    turn = respond(known, [question], Memory(topic="education_overview"))
    assert [answer.topic for answer in turn.answers] == ["education_graduate"]


def test_a_second_reading_that_adds_no_fact_is_left_out(known: Knowledge) -> None:
    question = read_as(("salary_overview", 0.6), ("salary_median", 0.4))
    turn = respond(known, [question], Memory())
    assert [answer.topic for answer in turn.answers] == ["salary_overview"]


def test_two_second_readings_are_not_worded_the_same(known: Knowledge) -> None:
    one = respond(known, [read_as(("work_hours", 0.5), ("work_stress", 0.4))], Memory())
    other = respond(known, [read_as(("work_dress", 0.5), ("work_stress", 0.4))], one.memory)
    assert one.answers[1].lead != other.answers[1].lead


def test_a_second_reading_is_not_told_twice_in_a_row(known: Knowledge) -> None:
    one = respond(known, [read_as(("work_hours", 0.5), ("work_travel", 0.4))], Memory())
    again = [read_as(("work_dress", 0.5), ("work_travel", 0.4))]
    other = respond(known, again, one.memory, previous=one.answers)
    assert [answer.topic for answer in other.answers] == ["work_dress"]


def test_a_second_reading_that_was_told_is_not_offered_after_a_correction(known: Knowledge) -> None:
    question = read_as(("education_graduate", 0.6), ("education_major", 0.35), ("fit_age", 0.1))
    turn = respond(known, [question], Memory())
    corrected = respond(known, [Question("follow_correction", text="no")], turn.memory)
    (answer,) = corrected.answers
    assert answer.suggestions[0] == known.topics["fit_age"].question


def test_the_fit_check_is_interrupted_by_one_answer(known: Knowledge) -> None:
    question = read_as(("education_graduate", 0.6), ("education_major", 0.35))
    turn = respond(known, [question], Memory(), in_fit_check=True)
    assert [answer.topic for answer in turn.answers] == ["education_graduate"]


@pytest.mark.parametrize(
    ("other", "topics"),
    [("work_hours", ["work_hours"]), ("out_of_scope", ["salary_median"])],
)
def test_a_repetition_is_asked_for_beside_no_other_topic(
    known: Knowledge, other: str, topics: list[str]
) -> None:
    before = respond(known, [Question("salary_median", text="the median?")], Memory())
    asked = [Question("follow_repeat", 0.9, text="again?"), Question(other, 0.9, text="so?")]
    turn = respond(known, asked, before.memory, previous=before.answers)
    assert [answer.topic for answer in turn.answers] == topics
