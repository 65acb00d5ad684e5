from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.clauses import flattened, respelled, split


def clauses(text: str) -> list[str]:
    return [clause.text for clause in split(text)]


def parts(text: str) -> list[str]:
    return [part.text for clause in split(text) for part in clause.parts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what is it? how much is it?", ["what is it?", "how much is it?"]),
        ("what is it and how much is it", ["what is it", "how much is it"]),
        ("what is it, and also how much is it", ["what is it", "how much is it"]),
        ("what is it plus can you bring it", ["what is it", "can you bring it"]),
        ("what is it\nhow much is it", ["what is it", "how much is it"]),
        ("Hi! What is it?", ["Hi!", "What is it?"]),
        ("It is the U.S. office. Is it open?", ["It is the U.S. office.", "Is it open?"]),
        ("ok, two quick questions: what is it? is it open?", ["what is it?", "is it open?"]),
    ],
)
def test_questions_are_parted(text: str, expected: list[str]) -> None:
    assert clauses(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "what is it",
        "do you know what they do",
        "is it 3.2 or 4",
        "open 24/7?",
        "85,000",
        "it is open, isn't it?",
        "You do not keep it, do you",
        "what is the plus point",
        "how many days a week do they open",
        "which of the two do you like",
    ],
)
def test_one_question_is_not_parted(text: str) -> None:
    assert split(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cost and length", ["cost", "length"]),
        ("cost / length", ["cost", "length"]),
        ("cost, length & place?", ["cost", "length", "place?"]),
        ("what is it how much is it", ["what is it", "how much is it"]),
        ("the fee is what, and the place is where", ["the fee is what", "the place is where"]),
        ("what does it cost do I need a key", ["what does it cost", "do I need a key"]),
    ],
)
def test_parts_are_proposed(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


@pytest.mark.parametrize(
    ("text", "asks", "negated", "courtesy"),
    [
        ("My kids are grown.", False, False, False),
        ("I don't want to know the price.", False, True, False),
        ("never mind the price.", False, True, False),
        ("I don't have a car.", False, False, False),
        ("Thanks so much!", False, False, True),
        ("tell me the price.", True, False, False),
        ("don't tell me the price, everybody does that.", True, True, False),
        ("& not the price.", False, True, False),
        ("I'm not asking about the price, I need the size.", False, False, False),
        ("Not the price, I mean the size.", False, False, False),
        ("I don't care about the price, it's the size that worries me.", False, False, False),
        ("don't tell me the price, I already know it.", True, True, False),
        ("don't tell me the price, just the colour.", True, False, False),
        ("now please, do not begin with the price.", False, True, False),
        ("the price is how much", True, False, False),
        ("I also wonder whether it is open.", True, False, False),
        ("This is what I have.", False, False, False),
    ],
)
def test_the_form_of_a_clause_is_seen(text: str, asks: bool, negated: bool, courtesy: bool) -> None:
    clause = split(f"{text} Where is it?")[0]

    assert (clause.asks, clause.negated, clause.courtesy) == (asks, negated, courtesy)


def test_a_topic_before_its_question_is_no_question_of_its_own() -> None:
    topic, question = split("the team, what is it like")

    assert not topic.fragment
    assert question.asks


@given(st.text(alphabet="ab what,is?.!/&\n and the", max_size=80))
def test_spans_are_ordered_and_hold_the_text(text: str) -> None:
    for group in [split(text), *(clause.parts for clause in split(text))]:
        end = 0
        for clause in group:
            assert text[clause.start : clause.end] == clause.text
            assert end <= clause.start < clause.end
            end = clause.end


def test_words_are_respelled_whole() -> None:
    assert respelled("Teh tehran, teh!", {"teh": "the"}) == "the tehran, the!"


def test_parts_follow_their_clause() -> None:
    found = split("cost and length? where is it")

    assert [clause.text for clause in flattened(found)] == [
        "cost and length?",
        "cost",
        "length?",
        "where is it",
    ]


def test_who_gives_data_that_were_taken_out_asks_nothing() -> None:
    given, asked = split("Call me at [removed]. Is [removed] the number to call?")

    assert (given.asks, given.fragment, given.courtesy) == (False, False, True)
    assert (asked.asks, asked.courtesy) == (True, False)
