"""Asks the evaluation set of the whole advisor: its pipeline, its rules and its actions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.evaluation.cases import Case, Voice
from bot.evaluation.judging import Reply, Verdict, judge, named_back
from bot.knowledge import Knowledge
from bot.proof import unlabelled, unproven

Ask = Callable[[str, str], Awaitable[list[dict[str, Any]]]]


@dataclass(frozen=True)
class Outcome:
    """What came of one message.

    Attributes:
        voice: Who said it.
        dialogue: The conversation it belongs to; empty for a message that stands alone.
        case: The message and its expectation.
        verdict: Whether the reply is right.
        topics: What was answered.
        named: Whether what was asked about is named back; True where nothing need be.
        unproven: Numbers that the reply says without a fact, or without their label.
    """

    voice: str
    dialogue: str
    case: Case
    verdict: Verdict
    topics: tuple[str, ...]
    named: bool
    unproven: tuple[str, ...]


async def run_voice(
    voice: Voice,
    ask: Ask,
    knowledge: Knowledge,
    done: Callable[[], None],
    change: Callable[[str], str] = str,
) -> list[Outcome]:
    """Ask everything that a voice says.

    Args:
        voice: Its utterances are asked each in a conversation of its own.
        ask: Takes text and sender, returns the messages of the reply.
        knowledge: Against which numbers are proven.
        done: Called after each message.
        change: What is done to a text before it is asked, such as adding noise.
    """
    outcomes: list[Outcome] = []
    talks: list[tuple[str, tuple[Case, ...]]] = [("", (case,)) for case in voice.utterances]
    talks += [(dialogue.name, dialogue.turns) for dialogue in voice.dialogues]
    for number, (name, turns) in enumerate(talks):
        before: Reply | None = None
        for case in turns:
            text = change(case.text)
            reply = read(await ask(text, f"evaluation-{voice.name}-{number}"))
            outcomes.append(_outcome(voice.name, name, case, reply, before, knowledge))
            before = reply
            done()
    return outcomes


def read(messages: Sequence[Mapping[str, Any]]) -> Reply:
    """Read the messages of one turn in the form of Rasa's REST channel."""
    data = [m["custom"]["data"] for m in messages if "data" in (m.get("custom") or {})]
    return Reply(
        text="\n".join(m["text"] for m in messages if m.get("text")),
        answers=[answer for entry in data for answer in entry["answers"]],
        suggestions=[title for entry in data for title in entry["suggestions"]],
    )


def _outcome(
    voice: str, dialogue: str, case: Case, reply: Reply, before: Reply | None, knowledge: Knowledge
) -> Outcome:
    unknown = unproven(knowledge, reply.text, reply.cited, reply.own, reply.named)
    return Outcome(
        voice=voice,
        dialogue=dialogue,
        case=case,
        verdict=judge(case.expect, reply, before),
        topics=tuple(reply.topics),
        named=named_back(case.expect, reply),
        unproven=(*unknown, *unlabelled(knowledge, reply.text)),
    )


def messages_of(voices: Sequence[Voice]) -> Iterator[Case]:
    """Yield every message of all voices."""
    for voice in voices:
        yield from voice.utterances
        for dialogue in voice.dialogues:
            yield from dialogue.turns
