"""Every figure in every reply is one that the cited facts hold; a changed digit is caught."""

from __future__ import annotations

import re

import pytest

from bot.knowledge import knowledge
from bot.knowledge.texts import NUMBER_WORD
from bot.proof import numbers_in, unlabelled, unproven
from tests.contract.replies import Reply, all_replies, mutated

KNOWN = knowledge()
# The article's own figures, read by a person: the knowledge file must say these and no others.
ARTICLE = {"M3": {76_000}, "M4": {21}, "M5": {61_000, 131_000}, "M6": {90_000},
           "J6": {9}, "E2": {4}, "E6": {3}}  # fmt: skip
PHONE = "855-295-1866"


@pytest.fixture(scope="module")
def replies() -> list[Reply]:
    return list(all_replies(KNOWN))


def own_numbers(reply: Reply) -> set[str]:
    """What may be said of the user's own pay, reckoned apart from the product's code."""
    if reply.pay is None:
        return set()
    own = {"2,080"} if reply.pay.per == "hour" else set()
    own |= set(numbers_in(reply.pay.text))
    if reply.pay.amount_per_year is not None:
        amount = round(reply.pay.amount_per_year)
        own |= {f"${value:,}" for value in (amount, abs(amount - 90_000))}
        own |= {f"${61_000 - amount:,}"} if amount < 61_000 else set()
        own |= {f"${amount - 131_000:,}"} if amount > 131_000 else set()
    return own


def faults(reply: Reply, text: str) -> list[str]:
    named = [name for answer in reply.answers for name in answer.named]
    own = [amount for answer in reply.answers for amount in answer.own]
    found = unproven(KNOWN, text, reply.facts, own, named)
    if reply.pay is not None:
        reckoned = own_numbers(reply)
        strict = unproven(KNOWN, text, reply.facts)
        found += [number for number in strict if number not in reckoned]
    return found + unlabelled(KNOWN, text)


def test_the_knowledge_file_holds_the_articles_figures_and_no_others() -> None:
    held = {f.id: {figure.value for figure in f.figures} for f in KNOWN.career.facts if f.figures}
    assert held == ARTICLE
    assert KNOWN.career.contact.phone == PHONE


def test_every_number_in_every_reply_is_proven(replies: list[Reply]) -> None:
    assert len(replies) > 3_000
    assert {r.context: faults(r, r.text) for r in replies if faults(r, r.text)} == {}


def test_changing_any_digit_of_any_reply_is_caught(replies: list[Reply]) -> None:
    """Mutation: each digit of each distinct reply that says a figure is changed in turn."""
    tried, missed = 0, []
    for reply in {reply.text: reply for reply in replies}.values():
        claims = re.sub(r"\(\d of \d\)", lambda match: "#" * len(match.group()), reply.text)
        for match in re.finditer(r"\d", claims):
            changed = mutated(reply.text, match.start())
            tried += 1
            if not faults(reply, changed):
                missed.append(changed)
    assert tried > 3_000
    assert missed == []


def test_changing_any_number_word_of_any_reply_is_caught(replies: list[Reply]) -> None:
    missed = []
    for reply in {reply.text: reply for reply in replies}.values():
        for match in NUMBER_WORD.finditer(reply.text):
            changed = reply.text[: match.start()] + "seven" + reply.text[match.end() :]
            if not faults(reply, changed):
                missed.append(changed)
    assert missed == []


def test_the_related_jobs_figure_without_its_label_is_caught() -> None:
    assert unlabelled(KNOWN, "It pays approximately $76,000 a year.") == ["$76,000"]
    assert unlabelled(KNOWN, "They earn 21% more.") == ["21%"]
    assert unlabelled(KNOWN, "An Information Systems Manager averages $76,000.") == []


@pytest.mark.parametrize("words", ["ninety percent", "a third of them", "a quarter", "fifty"])
def test_a_number_word_without_a_fact_is_caught(words: str) -> None:
    assert unproven(KNOWN, f"That is {words}.", list(KNOWN.facts)) != []


def test_own_pay_allows_its_own_arithmetic_and_nothing_else() -> None:
    assert unproven(KNOWN, "$85,000 is $5,000 below $90,000", ["M6"], own=[85_000]) == []
    assert unproven(KNOWN, "You would earn $99,000", ["M6"], own=[85_000]) == ["$99,000"]


def test_a_figure_of_a_fact_that_is_not_cited_is_caught() -> None:
    assert unproven(KNOWN, "The median is roughly $90,000.", ["M5"]) == ["$90,000"]
