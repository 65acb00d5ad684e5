"""Placeholders in the knowledge file's texts, and how figures are written out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.knowledge.model import Career, Figure

PLACEHOLDER = re.compile(r"\{([A-Za-z][A-Za-z0-9_]*)(?:\.([a-z]+))?(\|capital)?\}")
NUMBER_WORD = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven"
    r"|eigh|nine)(?:teen|ty)|twenty|forty|dozens?|hundreds?|thousands?|millions?|billions?|thirds?"
    r"|quarters?|half|double|triple|twice)\b",
    re.IGNORECASE,
)
DIGIT = re.compile(r"\d")
COUNTS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
)  # fmt: skip


def figure_references(text: str) -> Iterator[tuple[str, str]]:
    """Yield (fact id, statistic) for each figure that a text says."""
    for name, statistic, _ in PLACEHOLDER.findall(text):
        if statistic:
            yield name, statistic


def cited_facts(text: str) -> tuple[str, ...]:
    """Return the ids of the facts whose figures a text says, in order, each once."""
    return tuple(dict.fromkeys(fact for fact, _ in figure_references(text)))


def dollars(amount: float) -> str:
    """Write an amount of US dollars without cents: ``$76,000``."""
    return f"${amount:,.0f}"


def figure_text(figure: Figure) -> str:
    """Write a figure out with its hedge: ``roughly $90,000``, ``an estimated 21%``, ``nine``."""
    if figure.unit == "usd_per_year":
        number = dollars(figure.value)
    elif figure.unit == "percent":
        number = f"{figure.value}%"
    else:
        number = COUNTS[figure.value] if figure.value < len(COUNTS) else f"{figure.value:,}"
    return f"{figure.hedge} {number}" if figure.hedge else number


def find_figure(career: Career, fact_id: str, statistic: str) -> Figure | None:
    """Return the figure that ``{fact_id.statistic}`` means, or None."""
    for fact in career.facts:
        if fact.id == fact_id:
            for figure in fact.figures:
                if figure.statistic == statistic:
                    return figure
    return None


def general_values(career: Career) -> dict[str, str]:
    """Return the values of the placeholders that any text may hold."""
    return {
        "phone": career.contact.phone,
        "job": career.job.name,
        "jobs": career.job.plural,
        "title": career.article.title,
        "profiles": ", ".join(career.profiles),
    }


def fill(text: str, career: Career, values: Mapping[str, str] | None = None) -> str:
    """Replace every placeholder of a text.

    Args:
        text: A text of the knowledge file.
        career: Where figures, the phone number and the job's names come from.
        values: Further placeholders, which win over the general ones.

    Raises:
        KeyError: The text has a placeholder that nobody fills; validation prevents it.
    """
    known = {**general_values(career), **(values or {})}

    def replace(match: re.Match[str]) -> str:
        name, statistic, capital = match.groups()
        if statistic:
            figure = find_figure(career, name, statistic)
            if figure is None:
                raise KeyError(f"no figure {name}.{statistic}")
            said = figure_text(figure)
        else:
            said = known[name]
        return said[:1].upper() + said[1:] if capital else said

    return PLACEHOLDER.sub(replace, text)
