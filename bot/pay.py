"""A user's own pay, placed within the article's figures: arithmetic, never a forecast."""

from __future__ import annotations

from bot.knowledge import Knowledge
from bot.knowledge.texts import dollars
from bot.understanding import Pay

# Weeks of 40 hours, as the pipeline counts an hourly wage.
HOURS_PER_YEAR = 52 * 40


def compare(knowledge: Knowledge, own: Pay) -> str:
    """Say where an amount lies within the reported range and against the median.

    Args:
        knowledge: Where the range and the median stand.
        own: The user's pay; compared as US dollars a year.

    Returns:
        One or two sentences; for another currency, that it is not converted.
    """
    comparison = knowledge.career.pay_comparison
    if own.currency != "USD":
        return knowledge.fill(comparison.foreign, given=own.text or f"an amount in {own.currency}")
    if own.amount_per_year is None:
        return knowledge.fill(comparison.missing)
    low = knowledge.figure(comparison.low).value
    high = knowledge.figure(comparison.high).value
    median = knowledge.figure(comparison.median).value
    amount = round(own.amount_per_year)
    if amount < low:
        text = comparison.below
    elif amount > high:
        text = comparison.above
    else:
        text = comparison.within
    said = knowledge.fill(
        text,
        pay=dollars(amount),
        gap_low=dollars(low - amount),
        gap_high=dollars(amount - high),
        gap_median=_gap(amount, median),
    )
    if own.per in (None, "year"):
        return said
    template = comparison.hourly if own.per == "hour" else comparison.counted
    counted = knowledge.fill(
        template, given=own.text, pay=dollars(amount), hours_per_year=f"{HOURS_PER_YEAR:,}"
    )
    return f"{said} {counted}"


def _gap(amount: int, median: int) -> str:
    if amount == median:
        return "equal to"
    side = "below" if amount < median else "above"
    return f"{dollars(abs(amount - median))} {side}"
