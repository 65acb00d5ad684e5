from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.lookup import LookupEntityExtractor, build_table, find, key_of, words_of

LOOKUPS = [
    {
        "name": "branch",
        "elements": ["Central Library | central | main branch", "St. Mary's", "C++ Corner"],
    },
    {"name": "city", "elements": ["New York City | NYC | new york", "York", "Central | central"]},
]


@pytest.fixture
def trained(graph: Any) -> Any:
    extractor = graph.create(LookupEntityExtractor)
    extractor.train(TrainingData(lookup_tables=LOOKUPS))
    return extractor


def entities(extractor: Any, text: str, *known: dict[str, Any]) -> list[dict[str, Any]]:
    message = Message(data={"text": text, "entities": list(known)} if known else {"text": text})
    extractor.process([message])
    found: list[dict[str, Any]] = message.get("entities")
    assert message.as_dict(only_output_properties=True)["entities"] == found
    return found


def values(extractor: Any, text: str) -> list[tuple[str, str]]:
    return [(entity["entity"], entity["value"]) for entity in entities(extractor, text)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("is the MAIN BRANCH open", "Central Library"),
        ("the main, branch", "Central Library"),
        ("st mary", "St. Mary's"),
        ("at St. Mary’s?", "St. Mary's"),
        ("the main branch's hours", "Central Library"),
        ("c++ corner", "C++ Corner"),
    ],
)
def test_a_name_is_found_whatever_its_case_and_marks(trained: Any, text: str, value: str) -> None:
    assert values(trained, text) == [("branch", value)]


@pytest.mark.parametrize("text", ["", "?!", "maintain branches", "yorkshire", "c corner", "nycs"])
def test_parts_of_words_and_other_words_are_no_names(trained: Any, text: str) -> None:
    assert entities(trained, text) == []


def test_an_entity_has_the_agreed_shape(trained: Any) -> None:
    assert entities(trained, "from nyc, please") == [
        {
            "entity": "city",
            "start": 5,
            "end": 8,
            "value": "New York City",
            "text": "nyc",
            "extractor": "LookupEntityExtractor",
        }
    ]


def test_of_overlapping_names_the_longest_is_meant(trained: Any) -> None:
    assert values(trained, "New York City or York") == [("city", "New York City"), ("city", "York")]


def test_a_name_may_mean_one_thing_in_each_table(trained: Any) -> None:
    assert sorted(values(trained, "central")) == [
        ("branch", "Central Library"),
        ("city", "Central"),
    ]


def test_the_first_of_two_lines_with_one_variant_counts() -> None:
    table = build_table([{"name": "city", "elements": ["Boston | hub", "Chicago | hub"]}])

    assert [entity["value"] for entity in find(table, 1, "the hub")] == ["Boston"]


def test_what_was_found_before_stays(trained: Any) -> None:
    known = {"entity": "amount", "start": 0, "end": 3, "value": 40}

    found = entities(trained, "$40 in nyc", known)

    assert found[0] == known
    assert [entity["entity"] for entity in found] == ["amount", "city"]


def test_a_loaded_extractor_finds_the_same(trained: Any, graph: Any) -> None:
    loaded = graph.load(LookupEntityExtractor)

    for text in ("new york and the main branch", "nothing", "st. mary's"):
        assert entities(loaded, text) == entities(trained, text)


def test_without_tables_nothing_is_found(graph: Any) -> None:
    extractor = graph.create(LookupEntityExtractor)
    extractor.train(TrainingData())

    assert entities(extractor, "new york") == []
    assert entities(graph.load(LookupEntityExtractor), "new york") == []


def test_a_table_in_a_file_of_its_own_is_passed_over() -> None:
    """Rasa gives the file's name where an old format names one instead of the elements."""
    assert build_table([{"name": "city", "elements": "cities.txt"}]) == {}


def test_empty_variants_name_nothing() -> None:
    assert set(build_table([{"name": "city", "elements": ["Boston | | ?!"]}])) == {"boston"}


@given(st.text(alphabet="new york'’ city C+#.,-é", max_size=40))
def test_spans_are_those_of_the_text(text: str) -> None:
    table = build_table(LOOKUPS)
    ends: dict[str, int] = {}
    for entity in find(table, 3, text):
        assert text[entity["start"] : entity["end"]] == entity["text"]
        assert key_of(entity["text"]) in table
        assert ends.get(entity["entity"], 0) <= entity["start"] < entity["end"]
        ends[entity["entity"]] = entity["end"]
    assert all(text[start:end] for _, start, end in words_of(text))
