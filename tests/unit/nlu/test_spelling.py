from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu import encoder
from bot.nlu.clauses import SPELLING, texts_of
from bot.nlu.encoder import load_words
from bot.nlu.spelling import Spelling, SpellingCorrector, count_words

SPELLING_OF = Spelling({"salary": 9, "the": 9, "celery": 2, "degree": 5}, load_words())


@pytest.mark.parametrize("word", ["slaary", "salry", "sallary", "salaty", "Sallary"])
def test_one_slip_is_corrected(word: str) -> None:
    assert SPELLING_OF.correct(word) == {word.lower(): "salary"}


@pytest.mark.parametrize(
    "text", ["boston", "the celery", "what is a Salery", "saalarry", "xyz", "naïve"]
)
def test_known_words_names_and_far_words_stay(text: str) -> None:
    assert SPELLING_OF.correct(text) == {}


def test_another_language_stays() -> None:
    assert SPELLING_OF.correct("qwertzu asdfgh degre yxcvbn") == {}


def test_the_commonest_of_two_near_words_is_meant() -> None:
    spelling = Spelling({"nurses": 3, "nursed": 1}, frozenset())

    assert spelling.correct("nursee") == {"nursee": "nurses"}


def test_words_count_from_the_second_time_on() -> None:
    assert count_words(["the pay", "The salry"]) == {"the": 2}


def test_a_loaded_corrector_corrects_the_same(graph: Any, make_training_data: Any) -> None:
    trained = graph.create(SpellingCorrector)
    trained.train(make_training_data({"a": ["the salary", "a salary", "the degree"]}))

    for corrector in (trained, graph.load(SpellingCorrector)):
        message = Message(data={"text": "teh salarry"})
        corrector.process([message])
        assert message.get(SPELLING) == {"teh": "the", "salarry": "salary"}
        assert texts_of(message) == ["the salary"]
        assert message.as_dict(only_output_properties=True) == {"text": "teh salarry"}


def test_without_a_vocabulary_nothing_is_corrected(
    graph: Any, make_training_data: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_words.cache_clear()
    monkeypatch.setattr(encoder, "_in_package", lambda module, file: None)
    corrector = graph.create(SpellingCorrector)
    corrector.train(make_training_data({"a": ["the salary", "a salary"]}))
    message = Message(data={"text": "the salarry"})

    corrector.process([message])

    assert message.get(SPELLING) is None
