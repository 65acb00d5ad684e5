"""Rasa intent classifier: the hybrid intent model, its decision, and the questions asked."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any, Optional

import numpy as np
import rasa.shared.utils.io
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import InvalidConfigException, RasaException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.choice import Candidate, SplitRule, choose
from bot.nlu.clauses import (
    CLAUSE_VECTORS,
    CONTEXT_VECTOR,
    ENCODE,
    Clause,
    before,
    behind,
    clauses_of,
    flattened,
    is_example_in_context,
    texts_of,
)
from bot.nlu.context_model import ContextModel
from bot.nlu.decisions import Thresholds, is_readable, learn_thresholds, normalised
from bot.nlu.fitting import Examples, HeldOut, fit_model
from bot.nlu.intent_model import Compared, IntentModel, Reading
from bot.nlu.model_settings import ModelSettings
from bot.nlu.softmax import Matrix

logger = logging.getLogger(__name__)

INTENT_RANKING = "intent_ranking"
DECISION = "decision"
QUESTIONS = "questions"
IN_CONTEXT = "in_context"

_MODEL_SETTINGS = [field.name for field in fields(ModelSettings)]
_WORDLESS = np.float32(0.001)
_CLASSIFIER_FILE = "classifier.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class HybridIntentClassifier(IntentClassifier, GraphComponent):
    """Classifies messages, says whether to trust the result, and lists the questions asked.

    It reads the text itself and, where a featurizer set one, the dense sentence feature.
    Without that it works on n-grams alone, and says so. A message that equals a training
    example but for case, punctuation and white space gets its intent with confidence 1.

    Output:
        intent: {"name", "confidence"}; the best reading, never replaced by a fallback.
        intent_ranking: the best readings, at most `ranking_length`.
        decision: "answer", "offer" (ask "did you mean") or "decline".
        questions: one entry per question, in order, at least one: {"text", "start", "end",
            "intent", "intent_ranking", "decision"}. The three properties above are those of
            the first question.
            Where the message's metadata say under "before" what the conversation was about, a
            question that is not clear alone also has "in_context": {"intent_ranking",
            "decision"}, how it is read with that in mind.

    Config:
        answer_quantile: share of rightly read held-out examples that may not be answered.
        offer_quantile: share of them that may not even be offered.
        context_answer_quantile: as answer_quantile, for what is read in context. Smaller, for there
            the reading that is likeliest helps more than a question back.
        sure_precision: share of held-out readings that must be right from the confidence on
            from which "pay and duties" is taken as two questions.
        default_answer_threshold, default_offer_threshold, default_sure_threshold: used where
            there is too little data to learn them.
        clear_alone: a question as sure as this by itself is not read in context.
        kept: intents that are reported beside a question even where a mere statement is read
            as one of them, such as a cry for help. Names that no example has are ignored.
        ranking_length: length of `intent_ranking`; 5 at most in a question.
        Further settings: the attributes of `ModelSettings`.
    """

    _ENOUGH_TO_LEARN = 20
    _QUESTION_RANKING = 5

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults of the settings listed in the class docstring."""
        return {
            **asdict(ModelSettings()),
            "answer_quantile": 0.05,
            "offer_quantile": 0.02,
            "context_answer_quantile": 0.025,
            "sure_precision": 0.95,
            "default_answer_threshold": 0.4,
            "default_offer_threshold": 0.3,
            "default_sure_threshold": 0.7,
            "clear_alone": 0.85,
            "kept": [],
            "ranking_length": 10,
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: Optional[IntentModel] = None,
        thresholds: Optional[Thresholds] = None,
        examples: Optional[dict[str, str]] = None,
        context: Optional[ContextModel] = None,
        thresholds_in_context: Optional[Thresholds] = None,
    ) -> None:
        """Makes a classifier.

        Args:
            config: settings, see the class docstring.
            model_storage: where the trained model is kept.
            resource: its name there.
            model: the trained model, None before training.
            thresholds: as learnt, None before training.
            examples: intents of training examples by their normalised text.
            context: the model for messages in context, None where no example leans on one.
            thresholds_in_context: as learnt for it, None before training.
        """
        self._config = config
        _validate(config)
        self._model_storage = model_storage
        self._resource = resource
        self._model = model
        unlearnt = Thresholds(
            answer=config["default_answer_threshold"],
            offer=config["default_offer_threshold"],
            sure=config["default_sure_threshold"],
        )
        self._context = context
        self._thresholds = thresholds or unlearnt
        self._thresholds_in_context = thresholds_in_context or unlearnt
        self._examples = examples or {}
        self._warned = False

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> HybridIntentClassifier:
        """Creates an untrained component (see parent class)."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Trains on the examples that have a text and an intent, and saves the result."""
        messages = [m for m in training_data.intent_examples if m.get(TEXT) and m.get(INTENT)]
        messages = _readable_in_context(messages)
        if not messages:
            rasa.shared.utils.io.raise_warning(
                "HybridIntentClassifier: there is no training example with an intent, so no "
                "intent will be recognised. Add examples under 'nlu:' in your training data."
            )
            return self._resource
        texts = [texts_of(m)[0] for m in messages]
        intents = [m.get(INTENT) for m in messages]
        subjects = [before(m) if is_example_in_context(m) else "" for m in messages]
        vectors = _vectors_of(messages)
        if vectors is None:
            rasa.shared.utils.io.raise_warning(
                "HybridIntentClassifier: the examples have no dense sentence feature, so intents "
                "are told by n-grams alone, less well. Put a MiniLMFeaturizer before it."
            )
        settings = ModelSettings(**{key: self._config[key] for key in _MODEL_SETTINGS})
        behind_them = _vectors_behind(messages, vectors)
        fitted = fit_model(Examples(texts, intents, vectors, subjects, behind_them), settings)
        self._model, self._context = fitted.alone, fitted.context
        typed = [m.get(TEXT) for m in messages]
        self._examples = _examples_by_text(typed, subjects, intents)
        answer = self._config["answer_quantile"]
        self._thresholds = self._learnt(
            fitted.held_out, self._thresholds, answer, "that stand alone"
        )
        if fitted.context is not None:
            answer = self._config["context_answer_quantile"]
            self._thresholds_in_context = self._learnt(
                fitted.held_out_in_context, self._thresholds_in_context, answer, "that lean"
            )
        self._persist()
        return self._resource

    def _learnt(
        self, held_out: HeldOut, default: Thresholds, answer_quantile: float, which: str
    ) -> Thresholds:
        """Returns when to answer, as learnt from held-out examples."""
        confidences = held_out.reading.confidences
        right = confidences.argmax(axis=1) == held_out.labels
        if np.count_nonzero(right) < self._ENOUGH_TO_LEARN:
            rasa.shared.utils.io.raise_warning(
                "HybridIntentClassifier: there are too few training examples to learn when to "
                f"answer messages {which}, so the default thresholds are used "
                f"(answer from {default.answer}, offer from {default.offer}). "
                "Ten or more examples for each intent are a good start."
            )
            return default
        best = confidences.max(axis=1)
        thresholds = learn_thresholds(
            best,
            right,
            answer_quantile,
            min(self._config["offer_quantile"], answer_quantile),
            self._config["sure_precision"],
        )
        answered = best >= thresholds.answer
        logger.info(
            "Held-out examples %s: %.1f %% read rightly; answered %.1f %%, of these right "
            "%.1f %%; answer from %.3f, offer from %.3f, sure from %.3f.",
            which,
            100 * right.mean(),
            100 * answered.mean(),
            100 * right[answered].mean(),
            thresholds.answer,
            thresholds.offer,
            thresholds.sure,
        )
        return thresholds

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Returns the training data as they are: what is annotated stays."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the properties listed in the class docstring."""
        for message in messages:
            self._process(message)
        return messages

    def _process(self, message: Message) -> None:
        text = message.get(TEXT) or ""
        clauses = clauses_of(message)
        stretches = [Clause(text, 0, len(text), asks=True), *flattened(clauses)]
        respelled = texts_of(message)
        compared = self._compared(message, respelled)
        readings = self._readings([stretch.text for stretch in stretches], respelled, compared)
        rows = self._chosen(stretches[0], clauses, readings)
        questions = [self._question(stretches[row], readings[row]) for row in rows]
        for question, row in zip(questions, rows, strict=True):
            in_context = self._in_context(message, question, respelled[row], compared, row)
            if in_context is not None:
                question[IN_CONTEXT] = in_context
        first = readings[rows[0]]
        message.set(INTENT, first[INTENT], add_to_output=True)
        message.set(INTENT_RANKING, first[INTENT_RANKING], add_to_output=True)
        message.set(DECISION, first[DECISION], add_to_output=True)
        message.set(QUESTIONS, questions, add_to_output=True)

    def _in_context(
        self,
        message: Message,
        question: dict[str, Any],
        meant: str,
        compared: Optional[Compared],
        row: int,
    ) -> Optional[dict[str, Any]]:
        """Returns how a question is read in context; None where it is clear or leans on nothing."""
        subject = before(message)
        leaning = behind(subject, meant)
        clear = question[INTENT]["confidence"] >= self._config["clear_alone"]
        if self._context is None or compared is None or not leaning or clear:
            return None
        encode = message.get(ENCODE)
        vector = None if compared.vectors is None or encode is None else encode([leaning])
        reading = self._context.read(compared.row(row), subject, vector)
        typed = question[TEXT]
        known = self._examples.get(_key(typed, subject)) or self._examples.get(_key(meant, subject))
        found = self._reading(typed, known, reading, self._thresholds_in_context)
        ranking = found[INTENT_RANKING][: self._QUESTION_RANKING]
        return {INTENT_RANKING: ranking, DECISION: found[DECISION]}

    def _chosen(
        self, whole: Clause, clauses: list[Clause], readings: list[dict[str, Any]]
    ) -> list[int]:
        """Returns the rows of the readings that are the questions of the message."""
        rows = iter(range(1, len(readings)))

        def candidate(clause: Clause, row: int) -> Candidate:
            best = readings[row][INTENT]
            parts = tuple(candidate(part, next(rows)) for part in clause.parts)
            ranking = {
                entry["name"]: entry["confidence"] for entry in readings[row][INTENT_RANKING]
            }
            return Candidate(clause, best["name"], best["confidence"], row, parts, ranking)

        rule = SplitRule(
            clause=self._thresholds.offer,
            part=(self._thresholds.answer + self._thresholds.sure) / 2,
            answer=self._thresholds.answer,
            kept=frozenset(self._config["kept"]),
        )
        candidates = [candidate(clause, next(rows)) for clause in clauses]
        return [chosen.row for chosen in choose(candidate(whole, 0), candidates, rule)]

    def _question(self, clause: Clause, reading: dict[str, Any]) -> dict[str, Any]:
        return {
            TEXT: clause.text,
            "start": clause.start,
            "end": clause.end,
            INTENT: dict(reading[INTENT]),
            INTENT_RANKING: reading[INTENT_RANKING][: self._QUESTION_RANKING],
            DECISION: reading[DECISION],
        }

    def _compared(self, message: Message, respelled: list[str]) -> Optional[Compared]:
        """Returns the texts, compared with the examples; None where there is nothing to read."""
        if self._model is None or not (message.get(TEXT) or "").strip():
            return None
        vectors = self._vectors(message) if self._model.uses_vectors else None
        if vectors is not None and len(vectors) != len(respelled):
            raise ValueError("The sentence vectors do not belong to the clauses of the message.")
        return self._model.compare(respelled, vectors)

    def _readings(
        self, texts: list[str], respelled: list[str], compared: Optional[Compared]
    ) -> list[dict[str, Any]]:
        if self._model is None or compared is None:
            return [_unread() for _ in texts]
        reading = self._model.read(compared)
        known = [
            self._examples.get(_key(typed)) or self._examples.get(_key(meant))
            for typed, meant in zip(texts, respelled, strict=True)
        ]
        return [
            self._reading(typed, known[row], reading, self._thresholds, row)
            for row, typed in enumerate(texts)
        ]

    def _vectors(self, message: Message) -> Optional[Matrix]:
        """Returns the vectors of the message and its clauses; None where it has none."""
        vectors = _vectors_of([message])
        if vectors is None:
            self._warn_once(
                "HybridIntentClassifier: the model was trained with sentence vectors, but the "
                "message has none, so it is read by n-grams alone. Install the packages named "
                "in the warning of MiniLMFeaturizer."
            )
            return None
        clause_vectors = message.get(CLAUSE_VECTORS)
        return vectors if clause_vectors is None else np.vstack([vectors, clause_vectors])

    def _reading(
        self,
        typed: str,
        known: Optional[str],
        reading: Reading,
        thresholds: Thresholds,
        row: int = 0,
    ) -> dict[str, Any]:
        """Returns intent, ranking and decision for a text.

        Args:
            typed: the text.
            known: the intent of the training example that it equals, if any.
            reading: what the model makes of it.
            thresholds: when to answer.
            row: which row of the reading is its own.
        """
        assert self._model is not None
        confidences = reading.confidences[row]
        if not is_readable(typed):
            confidences = confidences * _WORDLESS
        if known is not None:
            confidences = confidences.copy()
            confidences[self._model.intents.index(known)] = 1.0
        order = np.argsort(-confidences, kind="stable")[: self._config["ranking_length"]]
        ranking = [
            {"name": self._model.intents[i], "confidence": float(confidences[i])} for i in order
        ]
        decision = thresholds.decide(ranking[0]["confidence"])
        return {INTENT: dict(ranking[0]), INTENT_RANKING: ranking, DECISION: decision}

    def _warn_once(self, warning: str) -> None:
        if not self._warned:
            self._warned = True
            rasa.shared.utils.io.raise_warning(warning)

    def _persist(self) -> None:
        assert self._model is not None
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
            if self._context is not None:
                self._context.save(folder)
            state = {
                "thresholds": asdict(self._thresholds),
                "thresholds_in_context": asdict(self._thresholds_in_context),
                "examples": self._examples,
            }
            text = json.dumps(state, ensure_ascii=False)
            (folder / _CLASSIFIER_FILE).write_text(text, encoding="utf-8")

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> HybridIntentClassifier:
        """Loads a trained component (see parent class); an untrained one if none was saved."""
        try:
            with model_storage.read_from(resource) as folder:
                model = IntentModel.load(folder)
                context = ContextModel.load(folder, model)
                state = json.loads((folder / _CLASSIFIER_FILE).read_text(encoding="utf-8"))
        except KeyError as error:
            raise RasaException(
                f"HybridIntentClassifier: the model has no {error}; another version of this "
                "component made it. Train it anew."
            ) from error
        except (ValueError, FileNotFoundError):
            logger.warning("HybridIntentClassifier was not trained: it recognises no intent.")
            return cls(config, model_storage, resource)
        return cls(
            config,
            model_storage,
            resource,
            model,
            Thresholds(**state["thresholds"]),
            state["examples"],
            context,
            Thresholds(**state["thresholds_in_context"]),
        )


def _validate(config: dict[str, Any]) -> None:
    answer, offer = config["answer_quantile"], config["offer_quantile"]
    if not 0 <= offer <= answer <= 1:
        raise InvalidConfigException(
            "HybridIntentClassifier: 0 <= offer_quantile <= answer_quantile <= 1 must hold, "
            f"not {offer} and {answer}."
        )
    if not 0 <= config["context_answer_quantile"] <= 1:
        raise InvalidConfigException(
            "HybridIntentClassifier: 'context_answer_quantile' must lie between 0 and 1, not "
            f"{config['context_answer_quantile']}."
        )
    if config["folds"] is not None and config["folds"] < 2:
        raise InvalidConfigException(
            f"HybridIntentClassifier: 'folds' must be 2 or more, not {config['folds']}."
        )


def _unread() -> dict[str, Any]:
    return {
        INTENT: {"name": None, "confidence": 0.0},
        INTENT_RANKING: [],
        DECISION: "decline",
    }


def _vectors_of(messages: list[Message]) -> Optional[Matrix]:
    """Returns the dense sentence features, one unit vector per message; None if one lacks it."""
    rows = []
    for message in messages:
        _, sentence = message.get_dense_features(TEXT)
        if sentence is None:
            return None
        rows.append(np.asarray(sentence.features, np.float32)[0])
    vectors = np.vstack(rows)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Matrix = vectors / np.where(lengths == 0, 1, lengths)
    return unit


def _vectors_behind(messages: list[Message], vectors: Optional[Matrix]) -> Optional[Matrix]:
    """Returns the unit vectors of the messages behind what was before them.

    That of a message that stands alone is its own. None where no featurizer set any.
    """
    if vectors is None or all(message.get(CONTEXT_VECTOR) is None for message in messages):
        return None
    rows = [
        own if (found := message.get(CONTEXT_VECTOR)) is None else found
        for message, own in zip(messages, vectors, strict=True)
    ]
    return np.vstack(rows).astype(np.float32)


def _readable_in_context(messages: list[Message]) -> list[Message]:
    """Leaves out, with a warning, examples that lean but could never be read in context."""
    kept = [m for m in messages if not is_example_in_context(m) or behind(before(m), m.get(TEXT))]
    if len(kept) < len(messages):
        left = next(m for m in messages if m not in kept).get(TEXT)
        rasa.shared.utils.io.raise_warning(
            f"HybridIntentClassifier: {len(messages) - len(kept)} examples with 'before' are left "
            f"out, since they have no words or too many: '{left}'. Shorten them or take 'before' "
            "away."
        )
    return kept


def _key(text: str, subject: str = "") -> str:
    """Returns what tells a text from those that mean another, and apart by what it leans on."""
    return f"{subject}\n{normalised(text)}" if subject else normalised(text)


def _examples_by_text(
    texts: Iterable[str], subjects: Iterable[str], intents: Iterable[str]
) -> dict[str, str]:
    """Returns the intents by `_key`, without texts annotated in two ways."""
    found: dict[str, set[str]] = {}
    for text, subject, intent in zip(texts, subjects, intents, strict=True):
        found.setdefault(_key(text, subject), set()).add(intent)
    ambiguous = [text for text, names in found.items() if len(names) > 1]
    if ambiguous:
        shown = "; ".join(f"'{text}' ({', '.join(sorted(found[text]))})" for text in ambiguous[:5])
        rasa.shared.utils.io.raise_warning(
            f"HybridIntentClassifier: {len(ambiguous)} training examples stand under more than "
            f"one intent: {shown}. Keep each under one."
        )
    return {text: names.pop() for text, names in found.items() if len(names) == 1}
