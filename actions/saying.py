"""Hands answers to the dispatcher: one message with text, buttons and the structured form."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk.executor import CollectingDispatcher

from bot.answers import Answer
from bot.knowledge import knowledge
from bot.rendering import buttons, plain_text, structured


def say(dispatcher: CollectingDispatcher, answers: Sequence[Answer]) -> None:
    """Utter answers as one message.

    Channels send ``custom`` besides the text; it is wrapped in ``data`` because socket.io
    spreads its keys into keyword arguments.
    """
    dispatcher.utter_message(
        text=plain_text(answers),
        buttons=buttons(answers),
        json_message={"data": structured(knowledge(), answers)},
    )
