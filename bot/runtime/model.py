"""Whether a model file is there, whole, and this project's own."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.runtime.actions_endpoint import InProcessActions
from bot.runtime.errors import StartUpError

logger = logging.getLogger(__name__)

REMEDY = "Run `make train` to make a new one."


def load_model(agent: Agent, path: Path) -> None:
    """Loads the model into the agent.

    Raises:
        StartUpError: it is corrupt, or needs components that this project does not have.
    """
    try:
        agent.load_model(path)
    except Exception as error:
        logger.debug("Loading %s failed.", path, exc_info=True)
        raise StartUpError(
            f"The model {path} cannot be loaded ({type(error).__name__}): it is damaged, or was "
            f"made by another project or another version. {REMEDY}"
        ) from error
    assert agent.processor is not None
    agent.processor.on_circuit_break = _listen_again  # type: ignore[assignment]  # any callable


def _listen_again(tracker: DialogueStateTracker, *_: object) -> None:
    """Ends a turn that Rasa broke off: left as it is, every later turn would break off too."""
    tracker.update(ActionExecuted(ACTION_LISTEN_NAME))


def require_own(agent: Agent, path: Path, config: Path, actions: InProcessActions) -> None:
    """Checks that a loaded model was trained from this project.

    Args:
        agent: has the model loaded.
        path: the model, for the message.
        config: the project's config.yml.
        actions: the actions that this project can run.

    Raises:
        StartUpError: it is another project's, or calls for actions that do not exist.
    """
    assert agent.processor is not None
    assert agent.domain is not None
    trained_for = agent.processor.model_metadata.assistant_id
    expected = _assistant_id(config)
    if trained_for != expected:
        raise StartUpError(
            f"The model {path} belongs to another assistant: {trained_for!r}, where {config} says "
            f"{expected!r}. {REMEDY}"
        )
    missing = sorted(_custom_actions(agent.domain) - actions.names)
    if missing:
        raise StartUpError(
            f"The model {path} calls for actions that do not exist: {', '.join(missing)}. {REMEDY}"
        )


def _assistant_id(config: Path) -> str:
    try:
        return str(YAML(typ="safe").load(config)["assistant_id"])
    except (OSError, YAMLError, KeyError, TypeError) as error:
        raise StartUpError(
            f"{config} cannot be read or names no assistant_id. Set ADVISOR_HOME to the folder of "
            "the project."
        ) from error


def _custom_actions(domain: Any) -> set[str]:
    return {name for name in domain.user_actions if not name.startswith("utter_")}
