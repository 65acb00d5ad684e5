"""What a user says of a reply: checked before it is stored."""

from __future__ import annotations

from typing import Literal, Optional

from pydantic import BaseModel, Extra, StrictBool, StrictInt, StrictStr, ValidationError

from bot.channels.intake import IntakeError, clean_message_id

REASONS = ("wrong", "outdated", "not_what_i_asked")
REMEDY = (
    'Send {"message_id": "of the question", "reply": 0, "helpful": true or false, "reason": one of '
    f"{', '.join(REASONS)}, or none}}."
)


class Feedback(BaseModel):
    """A thumb.

    Attributes:
        message_id: of the question.
        reply: place among the replies to it, from 0.
        helpful: thumb up or down.
        reason: why not.
    """

    message_id: StrictStr
    reply: StrictInt
    helpful: StrictBool
    reason: Optional[Literal["wrong", "outdated", "not_what_i_asked"]] = None  # noqa: UP045  # pydantic 1

    class Config:
        extra = Extra.ignore


def take_feedback(value: object) -> Feedback:
    """Checks feedback as a client sends it, decoded from JSON.

    Raises:
        IntakeError: it has not the shape of `Feedback`.
    """
    try:
        feedback = Feedback.parse_obj(value)
    except ValidationError:
        raise IntakeError("The feedback cannot be read.", REMEDY) from None
    clean_message_id(feedback.message_id)
    return feedback
