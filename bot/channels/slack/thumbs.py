"""What somebody says of an answer in Slack: thumbs, and the dialog that asks why not. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.channels.feedback import REASONS
from bot.channels.intake import IntakeError, clean_text
from bot.channels.slack.blocks import Rated, paragraph

Payload = Mapping[str, Any]
View = dict[str, Any]

DIALOG = "why_not"
REASON, COMMENT = "reason", "comment"
TITLES = dict(zip(REASONS, ("It is wrong", "It is outdated", "Not what I asked"), strict=True))
LONGEST_COMMENT = 500

THANKS_UP = "Thank you; noted as helpful."
THANKS_DOWN = "Thank you; noted as not helpful."
THANKS_WHY = "Thank you. The reason helps to make the answers better."
GONE = "This conversation has been deleted, so nothing was noted."


def read_rated(value: object) -> Rated:
    """What the value of a thumb says.

    Raises:
        ValueError: it has another shape.
    """
    found = json.loads(str(value))
    if not (isinstance(found, list) and len(found) == 2 and all(isinstance(x, str) for x in found)):
        raise ValueError("This is no thumb of the advisor.")
    return Rated(*found)


def dialog(rated: Rated) -> View:
    """The dialog that asks what was wrong."""
    options = [{"text": _plain(title), "value": name} for name, title in TITLES.items()]
    return {
        "type": "modal",
        "callback_id": DIALOG,
        "title": _plain("What was wrong?"),
        "submit": _plain("Send"),
        "close": _plain("Cancel"),
        "private_metadata": json.dumps([rated.conversation, rated.message_id]),
        "blocks": [
            {
                "type": "input",
                "block_id": REASON,
                "label": _plain("Reason"),
                "element": {"type": "radio_buttons", "action_id": REASON, "options": options},
            },
            {
                "type": "input",
                "block_id": COMMENT,
                "optional": True,
                "label": _plain("Comment"),
                "hint": _plain("Please leave out names, addresses and numbers of people."),
                "element": {
                    "type": "plain_text_input",
                    "action_id": COMMENT,
                    "multiline": True,
                    "max_length": LONGEST_COMMENT,
                },
            },
        ],
    }


def closing(text: str) -> View:
    """The dialog after it was sent."""
    return {
        "type": "modal",
        "title": _plain("What was wrong?"),
        "close": _plain("Close"),
        "blocks": [paragraph(text)],
    }


def read_dialog(view: Payload) -> tuple[Rated, str, str | None]:
    """What was sent by the dialog: what it is about, the reason, and a comment if there is one.

    The comment is cleaned and masked as messages are.

    Raises:
        KeyError, TypeError, ValueError: it has another shape.
    """
    values = view["state"]["values"]
    reason = values[REASON][REASON]["selected_option"]["value"]
    if reason not in REASONS:
        raise ValueError("This reason is not one of the dialog's.")
    written = values.get(COMMENT, {}).get(COMMENT, {}).get("value")
    try:
        comment = clean_text(str(written or "")[:LONGEST_COMMENT])
    except IntakeError:  # nothing but blanks
        comment = None
    return read_rated(view["private_metadata"]), reason, comment


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}
