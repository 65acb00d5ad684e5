"""What a conversation remembers between turns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# The slot that keeps a `Memory` between turns.
MEMORY = "memory"


@dataclass(frozen=True)
class Memory:
    """What the conversation remembers between turns.

    Attributes:
        topic: The topic answered last; None before the first answer.
        told: Facts told since the topic was first asked about.
        facts: Facts of the last answer.
        offered: Whether the last reply offered readings.
        runners_up: The next likeliest readings of the last message.
        unclear: The message whose readings were offered; empty where none were.
        clicked: Messages that were unclear and the topic that was then clicked, latest last: what
            an editor adds to the training data.
        misses: Misunderstandings in a row.
        cared: Whether the last reply was one of care.
        said: How often each talk was said.
    """

    topic: str | None = None
    told: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    offered: bool = False
    runners_up: tuple[str, ...] = ()
    unclear: str = ""
    clicked: tuple[tuple[str, str], ...] = ()
    misses: int = 0
    cared: bool = False
    said: Mapping[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the memory as plain data, for a slot."""
        return {
            "topic": self.topic,
            "told": list(self.told),
            "facts": list(self.facts),
            "offered": self.offered,
            "runners_up": list(self.runners_up),
            "unclear": self.unclear,
            "clicked": [list(pair) for pair in self.clicked],
            "misses": self.misses,
            "cared": self.cared,
            "said": dict(self.said),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any] | None) -> Memory:
        """Build a memory from what :meth:`as_dict` returned; empty for None."""
        if not data:
            return cls()
        return cls(
            topic=data.get("topic"),
            told=tuple(data.get("told", ())),
            facts=tuple(data.get("facts", ())),
            offered=bool(data.get("offered")),
            runners_up=tuple(data.get("runners_up", ())),
            unclear=str(data.get("unclear", "")),
            clicked=tuple((text, topic) for text, topic in data.get("clicked", ())),
            misses=int(data.get("misses", 0)),
            cared=bool(data.get("cared")),
            said=dict(data.get("said", {})),
        )
