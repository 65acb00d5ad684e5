"""Rasa entity extractor: what someone is paid, by rules.

Yearly amounts are computed for US dollars alone, an hour counted as 1/2,080 of a year (52 weeks
of 40 hours); other currencies are named and never converted.
"""

from __future__ import annotations

import re
from typing import Any, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

HOURS_A_YEAR = 2080
UNITS_A_YEAR = {"year": 1, "month": 12, "week": 52, "day": 260, "hour": HOURS_A_YEAR}
ASSUMPTION = "2,080 hours a year (52 weeks of 40 hours), 260 days"

_CURRENCIES = {
    "USD": r"us\$|usd|u\.s\. dollars?|us dollars?|dollars?|bucks|\$",
    "EUR": r"€|eur|euros?",
    "GBP": r"£|gbp|pounds?(?: sterling)?|quid",
    "INR": r"₹|inr|rs\.?|rupees?",
    "CAD": r"ca\$|c\$|cad|canadian dollars?",
    "AUD": r"a\$|au\$|aud|australian dollars?",
    "MXN": r"mx\$|mxn|mexican pesos?",
    "PHP": r"₱|php|philippine pesos?",
    "PESO": r"pesos?",
    "CNY": r"¥|cny|rmb|yuan",
    "JPY": r"jpy|yen",
    "CHF": r"chf|(?:swiss )?francs?",
    "NGN": r"₦|ngn|naira",
    "BRL": r"r\$|brl|reais",
    "KRW": r"₩|krw|won",
}
_ORDER = sorted(_CURRENCIES, key=lambda code: code in ("USD", "PESO"))
_CURRENCY = "|".join(_CURRENCIES[code] for code in _ORDER)

_SCALES = {
    "k": 1e3,
    "grand": 1e3,
    "thousand": 1e3,
    "thou": 1e3,
    "m": 1e6,
    "mil": 1e6,
    "million": 1e6,
    "lakh": 1e5,
    "lakhs": 1e5,
    "lac": 1e5,
    "lacs": 1e5,
    "lpa": 1e5,
    "crore": 1e7,
    "crores": 1e7,
}
_INDIAN = {"lakh", "lakhs", "lac", "lacs", "lpa", "crore", "crores"}
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))

_PERIODS = {
    "hour": r"hours?|hourly|hrs?|h",
    "day": r"days?|daily",
    "week": r"weeks?|weekly|wks?",
    "month": r"months?|monthly|mo|mnths?",
    "year": r"years?|yearly|yrs?|annum|annually|annual|anually|p\.?a\.?|y",
}
_PERIOD = "|".join(_PERIODS.values())

_NUMBER = r"\d{1,3}(?:\.\d{3})+(?![\d,])|\d{1,3}(?:,\d{2,3})+(?:\.\d+)?|\d+(?:\.\d+)?"


def _amount_pattern(number: int) -> str:
    return (
        rf"(?:(?P<before{number}>{_CURRENCY})\s*)?(?P<number{number}>{_NUMBER})"
        rf"(?:\s?(?P<scale{number}>{_SCALE})\b)?(?:\s*(?P<after{number}>{_CURRENCY})(?!\w))?"
    )


_MONEY = re.compile(
    rf"(?<![\w.,/-])(?:{_amount_pattern(1)}\s*(?:-|–|—|to|and)\s*)?{_amount_pattern(2)}"
    rf"(?:\s*(?P<link>/|\bper\b|\ban?\b|\beach\b|\bevery\b)?\s*(?P<period>{_PERIOD})(?![\w]))?"
    r"(?![\w%/]|[.,]\d|-\d)",
    re.IGNORECASE,
)
_FIGURES = re.compile(
    r"\b(?:(?P<low>low|mid|high)[\s-]+)?(?P<digits>five|six|seven|5|6|7)[\s-]+figures?\b",
    re.IGNORECASE,
)
_FIGURE_DIGITS = {"five": 5, "six": 6, "seven": 7, "5": 5, "6": 6, "7": 7}

_PAY_BEFORE = re.compile(
    r"(?:\b(?:make|makes|made|making|earn|earns|earned|earning|paid|pay|pays|paying|salary|wage|"
    r"wages|income|offer|offered|offering|gross|bring home|get|gets|getting|on|at|currently|"
    r"about|around|roughly|approximately|over|under|above|below|than|of|to|from|for|is|was|want|need|"
    r"least)\b[\s:~]*)+$",
    re.IGNORECASE,
)
_PAY_VERB = re.compile(
    r"\b(?:make|makes|made|making|earn\w*|paid|pay|pays|paying|salary|salaries|wage|wages|income|"
    r"offer\w*|gross|bring home|compensation|take[- ]home|raise)\b",
    re.IGNORECASE,
)
_NOT_PAY = re.compile(
    r"^\s*(?:%|\(k\)|years?\s+old|yo\b|y/o|beds?|people|employees|patients|students|members|"
    r"projects|miles|credits?|steps|words|jobs|openings|followers|sq|times|article|figure|"
    r"number|median)",
    re.IGNORECASE,
)
_EACH = re.compile(r".*ly|p\.?a\.?|annual", re.IGNORECASE)
_RETIREMENT = {"401", "403", "457"}


def extract_money(text: str) -> list[dict[str, Any]]:
    """Finds amounts of pay in a text.

    Args:
        text: any text.

    Returns:
        Spans in order, each {"start", "end", "value"}; a value is {"text", "amount", "currency"
        (ISO 4217, "PESO" where the country is not said), "per" ("year", "month", "week", "day",
        "hour" or None), "amount_per_year" (None where it cannot be said) and, where that was
        computed, "assumption"}. A range gives "amount" its lower and "amount_to" its upper end,
        and likewise "amount_per_year_to".
    """
    found = []
    for match in _MONEY.finditer(text):
        value = _value(text, match)
        if value is not None:
            found.append(_span(match, value))
    found += [_span(match, _figures(match)) for match in _FIGURES.finditer(text)]
    return sorted(found, key=lambda entity: int(entity["start"]))


def _span(match: re.Match[str], value: dict[str, Any]) -> dict[str, Any]:
    value = {"text": match.group(), **value}
    return {"start": match.start(), "end": match.end(), "value": value}


def _value(text: str, match: re.Match[str]) -> Optional[dict[str, Any]]:
    groups = match.groupdict()
    scale = (groups["scale2"] or "").lower()
    if groups["number2"] in _RETIREMENT and scale in ("k", ""):
        return None
    currency = _code(groups["before2"] or groups["after2"] or groups["before1"] or groups["after1"])
    if currency is None and scale in _INDIAN:
        currency = "INR"
    amount = _amount(groups["number2"], scale)
    period = _period(groups["period"])
    if period is None and scale == "lpa":
        period = "year"
    if not _is_pay(text, match, groups, amount, period, currency is not None):
        return None
    lower = None
    if groups["number1"]:
        lower_scale = (groups["scale1"] or "").lower()
        lower = _amount(groups["number1"], lower_scale)
        if not lower_scale and lower < amount / 100:
            lower = _amount(groups["number1"], scale)
    return _described(lower, amount, currency or "USD", period)


def _is_pay(
    text: str,
    match: re.Match[str],
    groups: dict[str, Optional[str]],
    amount: float,
    period: Optional[str],
    with_currency: bool,
) -> bool:
    """Returns whether a number is pay: it has a currency, or its form and neighbours say so."""
    before, after = text[: match.start()], text[match.end() :]
    if _NOT_PAY.match(after) and not with_currency:
        return False
    if with_currency:
        return True
    scaled = bool(groups["scale2"])
    if period is not None:
        linked = bool(groups["link"]) or bool(_EACH.fullmatch(groups["period"] or ""))
        if not linked and not scaled:  # "5 years", "2,080 hours" last; they are not paid
            return period == "year" and amount >= 10_000
        return amount >= (5 if period == "hour" else 50)
    if scaled:
        return amount >= 1000
    paid = bool(_PAY_BEFORE.search(before)) and bool(_PAY_VERB.search(before[-60:]))
    grouped = "," in (groups["number2"] or "")
    return paid and (amount >= 10_000 or (grouped and amount >= 1000)) and amount < 10_000_000


def _described(
    lower: Optional[float], upper: float, currency: str, period: Optional[str]
) -> dict[str, Any]:
    amount = upper if lower is None else min(lower, upper)
    value: dict[str, Any] = {
        "amount": amount,
        "currency": currency,
        "per": period,
        "amount_per_year": _per_year(amount, currency, period),
    }
    if lower is not None:
        value["amount_to"] = max(lower, upper)
        value["amount_per_year_to"] = _per_year(value["amount_to"], currency, period)
    if value["amount_per_year"] is not None and period not in (None, "year"):
        value["assumption"] = ASSUMPTION
    return value


def _per_year(amount: float, currency: str, period: Optional[str]) -> Optional[float]:
    """Returns dollars a year; an amount without a period counts as yearly from 10,000."""
    if currency != "USD":
        return None
    if period is None:
        return amount if amount >= 10_000 else None
    return round(amount * UNITS_A_YEAR[period], 2)


def _amount(number: str, scale: str) -> float:
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", number):
        number = number.replace(".", "")
    return round(float(number.replace(",", "")) * _SCALES.get(scale, 1), 2)


def _code(currency: Optional[str]) -> Optional[str]:
    if not currency:
        return None
    return next(code for code in _ORDER if re.fullmatch(_CURRENCIES[code], currency, re.IGNORECASE))


def _period(words: Optional[str]) -> Optional[str]:
    if not words:
        return None
    return next(
        unit for unit, forms in _PERIODS.items() if re.fullmatch(forms, words, re.IGNORECASE)
    )


def _figures(match: re.Match[str]) -> dict[str, Any]:
    """Returns the range of "six figures", or of its low, middle or high third."""
    lowest = 10.0 ** (_FIGURE_DIGITS[match["digits"].lower()] - 1)
    shares = {"low": (1, 4), "mid": (4, 7), "high": (7, 10)}
    low, high = shares.get((match["low"] or "").lower(), (1, 10))
    return {
        "amount": low * lowest,
        "amount_to": high * lowest - 1,
        "currency": "USD",
        "per": None,
        "amount_per_year": low * lowest,
        "amount_per_year_to": high * lowest - 1,
    }


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class MoneyEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Adds an entity for each amount of pay; see `extract_money` for its value.

    Config:
        entity: name of the entity.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults of the settings listed in the class docstring."""
        return {"entity": "money"}

    def __init__(self, config: dict[str, Any]) -> None:
        """Makes an extractor with the settings listed in the class docstring."""
        self._entity: str = config["entity"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MoneyEntityExtractor:
        """Creates the component (see parent class)."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the entities of each message to its output."""
        for message in messages:
            entities = [
                {
                    ENTITY_ATTRIBUTE_TYPE: self._entity,
                    ENTITY_ATTRIBUTE_START: money["start"],
                    ENTITY_ATTRIBUTE_END: money["end"],
                    ENTITY_ATTRIBUTE_VALUE: money["value"],
                }
                for money in extract_money(message.get(TEXT) or "")
            ]
            known = message.get(ENTITIES, [])
            message.set(ENTITIES, known + self.add_extractor_name(entities), add_to_output=True)
        return messages
