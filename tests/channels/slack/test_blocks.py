from __future__ import annotations

from typing import Any

import pytest

from bot.channels.slack.blocks import said, spent
from tests.channels.slack.limits import buttons_of, hold, said_in


def message(blocks: Any, text: str = "said") -> dict[str, Any]:
    return {"text": text, "blocks": blocks}


def turn(lead: str, points: int = 0, suggestions: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    answer = {
        "kind": "fact",
        "lead": lead,
        "points": [f"point {number}" for number in range(points)],
        "caveat": "but not always",
        "source": "the article, section Salary",
    }
    return [
        {"text": lead, "buttons": [{"title": s, "payload": s} for s in suggestions]},
        {"custom": {"data": {"answers": [answer]}}},
    ]


@pytest.mark.parametrize("length", [1, 75, 76, 2000, 3000, 3001, 20_000])
def test_whatever_its_length_a_message_is_within_the_limits(length: int) -> None:
    questions = tuple(f"{number}{'x' * length}" for number in range(23))
    reply = said(turn("a" * length, 12, questions))

    hold({"text": reply.text, "blocks": reply.blocks})
    assert len(buttons_of(message(reply.blocks))) == 23


def test_however_many_answers_there_are_the_buttons_stay() -> None:
    messages = [part for _ in range(60) for part in turn("x", 2)] + turn("y", 0, ("why?",))
    reply = said(messages)
    hold({"text": reply.text, "blocks": reply.blocks})
    assert [button["value"] for button in buttons_of(message(reply.blocks))] == ["why?"]


def test_an_apology_without_structure_is_said_too() -> None:
    reply = said([{"text": "Sorry <b>"}])
    hold({"text": reply.text, "blocks": reply.blocks})
    assert said_in(message(reply.blocks)) == "Sorry <b>"
    assert reply.text == "Sorry &lt;b&gt;"


def test_a_spent_message_keeps_all_but_its_buttons() -> None:
    reply = said(turn("lead", 3, ("why?",)))
    left = spent(reply.blocks, "why?")
    hold({"text": reply.text, "blocks": left})
    assert buttons_of(message(left)) == []
    assert said_in(message(left)).endswith("Asked: why?")
    assert "point 2" in said_in(message(left))
