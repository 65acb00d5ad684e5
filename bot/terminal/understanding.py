"""What the pipeline made of a message, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.terminal.reply import Reply, visible
from bot.understanding import Question, questions_of


def understood(parse_data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each question found: text, intent, confidence, decision, runner-up, named things.

    Args:
        parse_data: What ``Advisor.parse`` returns.
    """
    questions = questions_of(parse_data)
    parts = parse_data.get("questions") or [parse_data]
    return [
        _entry(question, part, str(parse_data.get("text") or ""))
        for question, part in zip(questions, parts, strict=True)
    ]


def explain(entries: list[dict[str, Any]], reply: Reply) -> str:
    """Write what was understood and what the reply rests on, as lines of text."""
    lines: list[str] = []
    for number, entry in enumerate(entries, 1):
        lines.append(f"Question {number}: {_short(entry['text'])}")
        sure = f"{entry['intent']}, {entry['confidence']:.2f}, decision: {entry['decision']}"
        lines.append(f"  understood as: {sure}")
        if runner_up := entry["runner_up"]:
            lines.append(f"  runner-up: {runner_up['intent']}, {runner_up['confidence']:.2f}")
        lines += [
            f"  named: {named['entity']} {named['value']} ({_short(named['text'])})"
            for named in entry["named"]
        ]
        lines += [f"  pay: {_short(pay['text'])}" for pay in entry["pay"]]
    for answer in reply.answers:
        facts = ", ".join([*answer["facts"], *answer["beside"]]) or "none"
        lines.append(f"Answered: {answer['topic']} ({answer['kind']}), facts: {facts}")
    return "\n".join(lines)


def _entry(question: Question, part: Mapping[str, Any], whole: str) -> dict[str, Any]:
    others = [
        entry for entry in part.get("intent_ranking") or [] if entry.get("name") != question.intent
    ]
    return {
        "text": question.text or whole,
        "intent": question.intent,
        "confidence": question.confidence,
        "decision": question.decision,
        "runner_up": {"intent": others[0]["name"], "confidence": float(others[0]["confidence"])}
        if others
        else None,
        "named": [
            {"entity": named.entity, "value": named.value, "text": named.text}
            for named in question.named
        ],
        "pay": [
            {
                "text": pay.text,
                "currency": pay.currency,
                "per": pay.per,
                "amount_per_year": pay.amount_per_year,
            }
            for pay in question.pay
        ],
    }


def _short(text: str) -> str:
    """Quote what the user wrote, on one line."""
    words = " ".join(visible(text).split())
    return f"“{words[:80]}{'…' if len(words) > 80 else ''}”"
