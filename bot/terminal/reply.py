"""What the advisor said in one turn, read from the messages in REST form."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Joiners, which Hindi and emoji need; everything else of their kind could move the cursor, colour
# the screen or turn the direction of writing.
JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"

# Kinds of answers that cannot be understood without their buttons.
CHOOSING = frozenset({"offer", "fit"})


@dataclass(frozen=True)
class Block:
    """One answer as it is shown: its parts, or just a text."""

    lead: str
    points: tuple[str, ...] = ()
    caveat: str = ""
    source: str = ""


@dataclass(frozen=True)
class Suggestion:
    """What can be asked next: as it is shown, and as it is sent."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """One turn of the advisor.

    Attributes:
        text: All that it said, as plain text without blank lines.
        blocks: The same as answers, to be set apart.
        suggestions: What can be chosen by number; in the fit check, the options.
        answers: The structured answers; see :func:`bot.rendering.structured`.
    """

    text: str
    blocks: tuple[Block, ...]
    suggestions: tuple[Suggestion, ...] = ()
    answers: tuple[Mapping[str, Any], ...] = ()

    @property
    def unadorned(self) -> str:
        """The text, with the choices below it where it asks to choose and shows no buttons."""
        last = self.answers[-1] if self.answers else {}
        # The fit check's result has points; its questions have none.
        if last.get("kind") not in CHOOSING or last["points"]:
            return self.text
        return "\n".join([self.text, *(f"- {choice.title}" for choice in self.suggestions)])


def read_reply(messages: Sequence[Mapping[str, Any]]) -> Reply:
    """Read the messages of one turn.

    Args:
        messages: In the form of Rasa's REST channel: a text, perhaps with buttons, is followed by
            its structured form where it has one. Where several messages have buttons, the last
            ones count: they belong to the question that is open.
    """
    texts: list[str] = []
    blocks: list[Block] = []
    answers: list[Mapping[str, Any]] = []
    suggestions: tuple[Suggestion, ...] = ()
    for place, message in enumerate(messages):
        if text := visible(str(message.get("text") or "")):
            texts.append(text)
            if _structured(messages[place + 1 : place + 2]) is None:
                blocks.append(Block(text))
        if buttons := message.get("buttons"):
            suggestions = tuple(
                Suggestion(visible(button["title"]), button["payload"]) for button in buttons
            )
        if (data := _structured([message])) is not None:
            answers += data["answers"]
            blocks += _blocks(data["answers"])
    return Reply("\n".join(texts), tuple(blocks), suggestions, tuple(answers))


def visible(text: str) -> str:
    """Return the text without what a terminal would obey instead of showing it."""
    return "".join(
        character
        for character in text.replace("\t", " ")
        if character in JOINERS or character == "\n" or unicodedata.category(character)[0] != "C"
    )


def _structured(messages: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    for message in messages:
        data: Mapping[str, Any] = (message.get("custom") or {}).get("data") or {}
        return data if "answers" in data else None
    return None


def _blocks(answers: Sequence[Mapping[str, Any]]) -> list[Block]:
    """Read answers; a caveat or a source that several share is kept with the last of them."""
    blocks = []
    for place, answer in enumerate(answers):
        later = answers[place + 1 :]
        caveat, source = (
            "" if any(other[part] == answer[part] for other in later) else visible(answer[part])
            for part in ("caveat", "source")
        )
        points = tuple(visible(point) for point in answer["points"])
        blocks.append(Block(visible(answer["lead"]), points, caveat, source))
    return blocks
