"""What is wrong with a knowledge file: where, why, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Location = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One fault in a file.

    Attributes:
        field: The way to the value, for example ``("topics", 3, "lead")``.
        message: What is wrong.
        remedy: What the editor should do.
        file: The file's name as it was given.
        line: The line, counted from 1; 0 where it is unknown.
        label: The field as a person would name it, ids instead of positions.
    """

    field: Location
    message: str
    remedy: str
    file: str = ""
    line: int = 0
    label: str = ""

    def __str__(self) -> str:
        """Return ``file:line: field: message. Remedy.``."""
        return f"{self.file}:{self.line}: {self.label}: {self.message}. {self.remedy}."


class KnowledgeError(Exception):
    """A knowledge file cannot be used; carries every problem that was found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the problems and list them in the message."""
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
