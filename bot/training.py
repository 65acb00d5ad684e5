"""Trains the model from config, domain and data, with the progress in view."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bot.runtime.errors import StartUpError
from bot.runtime.quiet import hush
from bot.settings import Settings

if TYPE_CHECKING:
    from rasa.engine.graph import GraphModelConfiguration
    from rasa.shared.importers.importer import TrainingDataImporter


def train(settings: Settings) -> Path:
    """Train the whole model into ``models/advisor.tar.gz``.

    It is the model that ``rasa train --force`` makes, sooner: Rasa would read the examples
    twice, copy them four times for retrieval intents and end-to-end stories, of which there are
    none, and fingerprint what goes into and out of each component.

    Returns:
        The model's path.

    Raises:
        StartUpError: The training failed.
    """
    os.environ.setdefault("RASA_CACHE_DIRECTORY", str(settings.home / "var" / "cache" / "rasa"))
    hush(settings.log_level)
    from rasa.shared.exceptions import RasaException

    try:
        _train(settings.home, settings.model_path)
    except (RasaException, OSError, ValueError) as error:
        raise StartUpError(
            f"The training failed: {error}\nRun `advisor check` to find what does not agree, "
            "and ADVISOR_LOG_LEVEL=DEBUG advisor train for all that Rasa says."
        ) from error
    return settings.model_path


def _train(home: Path, target: Path) -> None:
    from rasa.engine.constants import PLACEHOLDER_IMPORTER
    from rasa.engine.graph import ExecutionContext
    from rasa.engine.runner.dask import DaskGraphRunner
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.utils.common import TempDirectoryPath, get_temp_dir_name

    from bot.nlu.importing import OnceImporter

    importer = OnceImporter(str(home / "config.yml"), str(home / "domain.yml"), str(home / "data"))
    _check_slots(importer)
    configuration = _configuration(importer)
    target.parent.mkdir(parents=True, exist_ok=True)
    with TempDirectoryPath(get_temp_dir_name()) as folder:
        storage = LocalModelStorage.create(Path(folder))
        schema = configuration.train_schema
        runner = DaskGraphRunner.create(schema, storage, ExecutionContext(schema))
        runner.run(inputs={PLACEHOLDER_IMPORTER: importer})
        storage.create_model_package(target, configuration, importer.get_domain())


def _configuration(importer: TrainingDataImporter) -> GraphModelConfiguration:
    import rasa.engine.validation
    from rasa.engine.recipes.recipe import Recipe

    config = importer.get_config()
    configuration = Recipe.recipe_for_name(config.get("recipe")).graph_config_for_recipe(config, {})
    rasa.engine.validation.validate(configuration)
    return configuration


def _check_slots(importer: TrainingDataImporter) -> None:
    from rasa.model_training import get_unresolved_slots

    unknown = get_unresolved_slots(importer.get_domain(), importer.get_stories())
    if unknown:
        raise ValueError(f"stories or rules set {', '.join(sorted(unknown))}, not in domain.yml.")
