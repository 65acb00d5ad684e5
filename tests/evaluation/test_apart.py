"""The evaluation set stays apart from the training data: nothing in it was trained on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rapidfuzz import fuzz, process

from bot.check import read_data
from bot.evaluation.cases import load_voices
from bot.evaluation.running import messages_of
from bot.settings import PROJECT

HERE = Path(__file__).parent
# What everybody says in the same few words, so that nobody could keep it apart.
COMMON = frozenset(
    (
        *("hi", "hello", "hey", "hi there", "hello there", "good morning", "good evening"),
        *("thanks", "thank you", "thank you so much", "thx", "ty", "ok thanks"),
        *("bye", "goodbye", "ok bye", "yes", "no", "ok", "why", "help"),
        *("tell me more", "say that again"),
    )
)
# Shorter texts are near to each other by chance; these may not be equal.
FEW_WORDS = 3
NEARLY_EQUAL = 92.0


def plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.casefold()).split())


@pytest.mark.parametrize("half", ["open", "sealed"])
def test_no_evaluation_utterance_equals_or_nearly_equals_a_training_example(half: str) -> None:
    data = read_data(PROJECT / "data")
    texts = {text for found in data.examples.values() for text, _ in found}
    trained = sorted({plain(text) for text in texts | {text for _, _, text in data.leaning}})
    asked = sorted({plain(case.text) for case in messages_of(load_voices(HERE / half))})
    asked = [text for text in asked if text not in COMMON]
    same = sorted(set(asked) & set(trained))
    assert same == [], f"{len(same)} stand in both; take the training examples out"
    asked = [text for text in asked if len(text.split()) > FEW_WORDS]
    scores = process.cdist(asked, trained, scorer=fuzz.ratio, score_cutoff=NEARLY_EQUAL, workers=2)
    near = [
        (text, trained[row.argmax()])
        for text, row in zip(asked, scores, strict=True)
        if row.max() >= NEARLY_EQUAL
    ]
    assert near == [], f"{len(near)} stand in both; take the training example out"


@pytest.mark.parametrize("half", ["open", "sealed"])
def test_the_set_has_many_voices_and_many_questions(half: str) -> None:
    voices = load_voices(HERE / half)
    assert len(voices) >= 12
    assert sum(len(voice.utterances) for voice in voices) >= 600
    assert sum(len(voice.dialogues) for voice in voices) >= 70
