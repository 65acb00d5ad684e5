"""JSON Schemas of the knowledge files, for editors that complete and check as one types."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel

from bot.knowledge.loading import FOLDER
from bot.knowledge.model import Career, Conversation

SCHEMAS: dict[Path, type[BaseModel]] = {
    FOLDER / "schema" / "career.schema.json": Career,
    FOLDER / "schema" / "conversation.schema.json": Conversation,
}


def schema_texts() -> dict[Path, str]:
    """Return what each schema file should hold."""
    return {
        path: json.dumps(model.schema(), indent=2, ensure_ascii=False) + "\n"
        for path, model in SCHEMAS.items()
    }


def write_schemas() -> list[Path]:
    """Write the schema files anew and return their paths."""
    for path, text in schema_texts().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(SCHEMAS)
