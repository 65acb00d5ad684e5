"""Entities by lookup tables whose entries carry their own variants.

A line of a table is ``canonical name | variant | variant``; the entity's value is the canonical
name. Rasa's RegexEntityExtractor skips tables without annotated examples, and its synonyms are one
map over all entities, so that "york" could not mean one thing as a city and another as a surname.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import dump_obj_as_json_to_file, read_json_file

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*[+#]*")
POSSESSIVE = re.compile(r"['’]s$")
SEPARATOR = "|"
FILE = "lookup.json"

Table = dict[str, dict[str, str]]


def words_of(text: str) -> list[tuple[str, int, int]]:
    """Return each word of a text as it is compared, with its start and end."""
    return [
        (re.sub("['’]", "", POSSESSIVE.sub("", match.group().lower())), match.start(), match.end())
        for match in WORD.finditer(text)
    ]


def key_of(name: str) -> str:
    """Return what a name is looked up by: its words, lower-case, without punctuation."""
    return " ".join(word for word, _, _ in words_of(name))


def build_table(lookups: Iterable[dict[str, Any]]) -> Table:
    """Build key -> {entity: canonical name} from the training data's lookup tables."""
    table: Table = {}
    for lookup in lookups:
        elements = lookup["elements"]
        if not isinstance(elements, list):
            continue
        for line in elements:
            names = [part.strip() for part in line.split(SEPARATOR)]
            for name in names:
                if key := key_of(name):
                    table.setdefault(key, {}).setdefault(lookup["name"], names[0])
    return table


def find(table: Table, longest: int, text: str) -> Iterator[dict[str, Any]]:
    """Yield the entities of a text, for each kind the longest that do not overlap."""
    words = words_of(text)
    taken: dict[str, int] = {}
    for first in range(len(words)):
        for last in range(min(len(words), first + longest), first, -1):
            entry = table.get(" ".join(word for word, _, _ in words[first:last]))
            for entity, value in (entry or {}).items():
                start, end = words[first][1], words[last - 1][2]
                if taken.get(entity, -1) >= end:
                    continue
                taken[entity] = end
                yield {
                    "entity": entity,
                    "start": start,
                    "end": end,
                    "value": value,
                    "text": text[start:end],
                }


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class LookupEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Finds names of the lookup tables, whatever their case and punctuation."""

    def __init__(self, storage: ModelStorage, resource: Resource, table: Table) -> None:
        """Keep the table and where it is stored."""
        self._storage = storage
        self._resource = resource
        self._use(table)

    def _use(self, table: Table) -> None:
        self._table = table
        self._longest = max((key.count(" ") + 1 for key in table), default=0)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LookupEntityExtractor:
        """Create the component untrained; see GraphComponent."""
        return cls(model_storage, resource, {})

    def train(self, training_data: TrainingData) -> Resource:
        """Take over the lookup tables and store them with the model."""
        self._use(build_table(training_data.lookup_tables))
        with self._storage.write_to(self._resource) as folder:
            dump_obj_as_json_to_file(folder / FILE, self._table)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LookupEntityExtractor:
        """Load the tables that were stored with the model."""
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, read_json_file(folder / FILE))

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the names found to each message's entities."""
        for message in messages:
            found = list(find(self._table, self._longest, message.get(TEXT) or ""))
            known = message.get(ENTITIES) or []
            for entity in self.add_extractor_name(found):
                known.append(entity)
            message.set(ENTITIES, known, add_to_output=True)
        return messages
