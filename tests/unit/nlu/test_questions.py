from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.clauses import CLAUSES, clauses_of
from bot.nlu.questions import QuestionSplitter

TWO = "when are you open and where is it?"


def message(text: str | None) -> Message:
    return Message(data={} if text is None else {"text": text})


def test_the_clauses_of_a_message_are_noted(graph: Any) -> None:
    (processed,) = graph.create(QuestionSplitter).process([message(TWO)])

    found = clauses_of(processed)
    assert [clause.text for clause in found] == ["when are you open", "where is it?"]
    assert [TWO[clause.start : clause.end] for clause in found] == [c.text for c in found]
    assert all(clause.asks for clause in found)


@pytest.mark.parametrize("text", [None, "", "   ", "when are you open?", "85,000"])
def test_a_message_of_one_clause_gets_none(graph: Any, text: str | None) -> None:
    (processed,) = graph.create(QuestionSplitter).process([message(text)])

    assert processed.get(CLAUSES) is None


def test_each_message_has_its_own(graph: Any) -> None:
    texts = [TWO, "hello", "open? where?"]

    processed = graph.create(QuestionSplitter).process([message(text) for text in texts])

    assert [len(clauses_of(one)) for one in processed] == [2, 0, 2]
    assert [one.get("text") for one in processed] == texts


@pytest.mark.parametrize(("most", "found"), [(len(TWO), 2), (len(TWO) - 1, 0)])
def test_a_message_that_is_too_long_is_not_split(graph: Any, most: int, found: int) -> None:
    splitter = graph.create(QuestionSplitter, max_characters=most)

    (processed,) = splitter.process([message(TWO)])

    assert len(clauses_of(processed)) == found


def test_clauses_are_not_put_out(graph: Any) -> None:
    (processed,) = graph.create(QuestionSplitter).process([message(TWO)])

    assert CLAUSES not in processed.as_dict(only_output_properties=True)


def test_training_examples_stay_whole(graph: Any, make_training_data: Any) -> None:
    data = make_training_data({"hours": [TWO], "address": ["where is it"]})

    processed = graph.create(QuestionSplitter).process_training_data(data)

    assert [clauses_of(example) for example in processed.training_examples] == [[], []]
