import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge import Knowledge
from bot.masking import mask, public_contacts

PLANTED = (
    "jane.doe@example.edu",
    "J+nursing@mail.example.co.uk",
    "jos\u00e9@universit\u00e9.fr",
    "o'neil_2@x-y.org",
    "617-555-0142",
    "617.555.0142",
    "617 555 0142",
    "(617) 555-0142",
    "(617)555-0142",
    "+1 617 555 0142",
    "+1 (617) 555-0142",
    "1-617-555-0142",
    "6175550142",
    "16175550142",
    "+16175550142",
    "123-456-7890",
    "+44 20 7946 0958",
    "+49 (0)30 901820",
    "+33612345678",
    "06 12 34 56 78",
    "020 7946 0958",
    "98765 43210",
    "078-05-1120",
    "078 05 1120",
    "078.05.1120",
    "987-65-4321",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111111111111111",
    "5500 0000 0000 0004",
    "3782 822463 10005",
    "378282246310005",
    "6011000990139424",
    "2223003122003222",
)

ORDINARY = (
    "85,000",
    "$85,000.00",
    "85000 a year",
    "$40 an hour",
    "$40-$55/hr",
    "between $61,000 and $131,000",
    "61,000-131,000",
    "61000-131000",
    "$120,000-150,000",
    "120000 to 150000 dollars",
    "1,234,567,890",
    "$1234567890",
    "in 2019, 2020, 2021 and 2022",
    "2019 2020 2021 2022",
    "2019-2024",
    "from 2020-2025 I made 95000",
    "12/31/2024",
    "2024-12-31",
    "a 3.85 GPA",
    "401(k)",
    "988",
    "911",
    "1,000 characters",
    "3-5 years",
    "10 to 15 percent",
    "100%",
    "ISO 27001",
    "ICD-10 and HL7",
    "zip 02115-5000",
    "855-295-1866",
    "(855) 295-1866",
    "1-855-295-1866",
    "8552951866",
    "+1 855 295 1866",
    "a @ b",
    "@handle",
    "me@home",
    "123456789 dollars",
    "4111 1111 1111 1112",  # no card: its check digit is wrong
    "1234567812345670",  # no card: none begins with 1
)


@pytest.fixture(scope="module")
def public(known: Knowledge) -> frozenset[str]:
    return public_contacts([known.career.json(), known.conversation.json()])


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("sentence", ["{}", "hi, {}.", "it is {}, what is the pay?", "({})"])
def test_personal_data_is_removed(planted: str, sentence: str, public: frozenset[str]):
    assert mask(sentence.format(planted), public) == sentence.format("[removed]")


@pytest.mark.parametrize("ordinary", ORDINARY)
@pytest.mark.parametrize("sentence", ["{}", "so {}, what about nurses?", "I make {}."])
def test_ordinary_numbers_stay(ordinary: str, sentence: str, public: frozenset[str]):
    assert mask(sentence.format(ordinary), public) == sentence.format(ordinary)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("my ssn is 078051120", "my ssn is [removed]"),
        ("Social Security number: 078051120", "Social Security number: [removed]"),
        ("call me at 555-0142", "call me at [removed]"),
        ("my number is 555 0142 ok", "my number is [removed] ok"),
        ("cell 1234567890", "cell [removed]"),
        ("phone 855-295-1866", "phone 855-295-1866"),
        ("is my number 855 295 1866?", "is my number 855 295 1866?"),
        ("call me about $85,000 jobs", "call me about $85,000 jobs"),
        ("a@b.org or 617-555-0142, not 85,000", "[removed] or [removed], not 85,000"),
    ],
)
def test_what_it_is_called_counts(text: str, masked: str, public: frozenset[str]):
    assert mask(text, public) == masked


def test_the_knowledge_gives_its_own_number(public: frozenset[str]):
    assert public == {"8552951866"}


@given(st.text(st.sampled_from("0123456789 -.()+@a,$"), max_size=200))
def test_a_masked_text_holds_nothing_to_mask(text: str):
    once = mask(text)

    assert mask(once) == once
    assert not re.search(r"(?<![\d.,$-])\d{3}-\d{2}-\d{4}(?![\d.,-])", once)
