from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.money import MoneyEntityExtractor, extract_money


def only(text: str) -> dict[str, Any]:
    (found,) = extract_money(text)
    assert text[found["start"] : found["end"]] == found["value"]["text"]
    value: dict[str, Any] = found["value"]
    return value


@pytest.mark.parametrize(
    ("text", "amount", "per", "yearly"),
    [
        ("I make 85k now", 85_000, None, 85_000),
        ("i earn $85,000", 85_000, None, 85_000),
        ("85 thousand", 85_000, None, 85_000),
        ("my salary is 85000", 85_000, None, 85_000),
        ("$76.2k", 76_200, None, 76_200),
        ("40 an hour", 40, "hour", 83_200),
        ("$40/hr", 40, "hour", 83_200),
        ("25 hourly", 25, "hour", 52_000),
        ("45 bucks an hour", 45, "hour", 93_600),
        ("3.2k per month", 3_200, "month", 38_400),
        ("earn 1,200 a week", 1_200, "week", 62_400),
        ("$300 a day", 300, "day", 78_000),
        ("65k a year as a nurse", 65_000, "year", 65_000),
        ("I have $15", 15, None, None),
    ],
)
def test_dollars(text: str, amount: float, per: str | None, yearly: float | None) -> None:
    value = only(text)

    assert (value["amount"], value["per"], value["amount_per_year"]) == (amount, per, yearly)
    assert value["currency"] == "USD"


def test_a_conversion_states_what_it_assumes() -> None:
    assert "2,080 hours a year" in only("$40 an hour")["assumption"]
    assert "assumption" not in only("$85,000 a year")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("70-80k", 70_000, 80_000),
        ("between 70 and 80k", 70_000, 80_000),
        ("from 60k to 75k", 60_000, 75_000),
        ("$70,000 - $90,000 a year", 70_000, 90_000),
        ("six figures", 100_000, 999_999),
        ("low six figures", 100_000, 399_999),
    ],
)
def test_ranges(text: str, low: float, high: float) -> None:
    value = only(text)

    assert (value["amount"], value["amount_to"]) == (low, high)
    assert (value["amount_per_year"], value["amount_per_year_to"]) == (low, high)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("€50.000", 50_000, "EUR"),
        ("50,000 euros", 50_000, "EUR"),
        ("£40k", 40_000, "GBP"),
        ("600000 rupees", 600_000, "INR"),
        ("5 lakh", 500_000, "INR"),
        ("12 LPA", 1_200_000, "INR"),
        ("20000 pesos a month", 20_000, "PESO"),
        ("CAD 70000", 70_000, "CAD"),
        ("70k CAD", 70_000, "CAD"),
        ("C$70k", 70_000, "CAD"),
    ],
)
def test_other_currencies_are_named_and_not_converted(
    text: str, amount: float, currency: str
) -> None:
    value = only(text)

    assert (value["amount"], value["currency"]) == (amount, currency)
    assert value["amount_per_year"] is None


@pytest.mark.parametrize(
    "text",
    [
        "in 2 years",
        "my 401k",
        "a 401(k) plan",
        "the 76k article figure",
        "call 855-295-1866",
        "call 555 1234",
        "24/7",
        "18 years old",
        "i am 18",
        "40 hours a week",
        "52 weeks a year",
        "2080 hours a year",
        "12 hour shifts",
        "in 2024",
        "10k people",
        "GPA 3.5",
        "100%",
        "a 9 to 5",
        "a 4 year degree",
    ],
)
def test_other_numbers_are_not_pay(text: str) -> None:
    assert extract_money(text) == []


def test_two_amounts_are_found_in_order() -> None:
    found = extract_money("i'm 45, earn 55k and want $70,000")

    assert [entity["value"]["amount"] for entity in found] == [55_000, 70_000]


def test_the_component_adds_entities_to_those_known(graph: Any) -> None:
    known = {"entity": "place", "start": 0, "end": 6, "value": "Boston"}
    message = Message(data={"text": "boston pays 85k", "entities": [known]})

    graph.create(MoneyEntityExtractor).process([message])

    place, money = message.get("entities")
    assert place == known
    assert (money["entity"], money["extractor"]) == ("money", "MoneyEntityExtractor")
    assert (money["start"], money["end"]) == (12, 15)
    assert "entities" in message.as_dict(only_output_properties=True)
