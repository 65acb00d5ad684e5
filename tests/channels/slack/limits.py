"""Blocks are held to Slack's own models, and to the limits that it publishes."""

from __future__ import annotations

from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

MOST_BLOCKS = 50
LONGEST = {"section": 3000, "button": 75, "value": 2000, "message": 4000, "alternative": 2000}
# Of a dialog.
LONGEST_TITLE, LONGEST_METADATA, MOST_INPUTS = 24, 3000, 100


def hold(message: dict[str, Any]) -> None:
    """Raises AssertionError, or the model's error, where Slack would refuse a message."""
    assert message["text"].strip(), "no text for notifications"
    assert len(message["text"]) <= LONGEST["message"]
    assert 1 <= len(message["blocks"]) <= MOST_BLOCKS
    _hold_blocks(message["blocks"])


def hold_dialog(view: dict[str, Any]) -> None:
    """As `hold`, for a dialog."""
    parsed = View(**view)
    parsed.validate_json()
    for name in ("title", "submit", "close"):
        assert len(view.get(name, {"text": ""})["text"]) <= LONGEST_TITLE
    assert len(view.get("private_metadata", "")) <= LONGEST_METADATA
    assert 1 <= len(view["blocks"]) <= MOST_INPUTS
    _hold_blocks(view["blocks"])


def _hold_blocks(blocks: list[dict[str, Any]]) -> None:
    for block in blocks:
        parsed = Block.parse(block)
        assert parsed is not None, f"unknown block {block['type']}"
        parsed.validate_json()
        _hold_texts(block)
        if block["type"] == "actions":
            assert 1 <= len(block["elements"]) <= 5
            names = [element["action_id"] for element in block["elements"]]
            assert len(names) == len(set(names))
            assert all(len(e["text"]["text"]) <= LONGEST["button"] for e in block["elements"])
            assert all(1 <= len(e["value"]) <= LONGEST["value"] for e in block["elements"])
        if block["type"] == "image":
            assert 1 <= len(block["alt_text"]) <= LONGEST["alternative"]
            assert set(block) == {"type", "slack_file", "alt_text"}
        if block["type"] == "context":
            assert 1 <= len(block["elements"]) <= 10


def said_in(message: dict[str, Any]) -> str:
    """All that a message shows, but for its buttons and pictures."""
    shown = [block for block in message["blocks"] if block["type"] not in ("actions", "image")]
    return "\n".join(text for block in shown for text in _texts(block))


def pictures_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [block for block in message["blocks"] if block["type"] == "image"]


def buttons_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The buttons that ask a question."""
    return [button for button in _all_buttons(message) if button["action_id"].startswith("ask:")]


def thumbs_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Thumb up and thumb down, or none."""
    return [button for button in _all_buttons(message) if button["action_id"].startswith("thumb:")]


def _all_buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [e for b in message["blocks"] if b["type"] == "actions" for e in b["elements"]]


def _hold_texts(block: dict[str, Any]) -> None:
    for text in _texts(block):
        assert 1 <= len(text) <= LONGEST["section"]


def _texts(node: Any) -> list[str]:
    if isinstance(node, dict):
        assert node.get("type") not in {"mrkdwn", "link", "user", "usergroup", "broadcast"}
        found = [node["text"]] if isinstance(node.get("text"), str) else []
        return found + [text for value in node.values() for text in _texts(value)]
    if isinstance(node, list):
        return [text for item in node for text in _texts(item)]
    return []
