"""What the candidates are trained with."""

from __future__ import annotations

import json
import math
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from benchmarks.nlu.candidates import Candidate
from bot.nlu.clauses import BEFORE

Entry = dict[str, Any]
FEWEST = 2
# Between the variants of a name in a lookup table, as LookupEntityExtractor reads it. Importing
# it from there would bring Rasa into the process that only counts.
SEPARATOR = "|"


def read(folder: Path) -> list[Entry]:
    """Returns the entries under `nlu` of all files of a folder, each example on its own.

    Returns:
        `{"intent", "examples": [{"text", "metadata"}]}` and what else stands there as it is.
    """
    entries = []
    for path in sorted(folder.rglob("*.yml")):
        document = YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}
        entries += [_itemised(entry) for entry in document.get("nlu", [])]
    return entries


def _itemised(entry: Entry) -> Entry:
    if "intent" not in entry:
        return entry
    examples = entry["examples"]
    if isinstance(examples, str):
        examples = [{"text": text} for text in _lines(examples)]
    return {**entry, "examples": examples}


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if stripped := line.strip().removeprefix("-").strip():
            yield stripped


def prepared(entries: list[Entry], candidate: Candidate, share: float = 1.0) -> list[Entry]:
    """Returns what a candidate is trained with.

    Args:
        entries: All entries.
        candidate: Whether it gets examples in context; the lookup tables of other pipelines than
            the project's own get a line a variant, as Rasa's components read them.
        share: How many of the examples of each intent, 0 to 1; the same at each call.
    """
    made: list[Entry] = []
    for name, examples in _by_intent(entries).items():
        alone = [example for example in examples if not _leans(example)]
        leaning = [example for example in examples if _leans(example)]
        kept = _some(alone, share) + (_some(leaning, share) if candidate.context else [])
        if kept:
            made.append({"intent": name, "examples": kept})
    others = [entry for entry in entries if "intent" not in entry]
    return made + (others if candidate.own else [_without_variants(entry) for entry in others])


def count(entries: list[Entry]) -> int:
    """Returns how many examples there are."""
    return sum(len(entry["examples"]) for entry in entries if "intent" in entry)


def write(entries: list[Entry], path: Path) -> None:
    """Writes training data; JSON is YAML as well, but Rasa looks for a line with `nlu:`."""
    path.write_text(f'version: "3.1"\nnlu: {json.dumps(entries)}\n', encoding="utf-8")


def _by_intent(entries: list[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if "intent" in entry:
            found[entry["intent"]] += entry["examples"]
    return found


def _leans(example: Entry) -> bool:
    return bool((example.get("metadata") or {}).get(BEFORE))


def _some(examples: list[Entry], share: float) -> list[Entry]:
    wanted = max(math.ceil(share * len(examples)), FEWEST)
    return sorted(examples, key=lambda example: zlib.crc32(example["text"].encode()))[:wanted]


def _without_variants(entry: Entry) -> Entry:
    if "lookup" not in entry:
        return entry
    names = [name.strip() for line in _lines(entry["examples"]) for name in line.split(SEPARATOR)]
    return {**entry, "examples": "\n".join(f"- {name}" for name in names)}
