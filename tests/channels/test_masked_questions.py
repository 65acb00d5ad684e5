"""What is masked is asked of the real advisor: the question beside it is understood as before."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from bot.runtime.agent import Advisor

pytestmark = pytest.mark.model

QUESTIONS = (
    "What is the median pay?",
    "What are the duties?",
    "Do I need a masters degree?",
    "I make 85,000 now, how does that compare?",
    "Can I work from home?",
)
PLANTED = (
    "My email is jane.doe@example.edu.",
    "Call me at 617-555-0142.",
    "My ssn is 078-05-1120.",
    "My card is 4111 1111 1111 1111.",
    "Jane, 617-555-0142.",
)


async def answers(advisor: Advisor, text: str) -> list[tuple[str, list[str]]]:
    messages: list[dict[str, Any]] = await advisor.reply(text, uuid4().hex)
    return [
        (answer["topic"], answer["facts"])
        for message in messages
        for answer in message.get("custom", {}).get("data", {}).get("answers", [])
    ]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("planted", PLANTED)
async def test_a_question_beside_personal_data_is_answered_as_without(
    advisor: Advisor, question: str, planted: str
):
    alone = await answers(advisor, question)

    assert await answers(advisor, f"{question} {planted}") == alone
    assert await answers(advisor, f"{planted} {question}") == alone


async def test_the_advisors_own_number_is_understood(advisor: Advisor):
    said = await advisor.reply("is 855-295-1866 the number to call?", uuid4().hex)

    assert "[removed]" not in str(said)
    assert "855-295-1866" in str(said)
