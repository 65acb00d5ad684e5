"""Rasa component: the rule policy, without reading every rule at every step."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from rasa.core.featurizers.tracker_featurizers import TrackerFeaturizer
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT, TEXT

Lookup = dict[str, str]
# The previous action and the intent that a state must have; None where any will do.
Place = tuple[str | None, str | None]


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class IndexedRulePolicy(RulePolicy):
    """Rasa's rule policy with the same predictions in a fraction of the time.

    Rasa compares the conversation with each rule. A trained policy knows by previous action and
    intent which rules can apply at all, how many turns the longest of them looks back, and whether
    any reads text; what cannot apply is not compared. Training is Rasa's own.
    """

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        featurizer: TrackerFeaturizer | None = None,
        lookup: dict[str, Any] | None = None,
    ) -> None:
        """Makes a policy to train, or with `lookup` a trained one; see RulePolicy."""
        super().__init__(config, model_storage, resource, execution_context, featurizer, lookup)
        parts: list[Lookup] = []
        if lookup is not None:
            parts = [lookup[part] for part in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH)]
        self._indexes = [(part, _index(part)) for part in parts]
        rules = [json.loads(key) for part in parts for key in part]
        self._turns_read = max(map(len, rules), default=None)
        self._reads_text = lookup is None or any(
            TEXT in state.get(USER, {}) for rule in rules for state in rule
        )

    def _prediction_states(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        states = super()._prediction_states(
            tracker, domain, use_text_for_last_user_input, rule_only_data
        )
        return states if self._turns_read is None else states[-self._turns_read :]

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> tuple[str | None, str | None, bool]:
        if use_text_for_last_user_input and not self._reads_text:
            return None, None, False
        return super()._find_action_from_rules(tracker, domain, use_text_for_last_user_input)

    def _get_possible_keys(self, lookup: Lookup, states: list[State]) -> set[str]:
        for part, index in self._indexes:
            if part is lookup:
                lookup = {key: part[key] for place in _places(states[-1]) for key in index[place]}
        return super()._get_possible_keys(lookup, states)


def _index(lookup: Lookup) -> dict[Place, list[str]]:
    """The rules by what their last state asks for."""
    index: dict[Place, list[str]] = defaultdict(list)
    for key in lookup:
        state = json.loads(key)[-1]
        action = _asked(state, PREVIOUS_ACTION, ACTION_NAME)
        # A rule for a conversation's start fits any start, whatever intent it names.
        intent = _asked(state, USER, INTENT) if state.get(PREVIOUS_ACTION) else None
        index[action, intent].append(key)
    return index


def _places(state: State) -> Iterator[Place]:
    """Where the rules stand that may fit a state of a conversation."""
    for action in {_asked(state, PREVIOUS_ACTION, ACTION_NAME), None}:
        for intent in {_asked(state, USER, INTENT), None}:
            yield action, intent


def _asked(state: State, part: str, name: str) -> str | None:
    value = state.get(part, {}).get(name)
    return value if isinstance(value, str) and value != SHOULD_NOT_BE_SET else None
