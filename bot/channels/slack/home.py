"""What stands in Slack before anybody asks: App Home, and prompts in a fresh chat. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.channels.slack.blocks import buttons, context, cut, paragraph

HOW = (
    "Write to me in the tab Messages, mention me in a channel, or type /career and a question: "
    "then only you see the answer. What I answered in a thread can be followed up there without "
    "mentioning me again. On any message, choose Ask the advisor."
)
SOURCES = "Every answer names its source. What the article does not say, I do not know."
MOST_PROMPTS = 4
LONGEST_PROMPT = 60


def home_view(introduction: str, questions: Sequence[str]) -> dict[str, Any]:
    """The tab Home.

    Args:
        introduction: who answers here.
        questions: to begin with; they become buttons.
    """
    blocks = [paragraph(introduction), *buttons(questions), paragraph(HOW), context(SOURCES)]
    return {"type": "home", "blocks": blocks}


def prompts(questions: Sequence[str]) -> list[dict[str, str]]:
    """Questions as Slack suggests them in a fresh chat."""
    return [
        {"title": cut(question, LONGEST_PROMPT), "message": question}
        for question in questions[:MOST_PROMPTS]
    ]
