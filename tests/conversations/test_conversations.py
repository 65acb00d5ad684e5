"""Each behaviour of the conversation, played through the real agent with the real actions.

A file in this folder holds behaviours of one kind. Each has a ``name`` that says what should
happen, and ``turns``: what the ``user`` says, and of the reply what must hold:

- ``topics``: what is answered, in order; ``facts``: fact ids among those told
- ``says`` / ``says_not``: words that stand or do not stand in the text, whatever their case
- ``offers``: buttons among those shown; ``messages``: how many messages the turn has
- ``differs``: the text has not been said before in this conversation

Whatever the behaviour, every reply's numbers are proven and no reply is silent.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.evaluation.running import read
from bot.knowledge import Knowledge
from bot.proof import unlabelled, unproven
from bot.runtime.agent import Advisor

HERE = Path(__file__).parent
KEYS = {"user", "topics", "facts", "says", "says_not", "offers", "messages", "differs"}
LONGEST_ANSWER = 800


def behaviours() -> list[Any]:
    return [
        pytest.param(entry, id=f"{path.stem}: {entry['name']}")
        for path in sorted(HERE.glob("*.yml"))
        for entry in YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.model
@pytest.mark.parametrize("behaviour", behaviours())
async def test_behaviour(advisor: Advisor, known: Knowledge, behaviour: dict[str, Any]) -> None:
    sender = "-".join(behaviour["name"].split())[:100]
    said: list[str] = []
    for turn in behaviour["turns"]:
        assert set(turn) <= KEYS, f"unknown keys: {set(turn) - KEYS}"
        messages = await advisor.reply(turn["user"], sender)
        check_turn(known, turn, messages, said)


def check_turn(
    known: Knowledge, turn: dict[str, Any], messages: list[dict[str, Any]], said: list[str]
) -> None:
    reply = read(messages)
    shown = f"{turn['user']!r} was answered: {reply.topics} {reply.text!r} {reply.suggestions}"
    assert reply.text, shown
    assert len(reply.text) <= LONGEST_ANSWER * max(1, len(reply.answers)), shown
    if "topics" in turn:
        assert reply.topics == turn["topics"], shown
    assert set(turn.get("facts", ())) <= reply.facts, shown
    for words in turn.get("says", ()):
        assert words.casefold() in reply.text.casefold(), f"no {words!r}: {shown}"
    for words in turn.get("says_not", ()):
        assert words.casefold() not in reply.text.casefold(), f"{words!r}: {shown}"
    assert set(turn.get("offers", ())) <= set(reply.suggestions), shown
    if sum("text" in message for message in messages) == 1:
        assert len(reply.suggestions) <= 3, shown
    if "messages" in turn:
        assert sum("text" in message for message in messages) == turn["messages"], shown
    if turn.get("differs"):
        assert reply.text not in said, shown
    assert unproven(known, reply.text, reply.cited, reply.own, reply.named) == [], shown
    assert unlabelled(known, reply.text) == [], shown
    said.append(reply.text)
