"""Trains the model from config, domain and data, with the progress in view."""

from __future__ import annotations

from pathlib import Path

from bot.runtime.errors import StartUpError
from bot.runtime.quiet import hush
from bot.settings import Settings


def train(settings: Settings) -> Path:
    """Train the whole model into ``models/advisor.tar.gz``.

    Returns:
        The model's path.

    Raises:
        StartUpError: The training failed.
    """
    hush(settings.log_level)
    from rasa.model_training import train as train_model

    target = settings.model_path
    target.parent.mkdir(parents=True, exist_ok=True)
    home = settings.home
    result = train_model(
        domain=str(home / "domain.yml"),
        config=str(home / "config.yml"),
        training_files=[str(home / "data")],
        output=str(target.parent),
        force_training=True,
        fixed_model_name=target.name.removesuffix(".tar.gz"),
    )
    if result.code != 0 or result.model is None:
        raise StartUpError(
            "The training failed. Run `advisor check` to find what does not agree, and "
            "ADVISOR_LOG_LEVEL=DEBUG advisor train for all that Rasa says."
        )
    return Path(result.model)
