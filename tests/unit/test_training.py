"""`advisor train` on a project of its own: what it makes, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.runtime.errors import StartUpError
from bot.settings import Settings
from bot.training import train

FILES = {
    "config.yml": """recipe: default.v1
language: en
assistant_id: test
pipeline:
- name: bot.nlu.minilm.MiniLMFeaturizer
- name: bot.nlu.hybrid.HybridIntentClassifier
policies:
- name: RulePolicy
""",
    "domain.yml": """version: "3.1"
intents: [greet, hours]
slots:
  day:
    type: text
    mappings:
    - type: custom
responses:
  utter_greet:
  - text: Hello
  utter_hours:
  - text: Nine to five
""",
    "data/nlu.yml": """version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - good morning
- intent: hours
  examples: |
    - when are you open
    - what are your opening hours
""",
    "data/rules.yml": """version: "3.1"
rules:
- rule: greet
  steps:
  - intent: greet
  - action: utter_greet
- rule: hours
  steps:
  - intent: hours
  - slot_was_set:
    - day: today
  - action: utter_hours
""",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RASA_CACHE_DIRECTORY", str(tmp_path / "cache"))
    (tmp_path / "data").mkdir()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


async def test_the_trained_model_understands_and_replies(home: Path) -> None:
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage

    model = train(Settings(home=home))

    agent = Agent.load(str(model))
    replies = await agent.handle_message(UserMessage("good morning to you", sender_id="a"))
    assert [reply["text"] for reply in replies or []] == ["Hello"]
    assert (await agent.parse_message("at what time do you open"))["intent"]["name"] == "hours"


def test_a_slot_that_the_domain_lacks_is_named(home: Path) -> None:
    domain = home / "domain.yml"
    domain.write_text(domain.read_text(encoding="utf-8").replace("day:", "hour:"), encoding="utf-8")

    with pytest.raises(StartUpError, match=r"set day, not in domain\.yml"):
        train(Settings(home=home))


def test_a_file_that_is_no_yaml_is_named(home: Path) -> None:
    (home / "data" / "nlu.yml").write_text("version: '3.1'\nnlu:\n- intent: [", encoding="utf-8")

    with pytest.raises(StartUpError, match=r"nlu\.yml"):
        train(Settings(home=home))
