"""The promise, as a check: every number in a reply is a figure of a fact that the reply cites."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from bot.knowledge import Knowledge
from bot.knowledge.model import Figure
from bot.knowledge.texts import COUNTS, NUMBER_WORD
from bot.pay import HOURS_PER_YEAR

NUMBER = re.compile(
    r"(?P<phone>\d{3}-\d{3}-\d{4})|(?P<dollars>\$\d[\d,.]*)|(?P<percent>\d[\d,.]*\s?%)"
    r"|(?P<plain>\d[\d,.]*)"
)
STEP = re.compile(r"\(\d of \d\)")
ERROR_ID = re.compile(r"\(Error [0-9a-f]+\)")


def numbers_in(text: str) -> list[str]:
    """Return every number of a text as it is written, number words included, in order.

    The steps of the fit check and an error's id are no claims and are left out.
    """
    text = ERROR_ID.sub("", STEP.sub("", text))
    digits = [match.group().rstrip(".,") for match in NUMBER.finditer(text)]
    return [*digits, *(match.group().lower() for match in NUMBER_WORD.finditer(text))]


def unproven(
    knowledge: Knowledge,
    text: str,
    facts: Iterable[str],
    own: Collection[int] = (),
    named: Iterable[str] = (),
) -> list[str]:
    """Return the numbers of a reply that nothing it cites accounts for.

    Args:
        knowledge: Where the facts stand.
        text: The reply as shown, without what the user typed.
        facts: The ids of the facts that it cites.
        own: Amounts of the user's own pay a year: they, their distance from a figure that is
            cited, and the hours that they are reckoned by may be said.
        named: Names that the user gave and the reply says back, such as "Six Sigma" or "a 401k".
    """
    for name in named:
        text = text.replace(name, "")
    allowed = {knowledge.career.contact.phone}
    allowed |= {line.number for line in knowledge.conversation.helplines}
    for name in facts:
        if name in knowledge.facts:
            figures = knowledge.facts[name].figures
            allowed |= {_written(figure) for figure in figures}
            allowed |= {f"${abs(amount - f.value):,}" for f in figures for amount in own}
    if own:
        allowed |= {f"{HOURS_PER_YEAR:,}", *(f"${amount:,}" for amount in own)}
    return [number for number in numbers_in(text) if number not in allowed]


def unlabelled(knowledge: Knowledge, text: str) -> list[str]:
    """Return the related job's figures that stand in a sentence without that job's name."""
    found = []
    for sentence in re.split(r"(?<=[.!?])\s+|\n", text):
        for fact in knowledge.career.facts:
            for figure in fact.figures:
                occupation = figure.occupation
                if occupation is None or occupation.relation != "related":
                    continue
                said = _written(figure) in numbers_in(sentence)
                if said and (occupation.name or "").lower() not in sentence.lower():
                    found.append(_written(figure))
    return found


def _written(figure: Figure) -> str:
    if figure.unit == "usd_per_year":
        return f"${figure.value:,}"
    if figure.unit == "percent":
        return f"{figure.value}%"
    return COUNTS[figure.value] if figure.value < len(COUNTS) else f"{figure.value:,}"
