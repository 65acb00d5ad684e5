from __future__ import annotations

import json
import logging
import sys

import pytest
import structlog

from bot import apology, hashing
from bot.runtime.logs import formatter
from bot.settings import current_settings


def record(message: str, *, failing: bool = False, **extra: object) -> logging.LogRecord:
    logger = logging.getLogger("somewhere")
    info = None
    if failing:
        try:
            raise ValueError("I am Ann")
        except ValueError:
            info = sys.exc_info()
    return logger.makeRecord("somewhere", logging.INFO, "", 0, message, (), info, extra=extra)


def test_a_line_of_json_has_the_message_the_values_and_the_conversation():
    with structlog.contextvars.bound_contextvars(conversation="abc"):
        line = json.loads(formatter("json").format(record("turn", outcome="answered")))

    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "turn",
        "level": "info",
        "logger": "somewhere",
        "outcome": "answered",
        "conversation": "abc",
    }


def test_a_line_for_people_says_each_thing_once():
    line = formatter("text").format(record("it failed: error_id=7", error_id=7, channel="rest"))

    assert line.endswith(" INFO somewhere: it failed: error_id=7 channel=rest")


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_an_exception_is_written_without_its_message(log_format: str):
    line = formatter(log_format).format(record("no luck", failing=True))

    assert "ValueError" in line
    assert "test_logs" in line
    assert "Ann" not in line
    assert "\n" not in line
    assert "I am Ann" in formatter(log_format, debug=True).format(record("no", failing=True))


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_personal_data_of_a_librarys_line_is_removed(log_format: str):
    line = formatter(log_format).format(record("GET /?q=me@example.edu", path="/617-555-0142"))

    assert "example" not in line
    assert "555" not in line


def test_a_conversations_hash_needs_the_key(monkeypatch: pytest.MonkeyPatch):
    hashes = []
    for key in ("one", "one", "another", "", ""):
        monkeypatch.setenv("ADVISOR_LOG_KEY", key)
        current_settings.cache_clear()
        hashing._key.cache_clear()
        hashes.append(hashing.conversation_hash("somebody"))
        assert hashing.conversation_hash("somebody") == hashes[-1]
        assert hashing.conversation_hash("somebody else") != hashes[-1]
    monkeypatch.undo()
    current_settings.cache_clear()
    hashing._key.cache_clear()

    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 4
    assert all("somebody" not in found for found in hashes)
    assert all(found.isalpha() for found in hashes)


def test_a_turns_failures_are_collected_for_it_alone():
    logger = logging.getLogger("somewhere")
    first = apology.collect_failures()
    apology.report(logger, "a part", ValueError())
    second = apology.collect_failures()
    text = apology.report(logger, "a part", ValueError())

    assert len(first) == len(second) == 1
    assert second[0] in text
