"""The evaluation set: what is said, and what a right reply carries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, Extra, ValidationError, root_validator
from ruamel.yaml import YAML

EXPECTATIONS = ("facts", "any", "silent", "kind", "parts")


class Expectation(BaseModel):
    """What a right reply carries; exactly one of the five is given.

    Attributes:
        facts: Ids of facts that the reply must tell, all of them.
        any: Ids of facts of which the reply must tell at least one.
        silent: What the article does not say; the reply must say so.
        names: With ``silent``: words that the reply should name back.
        kind: What the reply is instead of an answer: ``greeting``, ``out_of_scope`` ...
        parts: The expectations of two or three questions in one message.
    """

    facts: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    silent: str = ""
    names: tuple[str, ...] = ()
    kind: str = ""
    parts: tuple[Expectation, ...] = ()

    class Config:
        extra = Extra.forbid
        allow_mutation = False

    @root_validator(pre=True)
    @classmethod
    def _exactly_one(cls, values: dict[str, Any]) -> dict[str, Any]:
        given = [name for name in EXPECTATIONS if values.get(name)]
        if len(given) != 1:
            raise ValueError(f"give exactly one of {', '.join(EXPECTATIONS)}")
        return values

    @property
    def label(self) -> str:
        """A short name for tables: the first fact, the silent topic or the kind."""
        if self.parts:
            return " + ".join(part.label for part in self.parts)
        return self.silent or self.kind or (self.facts or self.any)[0]

    @property
    def form(self) -> str:
        """Which of the five expectations it is, ``facts`` for ``any`` too."""
        if self.parts:
            return "parts"
        return "silent" if self.silent else "kind" if self.kind else "facts"


class Case(BaseModel):
    """One user message with its expectation."""

    text: str
    expect: Expectation


class Dialogue(BaseModel):
    """A conversation whose later turns lean on the earlier ones."""

    name: str
    turns: tuple[Case, ...]


class Voice(BaseModel):
    """What one person says."""

    name: str
    utterances: tuple[Case, ...]
    dialogues: tuple[Dialogue, ...]


def load_voices(folder: Path) -> list[Voice]:
    """Read every voice of a folder: ``NAME_utterances.yml`` and ``NAME_dialogues.yml``.

    Raises:
        ValueError: There is none, or a file is not as it should be; says where.
    """
    names = sorted(
        path.name.removesuffix("_utterances.yml") for path in folder.glob("*_utterances.yml")
    )
    if not names:
        raise ValueError(f"{folder} holds no NAME_utterances.yml. Give the folder of a set.")
    return [
        Voice(
            name=name,
            utterances=_cases(folder / f"{name}_utterances.yml", "text"),
            dialogues=_dialogues(folder / f"{name}_dialogues.yml"),
        )
        for name in names
    ]


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    return YAML(typ="safe").load(path.read_text(encoding="utf-8")) or []


def _case(path: Path, entry: dict[str, Any], key: str) -> Case:
    expected = {name: value for name, value in entry.items() if name != key}
    try:
        return Case(text=entry[key], expect=Expectation(**expected))
    except (ValidationError, KeyError) as error:
        raise ValueError(f"{path.name}: {entry!r}: {error}") from None


def _cases(path: Path, key: str) -> tuple[Case, ...]:
    return tuple(_case(path, entry, key) for entry in _read(path))


def _dialogues(path: Path) -> tuple[Dialogue, ...]:
    return tuple(
        Dialogue(
            name=entry["name"],
            turns=tuple(_case(path, turn, "user") for turn in entry["turns"]),
        )
        for entry in _read(path)
    )


Expectation.update_forward_refs()
