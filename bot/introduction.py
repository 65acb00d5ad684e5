"""What the advisor says of itself where a channel has room to, before anybody asks."""

from __future__ import annotations

from bot.answers import talk
from bot.knowledge import knowledge


def introduction() -> str:
    """Who answers here, from what, and how to reach a person."""
    return talk(knowledge(), "greet", 0).lead


def first_questions() -> tuple[str, ...]:
    """Questions to begin with, as a user would ask them."""
    return talk(knowledge(), "greet", 0).suggestions
