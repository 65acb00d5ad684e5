"""From the advisor's messages to Block Kit, within Slack's limits. Pure.

Text goes into rich text and plain text alone, which Slack shows as they are: nothing that is said
back can become a mention, a link or a format.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.slack.text import escaped
from bot.terminal.reply import Block as Part
from bot.terminal.reply import Suggestion, read_reply

Blocks = list[dict[str, Any]]

MOST_BLOCKS = 50
LONGEST_TEXT = 3000
LONGEST_TITLE = 75
LONGEST_VALUE = 2000
ROW = 5
# What buttons that ask a question are called; a number follows.
ASK = "ask:"


@dataclass(frozen=True)
class Said:
    """One message: the blocks, and the plain text for notifications and screen readers."""

    text: str
    blocks: Blocks


def said(messages: Sequence[Mapping[str, Any]], line: str = "") -> Said:
    """Writes the messages of one turn as one message.

    Args:
        messages: in the form of Rasa's REST channel.
        line: said before them, if anything.
    """
    reply = read_reply(messages)
    parts = (Part(line), *reply.blocks) if line else reply.blocks
    blocks = [block for part in parts for block in _part(part)]
    rows = _rows(reply.suggestions)
    text = "\n".join(filter(None, (line, reply.unadorned)))
    return Said(cut(escaped(text), LONGEST_TEXT), blocks[: MOST_BLOCKS - len(rows)] + rows)


def spent(blocks: Blocks, title: str) -> Blocks:
    """A message whose buttons have been used: they give way to a line that says what was asked."""
    kept = [block for block in blocks if block.get("type") != "actions"]
    return [*kept[: MOST_BLOCKS - 1], context(f"Asked: {title}")]


def buttons(questions: Sequence[str]) -> Blocks:
    """Questions as buttons."""
    return _rows([Suggestion(question, question) for question in questions])


def paragraph(text: str) -> dict[str, Any]:
    """A block of text."""
    return _rich([_section(text)])


def context(text: str) -> dict[str, Any]:
    """A block of small text."""
    return {"type": "context", "elements": [_plain(text, LONGEST_TEXT)]}


def cut(text: str, most: int) -> str:
    """The text, with its end replaced where it is too long."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _part(part: Part) -> Blocks:
    elements = [_section(part.lead)]
    if part.points:
        points = [_section(point) for point in part.points]
        elements.append({"type": "rich_text_list", "style": "bullet", "elements": points})
    if part.caveat:
        elements.append(_section(part.caveat, {"italic": True}))
    blocks = [_rich(elements)]
    if part.source:
        blocks.append(context(f"Source: {part.source}"))
    return blocks


def _rich(elements: Blocks) -> dict[str, Any]:
    return {"type": "rich_text", "elements": elements}


def _section(text: str, style: Mapping[str, bool] | None = None) -> dict[str, Any]:
    element: dict[str, Any] = {"type": "text", "text": cut(text or " ", LONGEST_TEXT)}
    if style:
        element["style"] = dict(style)
    return {"type": "rich_text_section", "elements": [element]}


def _plain(text: str, most: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": cut(text, most), "emoji": False}


def _rows(suggestions: Sequence[Suggestion]) -> Blocks:
    found = [
        {
            "type": "button",
            "action_id": f"{ASK}{number}",
            "text": _plain(suggestion.title, LONGEST_TITLE),
            "value": suggestion.payload[:LONGEST_VALUE],
        }
        for number, suggestion in enumerate(suggestions)
        if suggestion.title and suggestion.payload
    ]
    return [
        {"type": "actions", "elements": found[start : start + ROW]}
        for start in range(0, len(found), ROW)
    ]
