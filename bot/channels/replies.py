"""What Rasa's collector or the store hold of a turn, one entry for each reply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def replies(messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What Rasa's collector holds, one entry for each reply.

    Rasa gives a reply's text and its structured form as two messages.

    Returns:
        ``[{"text": ..., "data": ... or None}]``; data as `bot.rendering.structured` makes it.
    """
    found: list[dict[str, Any]] = []
    for message in messages:
        if message.get("text"):
            found.append({"text": message["text"], "data": None})
        data = (message.get("custom") or {}).get("data")
        if data is not None and found:
            found[-1]["data"] = data
    return found


def fact_ids(reply: dict[str, Any]) -> list[str]:
    """The ids of all facts that an entry of `replies` tells."""
    answers = (reply["data"] or {}).get("answers", ())
    return list(dict.fromkeys(fact for answer in answers for fact in answer["facts"]))
