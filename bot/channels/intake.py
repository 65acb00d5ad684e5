"""The checks that every message passes before Rasa sees it; knows neither Rasa nor a web server."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Optional

from pydantic import BaseModel, Extra, StrictStr, ValidationError

from bot.contacts import public_contacts
from bot.masking import mask

LONGEST_MESSAGE = 1000
LONGEST_SENDER = 128
MESSAGE_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
# What Rasa takes for a command where a message begins with it.
COMMAND = "/"
NOTHING_LEFT = "?"

REMEDIES = {
    "sender": f'Send "sender": a string of 1 to {LONGEST_SENDER} visible characters.',
    "message": f'Send "message": a string of 1 to {LONGEST_MESSAGE} characters.',
    "message_id": 'Leave "message_id" out, or send a string of 1 to 64 letters, digits and . _ : -',
}


class IntakeError(ValueError):
    """A message that cannot be taken; `detail` says why, `remedy` what to send instead."""

    def __init__(self, detail: str, remedy: str, too_long: bool = False) -> None:
        super().__init__(f"{detail} {remedy}")
        self.detail = detail
        self.remedy = remedy
        self.too_long = too_long


@dataclass(frozen=True)
class Incoming:
    """A message that may be handed to Rasa.

    Attributes:
        sender: id of the conversation.
        text: what the user wrote, cleaned and masked.
        message_id: the client's own id of this message, by which it may be sent again.
    """

    sender: str
    text: str
    message_id: str | None = None


class Message(BaseModel):
    """The schema of a message from outside; what else a client sends is dropped."""

    sender: StrictStr
    message: StrictStr
    message_id: Optional[StrictStr] = None  # noqa: UP045  # pydantic 1 knows no X | Y

    class Config:
        extra = Extra.ignore


def take_object(value: object) -> Incoming:
    """Checks a message as a client sends it, decoded from JSON.

    Raises:
        IntakeError: it has not the shape of `Message`, or one of its values cannot be taken.
    """
    if not isinstance(value, dict):
        raise IntakeError(
            "The body is JSON, but not an object.",
            'Send {"sender": "an id of the conversation", "message": "a question"}.',
        )
    try:
        message = Message.parse_obj(value)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        detail = f"The {name} is missing or not a string."
        raise IntakeError(detail, REMEDIES[name]) from None
    return take(message.sender, message.message, message.message_id)


def take(sender: str, message: str, message_id: str | None = None) -> Incoming:
    """Checks the parts of a message.

    Args:
        sender: id of the conversation, as the client names it.
        message: what the user wrote.
        message_id: the client's own id of the message, if it has one.

    Raises:
        IntakeError: one of them cannot be taken.
    """
    return Incoming(clean_sender(sender), clean_text(message), clean_message_id(message_id))


def clean_sender(sender: str) -> str:
    """The id of a conversation, unchanged.

    Raises:
        IntakeError: empty, too long, or with characters that cannot be seen.
    """
    remedy = REMEDIES["sender"]
    if not sender.strip():
        raise IntakeError("The sender is empty.", remedy)
    if len(sender) > LONGEST_SENDER:
        raise IntakeError(f"The sender has {len(sender)} characters.", remedy)
    if any(_is_unseen(character) for character in sender):
        raise IntakeError("The sender holds characters that cannot be seen.", remedy)
    return sender


def clean_message_id(message_id: str | None) -> str | None:
    """The client's id of a message, unchanged.

    Raises:
        IntakeError: empty, too long, or with other characters than ids have.
    """
    if message_id is not None and not MESSAGE_ID.fullmatch(message_id):
        raise IntakeError("The message_id cannot be used.", REMEDIES["message_id"])
    return message_id


def clean_text(message: str) -> str:
    """What the user wrote, as text that any store can keep and that is never a command.

    Control characters become spaces, broken Unicode becomes U+FFFD, personal data is masked, and
    slashes at the beginning are taken away: Rasa would run "/restart" and set slots by
    "/intent{...}".

    Raises:
        IntakeError: blank, or too long.
    """
    if len(message) > LONGEST_MESSAGE:
        detail = f"The message has {len(message)} characters, too many to read."
        raise IntakeError(detail, "Ask in at most 1,000 characters.", too_long=True)
    # Nearly all text is free of what would have to be replaced.
    text = message if message.isprintable() else "".join(map(_kept, message))
    text = text.strip()
    if not text:
        raise IntakeError("The message is blank.", REMEDIES["message"])
    return without_command(mask(text, public_contacts()))


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
