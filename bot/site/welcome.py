"""What the widget shows before the first message: greeting, first questions, privacy."""

from __future__ import annotations

import math
from typing import Any

from bot.dialogue.precedence import FIT_CHECK
from bot.knowledge import knowledge
from bot.settings import Settings

GREETING = "greet"


def welcome(settings: Settings) -> dict[str, Any]:
    """The widget's beginning.

    Returns:
        ``{"job", "greeting", "suggestions", "privacy", "phone"}``; four suggestions.
    """
    known = knowledge()
    greeting = known.talks[GREETING]
    first = dict.fromkeys([*greeting.suggest, FIT_CHECK])
    return {
        "job": known.career.job.name,
        "greeting": known.fill(greeting.texts[0]),
        "suggestions": [known.topics[name].question for name in first],
        "privacy": privacy(settings),
        "phone": known.career.contact.phone,
    }


def privacy(settings: Settings) -> str:
    """Who answers, what is kept and for how long, and how to reach a person."""
    kept = (
        "until you delete it"
        if math.isinf(settings.retention)
        else f"for {settings.retention:g} days after your last message, or until you delete it"
    )
    return (
        "You are talking to a bot. What is written here is kept on the advisor's own server "
        f"{kept}. Please send no personal details. A person: {knowledge().career.contact.phone}."
    )
