"""Reading a knowledge file: YAML in, a checked :class:`Knowledge` out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bot.knowledge.checks import check_career, check_conversation
from bot.knowledge.model import (
    Career,
    Caveat,
    Conversation,
    Fact,
    Figure,
    Group,
    Pointer,
    Talk,
    Topic,
)
from bot.knowledge.problems import KnowledgeError, Location, Problem
from bot.knowledge.texts import fill, find_figure
from bot.masking import public_contacts
from bot.settings import current_settings

FOLDER = Path(__file__).resolve().parents[2] / "knowledge"
CAREER_FILE = FOLDER / "is_clinical_project_manager.yml"
CONVERSATION_FILE = FOLDER / "conversation.yml"

Part = TypeVar("Part", bound=BaseModel)

REMEDIES = {
    "value_error.extra": "Remove the key, or correct its spelling",
    "value_error.missing": "Add it",
    "value_error.const": "Use one of the permitted values",
}


@dataclass(frozen=True)
class Knowledge:
    """A career and the conversation around it, with look-up by id."""

    career: Career
    conversation: Conversation

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """Facts by id."""
        return {fact.id: fact for fact in self.career.facts}

    @cached_property
    def topics(self) -> dict[str, Topic]:
        """Topics by id, which is also the intent's name."""
        return {topic.id: topic for topic in self.career.topics}

    @cached_property
    def own_names(self) -> tuple[str, ...]:
        """Everything that the career and the area of its figures are called."""
        job = self.career.job
        return (job.name, job.short_name, *job.aliases, *self.career.article.areas)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The words, in lower case, that the questions and titles of the topics are made of."""
        texts = [f"{topic.title} {topic.question}" for topic in self.career.topics]
        return frozenset(word for text in texts for word in re.findall(r"[a-z]+", text.lower()))

    @cached_property
    def groups(self) -> dict[str, Group]:
        """Groups by id."""
        return {group.id: group for group in self.career.groups}

    @cached_property
    def caveats(self) -> dict[str, Caveat]:
        """Caveats by id."""
        return {caveat.id: caveat for caveat in self.career.caveats}

    @cached_property
    def pointers(self) -> dict[str, Pointer]:
        """Pointers by id."""
        return {pointer.id: pointer for pointer in self.career.pointers}

    @cached_property
    def contacts(self) -> frozenset[str]:
        """The telephone numbers and e-mail addresses that the files give out."""
        return public_contacts([self.career.json(), self.conversation.json()])

    @cached_property
    def talks(self) -> dict[str, Talk]:
        """Talks by id."""
        return {talk.id: talk for talk in self.conversation.talks}

    def figure(self, reference: str) -> Figure:
        """Return the figure named ``FACT.statistic``.

        Raises:
            KeyError: There is no such figure.
        """
        fact_id, _, statistic = reference.partition(".")
        figure = find_figure(self.career, fact_id, statistic)
        if figure is None:
            raise KeyError(reference)
        return figure

    def fill(self, text: str, **values: str) -> str:
        """Replace the placeholders of a text; see :mod:`bot.knowledge.texts`."""
        return fill(text, self.career, values)


def load_knowledge(
    career_file: Path = CAREER_FILE, conversation_file: Path = CONVERSATION_FILE
) -> Knowledge:
    """Read and check both files.

    Args:
        career_file: One career's facts and topics.
        conversation_file: The wording around them.

    Raises:
        KnowledgeError: With every problem of both files, each with file, line and remedy.
    """
    problems: list[Problem] = []
    career = conversation = None
    try:
        career = _parse(career_file, Career)
        problems += _located(career_file, check_career(career))
    except KnowledgeError as error:
        problems += error.problems
    try:
        conversation = _parse(conversation_file, Conversation)
        if career is not None:
            problems += _located(conversation_file, check_conversation(conversation, career))
    except KnowledgeError as error:
        problems += error.problems
    if problems or career is None or conversation is None:
        raise KnowledgeError(problems)
    return Knowledge(career, conversation)


def knowledge() -> Knowledge:
    """Return the product's own knowledge: read at the first call, and at :func:`renew_knowledge`.

    Raises:
        KnowledgeError: The files cannot be used.
    """
    return _held()[0]


def renew_knowledge() -> None:
    """Read the files anew and let :func:`knowledge` return what they say now.

    Raises:
        KnowledgeError: They cannot be used, or need a new model; the knowledge stays as it was.
    """
    held = _held()
    fresh = load_knowledge(*knowledge_files())
    _require_same_questions(held[0], fresh)
    held[0] = fresh


def knowledge_files() -> tuple[Path, Path]:
    """Return the career's file and the conversation's, in the folder that the settings name."""
    folder = current_settings().knowledge_folder
    return folder / CAREER_FILE.name, folder / CONVERSATION_FILE.name


@lru_cache(maxsize=1)
def _held() -> list[Knowledge]:
    return [load_knowledge(*knowledge_files())]


def _require_same_questions(old: Knowledge, new: Knowledge) -> None:
    """The trained model knows topics, talks and the fit check's slots by their ids."""
    career, conversation = (_name(path) for path in knowledge_files())
    remedy = "Run `make train` and start the advisor again"
    problems = []
    for file, label, before, after in (
        (career, "topics", set(old.topics), set(new.topics)),
        (career, "fit_check", _options(old), _options(new)),
        (conversation, "talks", set(old.talks), set(new.talks)),
    ):
        if changed := sorted(before ^ after):
            message = f"the model in use was trained with other ids ({', '.join(changed)})"
            problems.append(Problem((), message, remedy, file, 1, label))
    if problems:
        raise KnowledgeError(problems)


def _options(known: Knowledge) -> set[str]:
    return {
        f"{criterion.id}.{option.value}"
        for criterion in known.career.fit_check.criteria
        for option in criterion.options
    }


def _read(path: Path, kind: str = "safe") -> Any:
    """Read YAML; kind ``rt`` keeps line numbers and takes ten times as long."""
    name = _name(path)
    try:
        tree = YAML(typ=kind).load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise KnowledgeError(
            [Problem((), error.strerror or "cannot be read", "Check the path", name, 0, "file")]
        ) from None
    except UnicodeDecodeError:
        raise KnowledgeError(
            [Problem((), "the file is not UTF-8 text", "Save it as UTF-8", name, 0, "file")]
        ) from None
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        message = getattr(error, "problem", None) or "the file is not YAML"
        line = mark.line + 1 if mark else 0
        remedy = "Correct the YAML; indent by two spaces, quote texts that hold a colon"
        raise KnowledgeError([Problem((), message, remedy, name, line, "YAML")]) from None
    if not isinstance(tree, dict):
        raise KnowledgeError(
            [Problem((), "the file is empty", "Restore it from its last version", name, 1, "file")]
        )
    return tree


def _parse(path: Path, model: type[Part]) -> Part:
    try:
        return model.parse_obj(_read(path))
    except ValidationError as error:
        found = [
            Problem(
                tuple(entry["loc"]),
                entry["msg"],
                REMEDIES.get(entry["type"], "Correct the value"),
            )
            for entry in error.errors()
        ]
        raise KnowledgeError(_located(path, found)) from None


def _located(path: Path, problems: list[Problem]) -> list[Problem]:
    if not problems:
        return []
    tree = _read(path, "rt")
    return [
        replace(
            problem,
            file=_name(path),
            line=_line(tree, problem.field),
            label=_label(tree, problem.field),
        )
        for problem in problems
    ]


def _line(tree: Any, field: Location) -> int:
    node: Any = tree
    line = 1
    for step in field:
        try:
            at = node.lc.key if hasattr(node, "keys") else node.lc.item
            line = at(step)[0] + 1
            node = node[step]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return line


def _label(tree: Any, field: Location) -> str:
    node, label = tree, ""
    for step in field:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            node = None
        if isinstance(step, int):
            name = node.get("id") if isinstance(node, dict) else None
            label += f"[{name or step}]"
        else:
            label += f".{step}" if label else str(step)
    return label or "file"


def _name(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
