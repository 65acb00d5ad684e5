"""Pipelines are compared on the same data and messages, and the page says what was measured."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from benchmarks import pages
from benchmarks.nlu import data, page
from benchmarks.nlu.__main__ import _options, _write
from benchmarks.nlu.candidates import HYBRID, Candidate, candidates
from benchmarks.nlu.judging import Judged, auroc, judged, single_questions
from benchmarks.nlu.measuring import Measured, Task, key_of, load, save
from benchmarks.nlu.neighbours import NearestNeighbour
from benchmarks.nlu.plot import draw
from benchmarks.places import DOCS
from bot.evaluation.cases import Case, Expectation, Voice
from bot.knowledge import Knowledge
from bot.nlu.hybrid import HybridIntentClassifier

ENTRIES = [
    {
        "intent": "hours",
        "examples": [{"text": f"open at {hour}?"} for hour in range(10)]
        + [{"text": "and on sunday?", "metadata": {"before": "hours"}}],
    },
    {"intent": "greet", "examples": [{"text": "hello"}]},
    {"lookup": "branch", "examples": "- Central Library | central\n- Riverside\n"},
]
OWN, OTHER = Candidate("a", "a", context=True), Candidate("b", "b", [{"name": "B", "epochs": 100}])


def case(text: str = "hello", **expect: Any) -> Case:
    return Case(text=text, expect=Expectation(**expect))


def by_name(name: str) -> Candidate:
    return next(candidate for candidate in candidates() if candidate.name == name)


def measured(name: str = "advisor", **changed: Any) -> Measured:
    figures = Measured(
        name=name,
        date="2026-01-01 00:00 UTC",
        machine=dict.fromkeys(("processor", "cores", "memory", "system", "python", "rasa"), "x"),
        task="t",
        key="k",
        examples=1200,
        share=1.0,
        epochs=None,
        groups={"salary": (80, 60), "out of scope": (20, 20)},
        auroc=0.9,
        training=12.4,
        p50=0.0085,
        p95=0.0123,
        resident=800_000_000,
    )
    return dataclasses.replace(figures, **changed)


def test_the_document_says_what_was_measured() -> None:
    document = (DOCS / "understanding.md").read_text(encoding="utf-8")
    content = page.comparison(page.figures())

    assert pages.fill(document, "pipelines", content) == document, "make bench-nlu writes it"


def test_each_change_of_the_pipeline_is_one() -> None:
    """A component or key that was renamed would leave the whole pipeline under another name."""
    full = by_name("advisor").components()
    known = HybridIntentClassifier.get_default_config()
    for candidate in candidates():
        assert set(candidate.settings.get(HYBRID, {})) <= set(known)
        if candidate.own and candidate.name not in ("advisor", "no-context"):
            assert candidate.components() != full
    assert len(by_name("no-spelling").components()) == len(full) - 1
    assert by_name("advisor").context
    assert not by_name("no-context").context


def test_rasas_default_is_taken_from_rasa() -> None:
    stock = by_name("stock")
    (diet,) = [part for part in stock.components(25) if part["name"] == "DIETClassifier"]

    assert diet["epochs"] == 25
    assert stock.epochs(25) == (25, 100)
    assert stock.epochs(None) == (100, 100)
    assert by_name("counts").epochs(25) is None


def test_examples_in_context_are_for_pipelines_that_read_them() -> None:
    assert data.count(data.prepared(ENTRIES, OWN)) == 12
    assert data.count(data.prepared(ENTRIES, OTHER)) == 11


def test_a_share_is_taken_of_each_intent_and_is_always_the_same() -> None:
    some = data.prepared(ENTRIES, OTHER, 0.3)

    assert [len(entry["examples"]) for entry in some if "intent" in entry] == [3, 1]
    assert data.prepared(list(reversed(ENTRIES)), OTHER, 0.3)[1] == some[0]


def test_rasa_reads_what_is_written(tmp_path: Path) -> None:
    data.write(data.prepared(ENTRIES, OTHER), tmp_path / "other.yml")
    data.write(data.prepared(ENTRIES, OWN), tmp_path / "own.yml")

    other, own = load_data(str(tmp_path / "other.yml")), load_data(str(tmp_path / "own.yml"))

    assert len(other.intent_examples) == 11
    assert other.lookup_tables[0]["elements"] == ["Central Library", "central", "Riverside"]
    assert own.lookup_tables[0]["elements"] == ["Central Library | central", "Riverside"]
    leaning = [m for m in own.intent_examples if m.get("metadata")]
    assert [m.get("metadata")["example"] for m in leaning] == [{"before": "hours"}]


def test_both_ways_of_writing_examples_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(
        'nlu:\n- intent: greet\n  examples: |\n    - hello\n    - "hi"\n'
        "- intent: deny\n  examples:\n    - {text: no, metadata: {before: it}}\n"
    )

    greet, deny = data.read(tmp_path)

    assert [example["text"] for example in greet["examples"]] == ["hello", '"hi"']
    assert deny["examples"][0]["metadata"] == {"before": "it"}


def test_questions_that_one_intent_cannot_answer_are_left_out() -> None:
    parts = Expectation(parts=(Expectation(kind="greeting"), Expectation(kind="thanks")))
    kept = (case(kind="greeting"), case(silent="remote"), case(facts=("M6",)))
    left = (
        Case(text="two", expect=parts),
        case(kind="repeat"),
        case(kind="more"),
        case(kind="unclear"),
    )

    voice = Voice(name="v", utterances=(*kept, *left), dialogues=())

    assert single_questions([voice]) == list(kept)


@pytest.mark.parametrize(
    ("expect", "intent", "right"),
    [
        ({"facts": ("M6",)}, "salary_median", True),
        ({"facts": ("M6",)}, "salary_range", False),
        ({"silent": "remote"}, "work_remote", True),
        ({"silent": "remote"}, "work_hours", False),
        ({"kind": "out_of_scope"}, "out_of_scope_weather", True),
        ({"kind": "out_of_scope"}, "salary_median", False),
        ({"kind": "greeting"}, "greet", True),
    ],
)
def test_an_intent_is_judged_by_its_topic(
    known: Knowledge, expect: dict[str, Any], intent: str, right: bool
) -> None:
    ranking = [("nlu_fallback", 0.9), (intent, 0.6), ("greet", 0.1)]

    assert judged(case(**expect), ranking, known).right is right


def test_a_message_without_a_reading_is_wrong(known: Knowledge) -> None:
    outcome = judged(case(facts=("M6",)), [(None, 0.0)], known)

    assert (outcome.right, outcome.confidence, outcome.group) == (False, 0.0, "salary")


def test_only_readings_that_can_be_answered_count_for_the_scope(known: Knowledge) -> None:
    ranking = [("out_of_scope_law", 0.8), ("out_of_scope", 0.1), ("salary_median", 0.05)]

    outcome = judged(case(kind="out_of_scope"), ranking, known)

    assert (outcome.scope, outcome.confidence) == (False, 0.05)
    assert judged(case(kind="greeting"), ranking, known).scope is None


def test_auroc_is_how_often_what_can_be_answered_is_surer() -> None:
    outcomes = [Judged("g", True, scope, sure) for scope, sure in [(True, 0.9), (True, 0.4)]]
    beside = [Judged("g", True, False, 0.5), Judged("g", True, None, 1.0)]

    assert auroc(outcomes + beside) == 0.5
    assert auroc(outcomes) is None


def test_figures_are_stale_when_what_they_follow_from_has_changed() -> None:
    task = Task(ENTRIES, [case(kind="greeting")])
    key = key_of(OTHER, task)

    assert key_of(OTHER, dataclasses.replace(task)) == key
    assert key_of(OTHER, dataclasses.replace(task, epochs=25)) != key
    assert key_of(OTHER, dataclasses.replace(task, share=0.5)) != key
    assert key_of(OTHER, dataclasses.replace(task, entries=ENTRIES[:1])) != key
    assert key_of(OTHER, dataclasses.replace(task, cases=[])) != key


def test_figures_are_kept_by_candidate(tmp_path: Path) -> None:
    figures = measured("stock", epochs=(25, 100))

    save(figures, tmp_path / "new")

    assert load("stock", tmp_path / "new") == figures
    assert load("counts", tmp_path / "new") is None


def test_the_table_says_in_what_a_figure_is_less_than_the_whole() -> None:
    newest = measured(date="2026-01-02 00:00 UTC")
    less = measured("stock", epochs=(25, 100), share=0.25)

    made = page.comparison([newest, less, measured("counts", task="other")])

    assert "Measured 2026-01-02 00:00 UTC on x, x cores" in made
    assert "100 messages" in made
    assert "about 7.8 points" in made
    assert "| this pipeline | 80.0% | 0.900 | 12 s | 8.5 ms | 12.3 ms | 800 MB | 1,200 |  |" in made
    assert "| 25 of 100 epochs; 25% of the examples |" in made
    assert "| other data, 2026-01-01 00:00 UTC |" in made
    assert "| pipeline | out of scope (20) | salary (80) |" in made
    assert "| this pipeline | 100.0 | 75.0 |" in made


def test_the_plot_is_a_png(tmp_path: Path) -> None:
    draw([measured(), measured("stock", auroc=None)], tmp_path / "plots" / "nlu.png")

    assert (tmp_path / "plots" / "nlu.png").read_bytes().startswith(b"\x89PNG")


def test_a_quick_run_leaves_the_document(tmp_path: Path) -> None:
    document = DOCS / "understanding.md"
    before = document.read_bytes()
    save(measured(share=0.1), tmp_path)

    _write(tmp_path, quick=True)

    assert document.read_bytes() == before
    assert [entry["share"] for entry in json.loads((tmp_path / "figures.json").read_text())] == [
        0.1
    ]
    assert (tmp_path / "nlu.png").is_file()


@pytest.mark.parametrize(
    "arguments", [["--share", "0"], ["--share", "2"], ["--epochs", "0"], ["--only", "nobody"]]
)
def test_options_that_make_no_sense_are_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        _options(arguments)


def message(vector: tuple[float, float], intent: str = "") -> Message:
    made = Message(data={"text": "x", **({"intent": intent} if intent else {})})
    features = np.array([vector], np.float32)
    made.add_features(Features(features, FEATURE_TYPE_SENTENCE, "text", "f"))
    return made


def test_the_nearest_neighbour_is_what_is_meant(tmp_path: Path) -> None:
    storage, resource = LocalModelStorage.create(tmp_path), Resource("neighbour")
    examples = [message((1, 0), "a"), message((0.6, 0.8), "b"), message((0, 1), "b")]
    NearestNeighbour(storage, resource).train(TrainingData(examples))

    loaded = NearestNeighbour.load({}, storage, resource, None)
    (read,) = loaded.process([message((0.8, 0.6))])

    ranking = read.get("intent_ranking")
    assert json.loads(json.dumps(ranking)) == [
        {"name": "b", "confidence": pytest.approx(0.96)},
        {"name": "a", "confidence": pytest.approx(0.8)},
    ]
    assert read.get("intent") == ranking[0]
