"""From the advisor's messages to Block Kit, within Slack's limits. Pure.

Text goes into rich text and plain text alone, which Slack shows as they are: nothing that is said
back can become a mention, a link or a format.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.slack.chart import Chart, chart_of
from bot.channels.slack.text import escaped
from bot.terminal.reply import Block as Part
from bot.terminal.reply import Suggestion, read_reply

Blocks = list[dict[str, Any]]

MOST_BLOCKS = 50
LONGEST_TEXT = 3000
LONGEST_TITLE = 75
LONGEST_VALUE = 2000
ROW = 5
LONGEST_ALTERNATIVE = 2000
# What buttons that ask a question are called; a number follows.
ASK = "ask:"
# What thumbs are called; UP or DOWN follows.
THUMB = "thumb:"
UP, DOWN = f"{THUMB}up", f"{THUMB}down"
THUMBS = {UP: "👍 Helpful", DOWN: "👎 Not helpful"}
# As the chat widget says it.
STOP = Suggestion("Stop the fit check", "stop")
# Lines that may stand below a message once its buttons were used.
MOST_NOTES = 2


@dataclass(frozen=True)
class Rated:
    """What a thumb is about: a turn, by its conversation and the id of its message."""

    conversation: str
    message_id: str


@dataclass(frozen=True)
class Said:
    """One message.

    Attributes:
        text: for notifications, screen readers, and where blocks cannot be shown.
        blocks: the same, with buttons.
        chart: what can be drawn beside it.
        place: before which of the blocks the picture stands.
    """

    text: str
    blocks: Blocks
    chart: Chart | None = None
    place: int = 0

    def with_picture(self, file: str) -> Blocks:
        """The blocks with the drawn chart, which is a file in Slack.

        Args:
            file: its id; empty for none.
        """
        if self.chart is None or not file:
            return self.blocks
        image = {
            "type": "image",
            "slack_file": {"id": file},
            "alt_text": cut(self.chart.words, LONGEST_ALTERNATIVE),
        }
        return [*self.blocks[: self.place], image, *self.blocks[self.place :]]


def said(messages: Sequence[Mapping[str, Any]], line: str = "", rated: Rated | None = None) -> Said:
    """Writes the messages of one turn as one message.

    Args:
        messages: in the form of Rasa's REST channel.
        line: said before them, if anything.
        rated: what thumbs below it shall be about; None for no thumbs.
    """
    reply = read_reply(messages)
    parts = (Part(line), *reply.blocks) if line else reply.blocks
    blocks = [block for part in parts for block in _part(part)]
    step = next((answer["step"] for answer in reply.answers if answer.get("step")), None)
    rows = _rows((*reply.suggestions, STOP) if step else reply.suggestions)
    if step:
        rows = [_progress(*step), *rows]
    elif rated and reply.answers:
        rows = [*rows, _thumbs(rated)]
    text = "\n".join(filter(None, (line, reply.unadorned)))
    # Room for the picture and for what takes the buttons' place.
    shown = blocks[: MOST_BLOCKS - len(rows) - 1 - MOST_NOTES]
    chart = chart_of(reply.answers)
    return Said(cut(escaped(text), LONGEST_TEXT), shown + rows, chart, len(shown))


def spent(blocks: Blocks, asked: str = "", thanks: str = "") -> Blocks:
    """A message as it looks once its buttons have been used: lines take their place.

    Args:
        blocks: as Slack gives them back.
        asked: the title of the suggestion that was clicked; empty while none was.
        thanks: what is said to a thumb; empty while there was none.
    """
    used = tuple(name for name, was in ((ASK, asked), (THUMB, thanks)) if was)
    kept = [_sendable(block) for block in blocks if not (used and _named(block).startswith(used))]
    notes = [context(note) for note in (asked and f"Asked: {asked}", thanks) if note]
    return [*kept[: MOST_BLOCKS - len(notes)], *notes]


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


def _named(block: Mapping[str, Any]) -> str:
    """The name of the first button of a row; empty for all other blocks."""
    elements = block.get("elements") or [{}]
    return str(elements[0].get("action_id") or "") if block.get("type") == "actions" else ""


def _sendable(block: dict[str, Any]) -> dict[str, Any]:
    """A block without what Slack adds to a picture and does not take back."""
    if block.get("type") != "image":
        return block
    file = (block.get("slack_file") or {}).get("id")
    shown = {"id": file} if file else {"url": block.get("image_url")}
    return {"type": "image", "slack_file": shown, "alt_text": block.get("alt_text") or " "}


def _progress(number: int, of: int) -> dict[str, Any]:
    return context(f"{'■' * number}{'□' * (of - number)}  question {number} of {of}")


def _thumbs(rated: Rated) -> dict[str, Any]:
    value = json.dumps([rated.conversation, rated.message_id])
    return {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": name, "text": _plain(title, 75), "value": value}
            for name, title in THUMBS.items()
        ],
    }


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
