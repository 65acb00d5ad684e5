"""The base of the actions, through the SDK's own executor."""

import logging
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection
from rasa_sdk.types import DomainDict

from actions.base import AdvisorAction
from bot.settings import current_settings

SAID = "my number is 555 0100"
Events = list[dict[str, Any]]


class Guarded(AdvisorAction):
    """Does what the user's message names."""

    def name(self) -> str:
        return "action_test_guarded"

    def respond(
        self, tracker: Tracker, dispatcher: CollectingDispatcher, domain: DomainDict
    ) -> Events:
        dispatcher.utter_message(text="first words")
        deed = tracker.latest_message["intent"]["name"]
        if deed == "raise":
            raise ValueError(SAID)
        if deed == "exit":
            raise SystemExit(3)
        if deed == "stop":
            raise StopIteration
        if deed == "hang":
            threading.Event().wait()
        if deed == "reject":
            raise ActionExecutionRejection(self.name())
        if deed == "unserialisable":
            dispatcher.utter_message(json_message={"data": object()})
        if deed == "no_number":
            dispatcher.utter_message(json_message={"data": float("nan")})
        return [SlotSet("deed", deed)]


@pytest.fixture(autouse=True)
def short_timeout(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ADVISOR_ACTION_TIMEOUT", "0.2")
    current_settings.cache_clear()
    yield
    current_settings.cache_clear()


async def run(deed: str) -> dict[str, Any]:
    executor = ActionExecutor()
    executor.register_action(Guarded)
    latest = {"text": SAID, "intent": {"name": deed}}
    tracker = {"sender_id": "someone", "slots": {}, "events": [], "latest_message": latest}
    result = await executor.run(
        {"next_action": "action_test_guarded", "tracker": tracker, "domain": {}}
    )
    assert result is not None
    return result


async def test_an_answer_and_its_events_arrive():
    result = await run("answer")

    assert [response["text"] for response in result["responses"]] == ["first words"]
    assert [event["value"] for event in result["events"]] == ["answer"]


@pytest.mark.parametrize(
    ("deed", "exception"),
    [
        ("raise", "ValueError"),
        ("exit", "SystemExit"),
        ("stop", "RuntimeError"),  # what Python makes of it in a coroutine
        ("hang", "TimeoutError"),
        ("unserialisable", "TypeError"),
        ("no_number", "ValueError"),
    ],
)
async def test_a_failure_is_one_apology_and_one_log_line(
    deed: str, exception: str, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.INFO, logger="actions.base"):
        result = await run(deed)

    (response,) = result["responses"]
    assert result["events"] == []
    assert "Sorry" in response["text"]
    assert "855-295-1866" in response["text"]
    assert "855-295-1866" in response["text"]
    assert "first words" not in response["text"]

    (record,) = [record for record in caplog.records if record.levelno >= logging.INFO]
    error_id = re.search(r"Error (\w{8})", response["text"])
    assert error_id is not None
    assert record.levelno == logging.ERROR
    assert record.exc_info is None
    assert record.getMessage().startswith("action action_test_guarded failed: error_id=")
    assert record.__dict__["error_id"] == error_id[1]
    assert record.__dict__["exception"] == exception
    assert re.fullmatch(r"[\w.]+:\d+", record.__dict__["at"])
    assert "my number" not in str(record.__dict__)


async def test_each_failure_has_an_id_of_its_own():
    first, second = await run("raise"), await run("raise")

    assert first["responses"][0]["text"] != second["responses"][0]["text"]


async def test_a_rejection_stays_a_rejection():
    with pytest.raises(ActionExecutionRejection):
        await run("reject")


def test_the_sdk_does_not_take_the_base_for_an_action():
    executor = ActionExecutor()
    executor.register_package("actions.base")

    assert "action_test_guarded" in executor.actions
    with pytest.raises(TypeError):
        AdvisorAction()
