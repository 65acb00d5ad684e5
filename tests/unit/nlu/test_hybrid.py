from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.hybrid import HybridIntentClassifier
from bot.nlu.minilm import MiniLMFeaturizer
from bot.nlu.questions import QuestionSplitter
from bot.nlu.spelling import SpellingCorrector
from tests.unit.nlu.conftest import EXAMPLES, LEANING, Graph, training_data

FEW = "too few training examples to learn"


class Pipeline:
    """The four components that read a message, in their order."""

    def __init__(
        self,
        folder: Path,
        examples: dict[str, list[str]],
        leaning: dict[str, list[tuple[str, str]]] | None = None,
        **config: Any,
    ) -> None:
        self.graph = Graph(folder)
        self.config = config
        data = training_data(examples, leaning)
        self.splitter = self.graph.create(QuestionSplitter)
        self.spelling = self.graph.create(SpellingCorrector)
        self.spelling.train(data)
        self.spelling.process_training_data(data)
        self.featurizer = self.graph.create(MiniLMFeaturizer)
        self.featurizer.process_training_data(data)
        self.classifier = self.graph.create(HybridIntentClassifier, **config)
        self.classifier.train(data)

    def loaded(self) -> Any:
        return self.graph.load(HybridIntentClassifier, **self.config)

    def parse(self, text: str, classifier: Any = None, before: str = "") -> dict[str, Any]:
        metadata = {"before": before} if before else {}
        messages = [Message(data={"text": text, "metadata": metadata})]
        for component in (self.splitter, self.spelling, self.featurizer):
            messages = component.process(messages)
        (classifier or self.classifier).process(messages)
        return messages[0].as_dict(only_output_properties=True)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return Pipeline(tmp_path_factory.mktemp("model"), EXAMPLES)


def names(parsed: dict[str, Any]) -> list[str]:
    return [question["intent"]["name"] for question in parsed["questions"]]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hiya", "greet"),
        ("could i have a pizza with ham", "order"),
        ("is the place open on monday", "hours"),
        ("directions to your place?", "address"),
    ],
)
def test_new_wording_is_understood(pipeline: Pipeline, text: str, intent: str) -> None:
    assert pipeline.parse(text)["intent"]["name"] == intent


def test_the_output_has_the_agreed_shape(pipeline: Pipeline) -> None:
    parsed = pipeline.parse("are you open tomorrow")

    assert set(parsed) == {"text", "intent", "intent_ranking", "decision", "questions"}
    assert parsed["intent"] == parsed["intent_ranking"][0]
    confidences = [entry["confidence"] for entry in parsed["intent_ranking"]]
    assert confidences == sorted(confidences, reverse=True)
    (question,) = parsed["questions"]
    assert (question["text"], question["start"], question["end"]) == (parsed["text"], 0, 21)
    assert question["intent"] == parsed["intent"]
    assert question["decision"] == parsed["decision"]


@pytest.mark.parametrize("text", ["WHEN DO YOU CLOSE?!", "  when do   you close", "hi, there."])
def test_a_training_example_is_answered_whatever_its_case_and_marks(
    pipeline: Pipeline, text: str
) -> None:
    parsed = pipeline.parse(text)

    assert parsed["intent"]["confidence"] == 1
    assert parsed["decision"] == "answer"


@pytest.mark.parametrize("text", ["🙂🙂", "???", "xq zzkw ptthr", "the boiling point of mercury"])
def test_what_is_like_no_example_is_not_answered(pipeline: Pipeline, text: str) -> None:
    assert pipeline.parse(text)["decision"] != "answer"


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_message_has_no_intent(pipeline: Pipeline, text: str) -> None:
    parsed = pipeline.parse(text)

    assert parsed["intent"] == {"name": None, "confidence": 0.0}
    assert parsed["decision"] == "decline"
    assert len(parsed["questions"]) == 1


def test_two_questions_are_both_read_in_order(pipeline: Pipeline) -> None:
    text = "what is your address and when do you open?"

    parsed = pipeline.parse(text)

    assert names(parsed) == ["address", "hours"]
    spans = [text[question["start"] : question["end"]] for question in parsed["questions"]]
    assert spans == ["what is your address", "when do you open?"]
    assert parsed["intent"]["name"] == "address"
    assert parsed["decision"] == parsed["questions"][0]["decision"]


def test_two_nouns_are_two_questions_where_each_is_sure(pipeline: Pipeline) -> None:
    assert names(pipeline.parse("opening hours and the address")) == ["hours", "address"]


def test_one_question_with_an_and_stays_one(pipeline: Pipeline) -> None:
    assert len(pipeline.parse("i want a pizza with olives and onions")["questions"]) == 1


def test_a_back_story_is_one_question(pipeline: Pipeline) -> None:
    text = "We just drove up from the coast. My kids are starving. When do you close?"

    assert names(pipeline.parse(text)) == ["hours"]


def test_what_is_not_asked_is_dropped(pipeline: Pipeline) -> None:
    text = "I don't want to know your address, when do you close?"

    parsed = pipeline.parse(text)

    assert names(parsed) == ["hours"]
    assert parsed["intent"]["name"] == "hours"
    assert parsed["questions"][0]["text"] == "when do you close?"


def test_a_slip_of_the_fingers_does_no_harm(pipeline: Pipeline) -> None:
    parsed = pipeline.parse("waht are your openning hours")

    assert parsed["intent"]["name"] == "hours"
    assert parsed["text"] == "waht are your openning hours"


def test_a_loaded_model_reads_the_same(pipeline: Pipeline) -> None:
    loaded = pipeline.loaded()

    for text in ("are you open tomorrow", "pizza and the address", "nonsense", "hello"):
        assert pipeline.parse(text, loaded) == pipeline.parse(text)


def test_two_trainings_give_the_same_files(tmp_path: Path) -> None:
    stored = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        Pipeline(folder, EXAMPLES)
        stored.append(
            {
                path.relative_to(folder): path.read_bytes()
                for path in sorted(folder.rglob("*"))
                if path.is_file() and path.suffix == ".json"
            }
        )

    assert stored[0]
    assert stored[0] == stored[1]


def test_two_trainings_read_the_same(pipeline: Pipeline, tmp_path: Path) -> None:
    again = Pipeline(tmp_path, EXAMPLES)

    for text in ("is it open", "i need directions", "what about monday"):
        assert again.parse(text) == pipeline.parse(text)


def test_a_statement_of_a_kept_intent_stands_beside_the_question(tmp_path: Path) -> None:
    examples = {**EXAMPLES, "alarm": ["the kitchen is on fire", "there is smoke in the room"]}
    text = "the kitchen is on fire, when do you close?"

    kept = Pipeline(tmp_path, examples, kept=["alarm"]).parse(text)

    assert names(kept) == ["alarm", "hours"]


@pytest.mark.filterwarnings(f"ignore:.*{FEW}")
def test_a_single_intent_is_the_only_reading(tmp_path: Path) -> None:
    parsed = Pipeline(tmp_path, {"greet": ["hello", "hi"]}).parse("good day")

    assert [entry["name"] for entry in parsed["intent_ranking"]] == ["greet"]


def test_one_example_per_intent_is_enough_but_warned_of(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match=FEW):
        pipeline = Pipeline(
            tmp_path, {"hours": ["when are you open"], "address": ["where are you"]}
        )

    assert pipeline.parse("where can i find it")["intent"]["name"] == "address"


def test_no_examples_warn_and_give_no_intent(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="no training example with an intent"):
        pipeline = Pipeline(tmp_path, {})

    parsed = pipeline.parse("hello", pipeline.loaded())
    assert parsed["intent"] == {"name": None, "confidence": 0.0}


def test_an_example_under_two_intents_is_named(tmp_path: Path) -> None:
    examples = {**EXAMPLES, "greet": [*EXAMPLES["greet"], "Opening hours!"]}

    with pytest.warns(UserWarning, match="'opening hours' \\(greet, hours\\)"):
        Pipeline(tmp_path, examples)


def test_without_sentence_vectors_n_grams_do_alone(tmp_path: Path) -> None:
    graph = Graph(tmp_path)
    classifier = graph.create(HybridIntentClassifier)
    with pytest.warns(UserWarning, match="Put a MiniLMFeaturizer before it"):
        classifier.train(training_data(EXAMPLES))
    message = Message(data={"text": "what is the address please"})

    graph.load(HybridIntentClassifier).process([message])

    assert message.get("intent")["name"] == "address"


def test_vectors_that_are_missing_at_run_time_are_done_without(pipeline: Pipeline) -> None:
    message = Message(data={"text": "what is the address please"})

    with pytest.warns(UserWarning, match="read by n-grams alone"):
        pipeline.loaded().process([message])

    assert message.get("intent")["name"] == "address"


def test_more_examples_than_the_kernel_holds_still_train(tmp_path: Path) -> None:
    pipeline = Pipeline(tmp_path, EXAMPLES, max_support=12)

    assert pipeline.parse("are you open on monday")["intent"]["name"] == "hours"


@pytest.mark.parametrize(
    "config", [{"answer_quantile": 0.01, "offer_quantile": 0.05}, {"folds": 1}]
)
def test_bad_settings_are_refused(graph: Graph, config: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfigException):
        graph.create(HybridIntentClassifier, **config)


@pytest.fixture(scope="module")
def leaning(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    with pytest.warns(UserWarning, match=FEW):
        return Pipeline(tmp_path_factory.mktemp("leaning"), EXAMPLES, LEANING)


def in_context(parsed: dict[str, Any]) -> dict[str, Any]:
    (question,) = parsed["questions"]
    found: dict[str, Any] = question["in_context"]
    return found


def test_what_was_before_decides_what_a_short_question_means(leaning: Pipeline) -> None:
    for before, intent in (("the hours", "hours"), ("the food", "order")):
        found = in_context(leaning.parse("and a larger one later?", before=before))
        assert found["intent_ranking"][0]["name"] == intent


def test_a_loaded_model_reads_in_context_as_the_trained_one(leaning: Pipeline) -> None:
    trained = leaning.parse("and at night?", before="the hours")
    assert leaning.parse("and at night?", leaning.loaded(), before="the hours") == trained


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("are you open on sunday", "the food"),  # clear alone
        ("and at night?", ""),
        ("?!", "the food"),
        ("and " * 31 + "then?", "the food"),
    ],
)
def test_what_is_clear_or_leans_on_nothing_is_not_read_in_context(
    leaning: Pipeline, text: str, before: str
) -> None:
    parsed = leaning.parse(text, before=before)
    assert not any("in_context" in question for question in parsed["questions"])


@pytest.mark.parametrize("before", ["", "the food"])
def test_a_question_leans_on_the_one_before_it_in_the_same_message(
    leaning: Pipeline, before: str
) -> None:
    _, second = leaning.parse("when are you open, and which door?", before=before)["questions"]
    alone = leaning.parse("which door?", before="the hours")
    assert second["in_context"] == in_context(alone)
    assert second["in_context"]["intent_ranking"][0]["name"] == "address"


def test_an_example_that_means_something_else_behind_a_question_leans_on_it(tmp_path: Path) -> None:
    examples = {**EXAMPLES, "address": [*EXAMPLES["address"], "which one"]}
    with pytest.warns(UserWarning, match=FEW):
        pipeline = Pipeline(tmp_path, examples, {**LEANING, "order": [("which one", "the hours")]})
    assert "in_context" not in pipeline.parse("Which one?", before="the hours")["questions"][0]
    _, second = pipeline.parse("when are you open, and which one?")["questions"]
    assert second["intent"] == {"name": "address", "confidence": 1.0}
    assert second["in_context"]["intent_ranking"][0] == {"name": "order", "confidence": 1.0}


def test_keyboard_noise_stays_unreadable_in_context(leaning: Pipeline) -> None:
    assert in_context(leaning.parse("sdfghjkl", before="the food"))["decision"] == "decline"


def test_an_example_that_could_never_lean_is_left_out_and_named(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="left out.*24/7"):
        pipeline = Pipeline(tmp_path, EXAMPLES, {"hours": [("24/7?", "the food")]})
    assert pipeline.parse("24/7?")["intent"]["confidence"] < 1


def test_a_quantile_in_context_beyond_its_bounds_is_refused(graph: Graph) -> None:
    with pytest.raises(InvalidConfigException, match="context_answer_quantile"):
        graph.create(HybridIntentClassifier, context_answer_quantile=2)
