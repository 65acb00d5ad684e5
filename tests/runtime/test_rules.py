"""The indexed rule policy predicts what Rasa's own does, whatever the conversation."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.runtime.rules import IndexedRulePolicy
from bot.settings import Settings

pytestmark = pytest.mark.model

INTENTS = ("greet", "salary_median", "fit_check", "affirm", "restart", "unheard_of")
ACTIONS = ("action_listen", "action_answer", "fit_form", "action_fit_result", "action_restart")
EVENTS = st.one_of(
    st.sampled_from(INTENTS).map(
        lambda name: UserUttered("words", {"name": name, "confidence": 1.0})
    ),
    st.sampled_from(ACTIONS).map(ActionExecuted),
    st.sampled_from(["fit_form", None]).map(ActiveLoop),
    st.sampled_from(["fit_clinical", None]).map(lambda slot: SlotSet("requested_slot", slot)),
    st.just(ActionExecutionRejected("fit_form")),
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[RulePolicy, RulePolicy, Domain]:
    """Both policies, from the rules of the trained model."""
    storage, metadata = LocalModelStorage.from_model_archive(
        tmp_path_factory.mktemp("model"), Settings().model_path
    )
    nodes = metadata.predict_schema.nodes.values()
    node = next(node for node in nodes if issubclass(node.uses, RulePolicy))
    assert node.resource is not None

    def load(kind: type[RulePolicy]) -> Any:
        config = kind.get_default_config() | node.config
        context = ExecutionContext(metadata.predict_schema)
        return kind.load(config, storage, node.resource, context)

    return load(RulePolicy), load(IndexedRulePolicy), metadata.domain


def _predict(policy: RulePolicy, events: list[Event], domain: Domain) -> PolicyPrediction:
    tracker = DialogueStateTracker.from_events("one", events, domain.slots)
    prediction = policy.predict_action_probabilities(tracker, domain)
    prediction.policy_name = None
    return prediction


@settings(max_examples=150, deadline=None)
@given(events=st.lists(EVENTS, max_size=40))
def test_any_conversation_is_continued_as_by_rasa(events: list[Event], trained):
    rasas, indexed, domain = trained

    assert _predict(indexed, events, domain) == _predict(rasas, events, domain)


def test_each_intent_is_answered_as_by_rasa(trained):
    rasas, indexed, domain = trained
    for intent in domain.intents:
        said = UserUttered("words", {"name": intent, "confidence": 1.0})
        events = [ActionExecuted("action_session_start"), ActionExecuted("action_listen"), said]

        prediction = _predict(indexed, events, domain)

        assert prediction == _predict(rasas, events, domain)
        assert prediction.max_confidence > 0


def test_few_rules_are_compared(trained, monkeypatch: pytest.MonkeyPatch):
    _, indexed, domain = trained
    compared: list[str] = []
    of_rasa = RulePolicy._is_rule_applicable

    def counting(self: RulePolicy, key: str, *rest: Any) -> bool:
        compared.append(key)
        return of_rasa(self, key, *rest)

    monkeypatch.setattr(RulePolicy, "_is_rule_applicable", counting)
    said = UserUttered("words", {"name": "greet", "confidence": 1.0})
    _predict(indexed, [ActionExecuted("action_listen"), said], domain)

    assert 0 < len(set(compared)) < len(domain.intents) / 10
