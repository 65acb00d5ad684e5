"""The clauses of a message: what `QuestionSplitter` finds and later components read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rasa.shared.nlu.training_data.message import Message

CLAUSES = "clauses"
"""Message property that holds the `Clause` list; not part of the output."""

CLAUSE_VECTORS = "clause_vectors"
"""Message property: sentence vectors of the clauses, one row each; not part of the output."""


@dataclass(frozen=True)
class Clause:
    """A part of a message that may be a question of its own.

    Attributes:
        text: the words to classify; where words are shared with another clause
            ("average and median pay"), they are repeated here.
        start: index of the first character in the message.
        end: index behind the last character in the message.
        asks: whether its form is that of a question or a request.
    """

    text: str
    start: int
    end: int
    asks: bool


def clauses_of(message: Message) -> list[Clause]:
    """Returns the clauses found in a message; empty where it has only one."""
    clauses: list[Clause] = message.get(CLAUSES, [])
    return clauses
