"""The shape in which the web channel gives a conversation back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

USER, ADVISOR = "user", "advisor"


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
