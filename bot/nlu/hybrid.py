"""Rasa intent classifier: the hybrid intent model, its decision, and the questions asked."""

from __future__ import annotations

import json
import logging
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

from bot.nlu.clauses import before, behind, is_example_in_context, texts_of
from bot.nlu.context_model import ContextModel
from bot.nlu.decisions import Thresholds, learn_thresholds
from bot.nlu.features import vectors_behind, vectors_of
from bot.nlu.fitting import Examples, HeldOut, fit_model
from bot.nlu.intent_model import IntentModel
from bot.nlu.known_examples import KnownExamples, about
from bot.nlu.message_reader import MessageReader, ReaderSettings
from bot.nlu.model_settings import ModelSettings

logger = logging.getLogger(__name__)

_MODEL_SETTINGS = [field.name for field in fields(ModelSettings)]
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
            "decision"}, how it is read with that in mind. A further question has the one before
            it in mind, where the training data's metadata of that one's intent say "about" what.

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
        known: Optional[KnownExamples] = None,
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
            known: the training examples, None before training.
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
        self._known = known or KnownExamples()
        self._warned = False
        self._reader = self._new_reader()

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
        vectors = vectors_of(messages)
        if vectors is None:
            rasa.shared.utils.io.raise_warning(
                "HybridIntentClassifier: the examples have no dense sentence feature, so intents "
                "are told by n-grams alone, less well. Put a MiniLMFeaturizer before it."
            )
        settings = ModelSettings(**{key: self._config[key] for key in _MODEL_SETTINGS})
        behind_them = vectors_behind(messages, vectors)
        fitted = fit_model(Examples(texts, intents, vectors, subjects, behind_them), settings)
        self._model, self._context = fitted.alone, fitted.context
        typed = [m.get(TEXT) for m in messages]
        self._known = KnownExamples.of(typed, subjects, intents, about(messages))
        answer = self._config["answer_quantile"]
        self._thresholds = self._learnt(
            fitted.held_out, self._thresholds, answer, "that stand alone"
        )
        if fitted.context is not None:
            answer = self._config["context_answer_quantile"]
            self._thresholds_in_context = self._learnt(
                fitted.held_out_in_context, self._thresholds_in_context, answer, "that lean"
            )
        self._reader = self._new_reader()
        self._persist()
        return self._resource

    def _new_reader(self) -> MessageReader:
        settings = ReaderSettings(
            clear_alone=self._config["clear_alone"],
            ranking_length=self._config["ranking_length"],
            kept=frozenset(self._config["kept"]),
        )
        return MessageReader(
            self._model,
            self._context,
            self._thresholds,
            self._thresholds_in_context,
            self._known,
            settings,
            self._warn_of_missing_vectors,
        )

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
            for name, value in self._reader.read(message).items():
                message.set(name, value, add_to_output=True)
        return messages

    def _warn_of_missing_vectors(self) -> None:
        if not self._warned:
            self._warned = True
            rasa.shared.utils.io.raise_warning(
                "HybridIntentClassifier: the model was trained with sentence vectors, but the "
                "message has none, so it is read by n-grams alone. Install the packages named "
                "in the warning of MiniLMFeaturizer."
            )

    def _persist(self) -> None:
        assert self._model is not None
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
            if self._context is not None:
                self._context.save(folder)
            state = {
                "thresholds": asdict(self._thresholds),
                "thresholds_in_context": asdict(self._thresholds_in_context),
                "known": self._known.as_dict(),
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
                known = KnownExamples(**state["known"])
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
            known,
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
