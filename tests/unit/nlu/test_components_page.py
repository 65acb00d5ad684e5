"""docs/nlu-components.md is complete, and its example does what it says."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import GraphComponent
from rasa.shared.importers.importer import TrainingDataImporter

import bot.nlu
from bot.settings import PROJECT

PAGE = (PROJECT / "docs" / "nlu-components.md").read_text(encoding="utf-8")
RUN = """
import asyncio, json, sys
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.model_training import train_nlu

import bot.nlu
model = train_nlu("config.yml", "data", "models", fixed_model_name="library")
agent = Agent.load(model)
messages = [UserMessage(text, metadata=data) for text, data in json.loads(sys.argv[1])]
parsed = [asyncio.run(agent.processor.parse_message(message)) for message in messages]
with open("parsed.json", "w") as file:
    json.dump({"from": bot.nlu.__file__, "parsed": parsed}, file)
"""


def components() -> list[type[Any]]:
    """Every component and importer that a module of bot/nlu defines."""
    found = []
    for module in pkgutil.iter_modules(bot.nlu.__path__, "bot.nlu."):
        for _, member in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            ours = member.__module__ == module.name
            if ours and issubclass(member, (GraphComponent, TrainingDataImporter)):
                found.append(member)
    return found


def section_of(component: type[Any]) -> str:
    """What the page says of a component."""
    match = re.search(
        rf"^## {component.__name__}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL
    )
    assert match, f"docs/nlu-components.md: add a section `## {component.__name__}`"
    return match.group(1)


def rows_of(section: str) -> dict[str, str]:
    return dict(re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|", section, re.MULTILINE))


def block(file: str) -> str:
    """The block of the page whose first line names a file."""
    match = re.search(rf"```yaml\n# {re.escape(file)}\n(.*?)```", PAGE, re.DOTALL)
    assert match, file
    return match.group(1)


def test_all_components_are_looked_at() -> None:
    assert len(components()) >= 8


@pytest.mark.parametrize("component", components())
def test_each_component_is_named_with_its_path(component: type[Any]) -> None:
    assert f"`{component.__module__}.{component.__name__}`" in section_of(component)


@pytest.mark.parametrize("component", [c for c in components() if issubclass(c, GraphComponent)])
def test_each_config_key_stands_there_with_its_default(component: type[Any]) -> None:
    expected = {key: json.dumps(value) for key, value in component.get_default_config().items()}

    assert rows_of(section_of(component)) == expected


@pytest.mark.slow
def test_the_example_works_in_a_project_on_another_subject(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "bot" / "nlu", tmp_path / "bot" / "nlu")
    (tmp_path / "bot" / "__init__.py").touch()
    (tmp_path / "data").mkdir()
    for file in ("config.yml", "data/nlu.yml"):
        (tmp_path / file).write_text(block(file), encoding="utf-8")
    promised = json.loads(re.search(r"```json\n(.*?)```", PAGE, re.DOTALL).group(1))
    text = re.search(r'\*"(.+?)"\* gives', PAGE).group(1)
    asked = [
        (text, None),
        ("also for kids?", {"before": "membership"}),
        ("also for kids?", {"before": "fines"}),
        ("i paid $12 in boston", None),
    ]

    done = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(asked)],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "RASA_TELEMETRY_ENABLED": "false", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr[-3000:]
    result = json.loads((tmp_path / "parsed.json").read_text(encoding="utf-8"))
    assert Path(result["from"]).is_relative_to(tmp_path)
    first, member, fined, named = result["parsed"]
    assert summary(first) == summary(promised)
    assert first["intent"]["confidence"] == pytest.approx(promised["intent"]["confidence"], abs=0.1)
    assert [in_context(one) for one in (member, fined)] == ["card", "fines"]
    assert {entity["entity"] for entity in named["entities"]} == {"amount", "city"}


def in_context(parsed: dict[str, Any]) -> str:
    """The best reading of a message's only question with the conversation in mind."""
    (question,) = parsed["questions"]
    return str(question["in_context"]["intent_ranking"][0]["name"])


def summary(parsed: dict[str, Any]) -> dict[str, Any]:
    """A result without what depends on the data: confidences and rankings."""
    question_keys = ("text", "start", "end", "decision")
    entity_keys = ("entity", "value", "text", "start", "end")
    return {
        "intent": parsed["intent"]["name"],
        "decision": parsed["decision"],
        "questions": [
            [question["intent"]["name"], *(question[key] for key in question_keys)]
            for question in parsed["questions"]
        ],
        "entities": [[entity[key] for key in entity_keys] for entity in parsed["entities"]],
    }
