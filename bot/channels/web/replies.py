"""The shape in which the web channel gives messages: text, and the structured answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

USER, ADVISOR = "user", "advisor"


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


def transcript(events: Iterable[str]) -> list[dict[str, Any]]:
    """What was said in a conversation, in order.

    Args:
        events: the JSON of the user's and the bot's events.

    Returns:
        Entries with ``from``, ``text``, ``at`` (seconds since 1970) and ``message_id``; the
        advisor's also with ``reply``, their place among the replies to that message, and ``data``.
    """
    entries: list[dict[str, Any]] = []
    message_id, place = None, 0
    for event in map(json.loads, events):
        entry = {"text": event.get("text") or "", "at": event["timestamp"]}
        if event["event"] == "user":
            message_id, place = event.get("message_id"), 0
            entries.append({"from": USER, **entry, "message_id": message_id})
        else:
            data = ((event.get("data") or {}).get("custom") or {}).get("data")
            if not entry["text"] and place:
                entries[-1]["data"] = data
                continue
            of = {"message_id": message_id, "reply": place, "data": data}
            entries.append({"from": ADVISOR, **entry, **of})
            place += 1
    return entries


def fact_ids(reply: dict[str, Any]) -> list[str]:
    """The ids of all facts that an entry of `replies` tells."""
    answers = (reply["data"] or {}).get("answers", ())
    return list(dict.fromkeys(fact for answer in answers for fact in answer["facts"]))
