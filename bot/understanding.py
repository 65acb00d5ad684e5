"""What a message asks, as the pipeline read it: typed, and free of Rasa."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Decision = Literal["answer", "offer", "decline"]
# The extractor that finds names by a statistical model.
GUESSING = "SpacyEntities"
# The intent whose bare numbers are pay.
OWN_PAY = "salary_own_pay"
BARE_PAY = re.compile(r"(?<![\d$])\d{2,3},?\d{3}(?!\d)")
# Entities that count for the whole message, in whichever part of it they stand.
OF_THE_MESSAGE = frozenset({"distress_cue"})
DECISIONS: dict[str, Decision] = {"answer": "answer", "offer": "offer", "decline": "decline"}


@dataclass(frozen=True)
class Named:
    """A thing that the user named.

    Attributes:
        entity: Its kind, for example ``place``.
        value: Its canonical name, ``New York City``.
        text: The words as typed, ``nyc``.
    """

    entity: str
    value: str
    text: str


@dataclass(frozen=True)
class Pay:
    """An amount of pay that the user gave.

    Attributes:
        text: The words as typed.
        currency: ISO code, ``USD`` where none was said.
        per: ``year``, ``month``, ``week``, ``day``, ``hour``; None where none was said.
        amount_per_year: In US dollars; None where it cannot be known.
    """

    text: str
    currency: str
    per: str | None
    amount_per_year: float | None


@dataclass(frozen=True)
class Question:
    """One thing that the message asks.

    Attributes:
        intent: What it was read as.
        confidence: How surely, from 0 to 1.
        decision: Whether to answer, to offer readings or to decline.
        readings: The likeliest intents with their confidence, best first.
        in_context: The same, as read with what the conversation was about in mind; empty where
            the question is clear alone, or the first.
        decision_in_context: Whether to answer by those readings, by the likeliest of them.
        named: What was named in it.
        pay: Amounts of pay given in it.
        text: Its words.
    """

    intent: str
    confidence: float = 1.0
    decision: Decision = "answer"
    readings: tuple[tuple[str, float], ...] = ()
    in_context: tuple[tuple[str, float], ...] = ()
    decision_in_context: Decision = "answer"
    named: tuple[Named, ...] = ()
    pay: tuple[Pay, ...] = ()
    text: str = ""


def questions_of(
    parse_data: Mapping[str, Any],
    own_names: Sequence[str] = (),
    vocabulary: Container[str] = (),
) -> tuple[Question, ...]:
    """Read the pipeline's output.

    Args:
        parse_data: ``tracker.latest_message``: intent, intent_ranking, entities, and where the
            project's own classifier wrote them, decision and questions.
        own_names: What the career itself is called. What stands within such a name is not
            something else that was named: "project manager" in "clinical project manager".
        vocabulary: Words that make no name; what was guessed to be a name must hold none.

    Returns:
        At least one question, in the order asked.
    """
    spans = _spans(parse_data.get("text") or "", own_names)
    entities = [
        entity
        for entity in parse_data.get("entities") or []
        if not _is_plain(entity, vocabulary)
        and not any(
            start < entity.get("end", 0) and entity.get("start", 0) < end for start, end in spans
        )
    ]
    parts = parse_data.get("questions") or [_whole(parse_data)]
    whole = len(parts) == 1
    return tuple(_question(part, entities, whole) for part in parts)


def _is_plain(entity: Mapping[str, Any], vocabulary: Container[str]) -> bool:
    """Whether a name that was guessed, not looked up, is made of plain words."""
    if entity.get("extractor") != GUESSING:
        return False
    words = re.findall(r"[a-z]+", str(entity.get("value")).lower())
    return any(word in vocabulary for word in words)


def _spans(text: str, names: Sequence[str]) -> list[tuple[int, int]]:
    return [
        match.span()
        for name in names
        for match in re.finditer(rf"\b{re.escape(name)}s?\b", text, re.IGNORECASE)
    ]


def _whole(parse_data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "text": parse_data.get("text") or "",
        "intent": parse_data.get("intent") or {},
        "intent_ranking": parse_data.get("intent_ranking") or [],
        "decision": parse_data.get("decision", "answer"),
    }


def _question(
    part: Mapping[str, Any], entities: Sequence[Mapping[str, Any]], whole: bool
) -> Question:
    start, end = part.get("start", 0), part.get("end", 0)
    inside = [
        entity
        for entity in entities
        if whole
        or entity.get("entity") in OF_THE_MESSAGE
        or (start <= entity.get("start", 0) and entity.get("end", 0) <= end)
    ]
    intent = part.get("intent") or {}
    leaning = part.get("in_context") or {}
    return Question(
        intent=intent.get("name") or "",
        confidence=float(intent.get("confidence") or 0.0),
        decision=DECISIONS.get(str(part.get("decision")), "answer"),
        readings=_readings(part.get("intent_ranking") or []),
        in_context=_readings(leaning.get("intent_ranking") or []),
        decision_in_context=DECISIONS.get(str(leaning.get("decision")), "answer"),
        named=_named(inside),
        pay=_pay(inside) or _bare_pay(part),
        text=part.get("text") or "",
    )


def _readings(ranking: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, float], ...]:
    return tuple((entry["name"], float(entry["confidence"])) for entry in ranking)


def _named(entities: Sequence[Mapping[str, Any]]) -> tuple[Named, ...]:
    found = [
        Named(entity["entity"], entity["value"], str(entity.get("text") or entity["value"]))
        for entity in sorted(entities, key=lambda entity: entity.get("start", 0))
        if isinstance(entity.get("value"), str)
    ]
    return tuple({(named.entity, named.value): named for named in found}.values())


def _pay(entities: Sequence[Mapping[str, Any]]) -> tuple[Pay, ...]:
    amounts = [
        value
        for entity in entities
        if entity.get("entity") == "money" and isinstance(value := entity.get("value"), Mapping)
    ]
    return tuple(
        Pay(
            text=str(value.get("text") or ""),
            currency=str(value.get("currency") or "USD"),
            per=value.get("per"),
            amount_per_year=value.get(bound),
        )
        for value in amounts
        for bound in ("amount_per_year", "amount_per_year_to")
        if bound == "amount_per_year" or bound in value
    )


def _bare_pay(part: Mapping[str, Any]) -> tuple[Pay, ...]:
    """The amount in "what if I got 95000", where the question, alone or in context, is own pay."""
    alone, leaning = part.get("intent") or {}, part.get("in_context") or {}
    best = [*(leaning.get("intent_ranking") or []), alone][0]
    if best.get("name") != OWN_PAY:
        return ()
    found = BARE_PAY.findall(part.get("text") or "")
    return tuple(Pay(match, "USD", None, float(match.replace(",", ""))) for match in found)
