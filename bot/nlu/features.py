"""The sentence vectors that a featurizer left with messages."""

from __future__ import annotations

from typing import Optional

import numpy as np
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.clauses import CONTEXT_VECTOR
from bot.nlu.softmax import Matrix


def vectors_of(messages: list[Message]) -> Optional[Matrix]:
    """Returns the dense sentence features, one unit vector per message; None if one lacks it."""
    rows = []
    for message in messages:
        _, sentence = message.get_dense_features(TEXT)
        if sentence is None:
            return None
        rows.append(np.asarray(sentence.features, np.float32)[0])
    vectors = np.vstack(rows)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Matrix = vectors / np.where(lengths == 0, 1, lengths)
    return unit


def vectors_behind(messages: list[Message], vectors: Optional[Matrix]) -> Optional[Matrix]:
    """Returns the unit vectors of the messages behind what was before them.

    That of a message that stands alone is its own. None where no featurizer set any.
    """
    if vectors is None or all(message.get(CONTEXT_VECTOR) is None for message in messages):
        return None
    rows = [
        own if (found := message.get(CONTEXT_VECTOR)) is None else found
        for message, own in zip(messages, vectors, strict=True)
    ]
    return np.vstack(rows).astype(np.float32)
