"""An advisor without Rasa: understands by keywords, and answers with the real dialogue.

As a program it is `advisor chat` with this advisor. It loads when the pipe whose number stands in
STAND_IN_GATE is closed at its other end, and fails to where STAND_IN_FAILS says how.
"""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bot import apology, fit
from bot.answers import Answer
from bot.dialogue import Memory, respond
from bot.knowledge import knowledge
from bot.rendering import buttons, plain_text, structured
from bot.runtime.errors import StartUpError
from bot.settings import Settings
from bot.terminal import run
from bot.understanding import questions_of

KEYWORDS = {
    "median": "salary_median",
    "duties": "duties_overview",
    "boston": "salary_place",
    "hello": "greet",
}


class StandIn:
    def __init__(self) -> None:
        self.turns: list[tuple[str, str]] = []
        self.memories: dict[str, Memory] = {}
        self.closed = False

    async def reply(self, text: str, sender: str) -> list[dict[str, Any]]:
        self.turns.append((text, sender))
        if text == "break":
            return [{"recipient_id": sender, "text": apology.apology("0123abcd")}]
        if text == "fit check":
            asked = fit.ask(knowledge(), "fit_technology", resumed=False)
            return self._messages(sender, [asked])
        memory = self.memories.get(sender, Memory())
        turn = respond(knowledge(), questions_of(await self.parse(text)), memory)
        self.memories[sender] = turn.memory
        messages = self._messages(sender, turn.answers)
        if text == "duties, in the fit check":
            resumed = fit.ask(knowledge(), "fit_technology", resumed=True)
            messages += self._messages(sender, [resumed])
        return messages

    async def parse(self, text: str) -> dict[str, Any]:
        if text == "parse fails":
            raise RuntimeError(text)
        questions = [_question(intent, text) for intent in _intents(text)] or [
            _question("out_of_scope", text, "decline")
        ]
        entities = [
            {"entity": "place", "value": "Boston", "text": word, "start": 0, "end": 1}
            for word in text.split()
            if word.lower() == "boston"
        ]
        return {**questions[0], "text": text, "entities": entities, "questions": questions}

    def close(self) -> None:
        self.closed = True

    @staticmethod
    def _messages(sender: str, answers: list[Answer] | tuple[Answer, ...]) -> list[dict[str, Any]]:
        said: dict[str, Any] = {"recipient_id": sender, "text": plain_text(answers)}
        if offered := buttons(answers):
            said["buttons"] = offered
        data = structured(knowledge(), answers)
        return [said, {"recipient_id": sender, "custom": {"data": data}}]


def _intents(text: str) -> list[str]:
    for topic in knowledge().career.topics:
        if topic.question == text:
            return [topic.id]
    return [intent for word, intent in KEYWORDS.items() if word in text.lower()]


def _question(intent: str, text: str, decision: str = "answer") -> dict[str, Any]:
    return {
        "text": text,
        "start": 0,
        "end": len(text),
        "intent": {"name": intent, "confidence": 0.9},
        "intent_ranking": [
            {"name": intent, "confidence": 0.9},
            {"name": "salary_overview", "confidence": 0.04},
        ],
        "decision": decision,
    }


def load_stand_in(_settings: Settings) -> StandIn:
    if gate := os.environ.get("STAND_IN_GATE"):
        # In a pool, as libraries have them: Python would wait for it at its end.
        with ThreadPoolExecutor() as pool:
            pool.submit(os.read, int(gate), 1).result()
    if failure := os.environ.get("STAND_IN_FAILS"):
        raise StartUpError(failure)
    return StandIn()


if __name__ == "__main__":
    # A shell that runs the tests in the background has interruptions ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run(Settings.from_environment(), load=load_stand_in)
    except StartUpError as error:
        raise SystemExit(f"advisor: {error}") from None
