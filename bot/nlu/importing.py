"""Rasa importer that reads each file once."""

from __future__ import annotations

from itertools import chain
from typing import Optional

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import cached_method


class OnceImporter(RasaFileImporter):
    """Reads what Rasa's own importer reads, but each file once, and copies no example.

    NLU data must be YAML.
    """

    def get_nlu_data(self, language: Optional[str] = "en") -> TrainingData:
        """Retrieves NLU training data (see parent class); they are the same in any language."""
        data: TrainingData = self._nlu_data()
        return data

    @cached_method
    def _nlu_data(self) -> TrainingData:
        parts = [RasaYAMLReader().read(file) for file in self._nlu_files]
        return TrainingData(
            [example for part in parts for example in part.training_examples],
            {name: value for part in parts for name, value in part.entity_synonyms.items()},
            list(chain.from_iterable(part.regex_features for part in parts)),
            list(chain.from_iterable(part.lookup_tables for part in parts)),
            {name: texts for part in parts for name, texts in part.responses.items()},
        )

    @cached_method
    def get_stories(self, exclusion_percentage: Optional[int] = None) -> StoryGraph:
        """Retrieves stories and rules (see parent class)."""
        return super().get_stories(exclusion_percentage)

    @cached_method
    def get_domain(self) -> Domain:
        """Retrieves the domain (see parent class)."""
        return super().get_domain()
