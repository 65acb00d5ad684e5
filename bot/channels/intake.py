"""The checks that every message passes before Rasa sees it; knows neither Rasa nor a web server."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

LONGEST_MESSAGE = 1000
LONGEST_SENDER = 128
# What Rasa takes for a command where a message begins with it.
COMMAND = "/"
NOTHING_LEFT = "?"


class IntakeError(ValueError):
    """A message that cannot be taken; `detail` says why, `remedy` what to send instead."""

    def __init__(self, detail: str, remedy: str, too_long: bool = False) -> None:
        super().__init__(f"{detail} {remedy}")
        self.detail = detail
        self.remedy = remedy
        self.too_long = too_long


@dataclass(frozen=True)
class Incoming:
    """A message that may be handed to Rasa."""

    sender: str
    text: str


def take(sender: object, message: object) -> Incoming:
    """Checks a message as it comes from outside.

    Args:
        sender: id of the conversation, as the client names it.
        message: what the user wrote.

    Raises:
        IntakeError: one of them cannot be taken.
    """
    return Incoming(clean_sender(sender), clean_text(message))


def clean_sender(sender: object) -> str:
    """The id of a conversation, unchanged.

    Raises:
        IntakeError: not a string, empty, too long, or with characters that cannot be seen.
    """
    remedy = f'Send "sender": a string of 1 to {LONGEST_SENDER} visible characters.'
    if not isinstance(sender, str):
        raise IntakeError("The sender is missing or not a string.", remedy)
    if not sender.strip():
        raise IntakeError("The sender is empty.", remedy)
    if len(sender) > LONGEST_SENDER:
        raise IntakeError(f"The sender has {len(sender)} characters.", remedy)
    if any(_is_unseen(character) for character in sender):
        raise IntakeError("The sender holds characters that cannot be seen.", remedy)
    return sender


def clean_text(message: object) -> str:
    """What the user wrote, as text that any store can keep and that is never a command.

    Control characters become spaces, broken Unicode becomes U+FFFD, and slashes at the beginning
    are taken away: Rasa would run "/restart" and set slots by "/intent{...}".

    Raises:
        IntakeError: not a string, blank, or too long.
    """
    remedy = f'Send "message": a string of 1 to {LONGEST_MESSAGE} characters.'
    if not isinstance(message, str):
        raise IntakeError("The message is missing or not a string.", remedy)
    if len(message) > LONGEST_MESSAGE:
        detail = f"The message has {len(message)} characters, too many to read."
        raise IntakeError(detail, "Ask in at most 1,000 characters.", too_long=True)
    text = "".join(_kept(character) for character in message).strip()
    if not text:
        raise IntakeError("The message is blank.", remedy)
    return without_command(text)


def without_command(text: str) -> str:
    """The text without what would make a command of it; a lone slash becomes a question mark."""
    while text.startswith(COMMAND):
        text = text[len(COMMAND) :].lstrip()
    return text or NOTHING_LEFT


def _kept(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":  # half of a character: no encoding, no store takes it
        return "\N{REPLACEMENT CHARACTER}"
    if category == "Cc" and character not in "\n\t":
        return " "
    return character


def _is_unseen(character: str) -> bool:
    # Letters, marks, numbers, punctuation and symbols can be seen; blanks and "C" (control,
    # format, surrogate, private, unassigned) cannot.
    return unicodedata.category(character)[0] in "CZ"
