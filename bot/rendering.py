"""From answers to what a medium shows: plain text, buttons and the structured form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.answers import Answer
from bot.dialogue import merged_suggestions
from bot.knowledge import Knowledge


def plain_text(answers: Sequence[Answer]) -> str:
    """Write answers as lines of text, each with its list, caveat and source.

    No line is blank: Rasa's channels part a message there. A source or a caveat that the answers
    share is written once, after the last of them.
    """
    lines: list[str] = []
    for place, answer in enumerate(answers):
        later = answers[place + 1 :]
        lines.append(answer.lead)
        lines += [f"- {point}" for point in answer.points]
        if answer.caveat and answer.caveat not in {other.caveat for other in later}:
            lines.append(answer.caveat)
        if answer.source and answer.source not in {other.source for other in later}:
            lines.append(f"Source: {answer.source}.".replace("?.", "?"))
    return "\n".join(lines)


def buttons(answers: Sequence[Answer]) -> list[dict[str, str]]:
    """Return the suggestions as Rasa buttons, whose payload is the question itself."""
    return [{"title": title, "payload": title} for title in merged_suggestions(answers)]


def structured(knowledge: Knowledge, answers: Sequence[Answer]) -> dict[str, Any]:
    """Return the answers as plain data for channels that show more than text.

    Shape: ``{"answers": [{"topic", "kind", "lead", "points", "caveat", "source", "facts",
    "beside", "named", "own", "figures", "step"}], "suggestions": [...]}``; a figure carries its
    reference, value, unit, statistic, occupation and relation, area, date and its source's status.
    """
    return {
        "answers": [
            {
                "topic": answer.topic,
                "kind": answer.kind,
                "lead": answer.lead,
                "points": list(answer.points),
                "caveat": answer.caveat,
                "source": answer.source,
                "facts": list(answer.facts),
                "beside": list(answer.beside),
                "named": list(answer.named),
                "own": list(answer.own),
                "figures": [_figure(knowledge, name) for name in answer.figures],
                "step": list(answer.step) if answer.step else None,
            }
            for answer in answers
        ],
        "suggestions": list(merged_suggestions(answers)),
    }


def from_structured(data: Mapping[str, Any]) -> tuple[Answer, ...]:
    """Build answers anew from what :func:`structured` returned, so that they can be said again."""
    entries = data["answers"]
    return tuple(
        Answer(
            topic=entry["topic"],
            kind=entry["kind"],
            lead=entry["lead"],
            points=tuple(entry["points"]),
            caveat=entry["caveat"],
            source=entry["source"],
            suggestions=tuple(data["suggestions"]) if place == 0 else (),
            facts=tuple(entry["facts"]),
            beside=tuple(entry["beside"]),
            figures=tuple(figure["reference"] for figure in entry["figures"]),
            named=tuple(entry["named"]),
            own=tuple(entry["own"]),
            # Replies that were stored before there were steps have none.
            step=(step[0], step[1]) if (step := entry.get("step")) else None,
        )
        for place, entry in enumerate(entries)
    )


def _figure(knowledge: Knowledge, reference: str) -> dict[str, Any]:
    figure = knowledge.figure(reference)
    occupation, source = figure.occupation, figure.source
    return {
        "reference": reference,
        "value": figure.value,
        "unit": figure.unit,
        "statistic": figure.statistic,
        "hedge": figure.hedge,
        "occupation": occupation.name if occupation else None,
        "relation": occupation.relation if occupation else None,
        "area": figure.area,
        "date": str(figure.date),
        "source_status": source.status if source else None,
    }
