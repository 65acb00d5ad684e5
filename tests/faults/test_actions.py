"""Actions that hang, raise or return rubbish: an apology in time, and nobody else notices."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.channels.serving import Server, make_home
from tests.faults.conftest import Reliability

pytestmark = pytest.mark.slow

# Seconds; the default is 8.
DEADLINE = 1.0
# What a turn may take beyond the action's own time, on a busy machine.
MARGIN = 7.0
BYSTANDERS = 4
TURNS = 5


@pytest.fixture(scope="module")
def server(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(
        make_home(tmp_path_factory.mktemp("actions"), model), ADVISOR_ACTION_TIMEOUT=str(DEADLINE)
    )
    try:
        server.start()
        yield server
    finally:
        server.kill()


def talk(server: Server, sender: str) -> list[str]:
    return [server.say("count", sender)[0]["text"] for _ in range(TURNS)]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("action_hangs", "slow"),
        ("action_raises", "broken"),
        ("action_returns_what_is_no_json", "rubbish"),
        ("action_returns_no_list", "mistyped"),
        ("action_returns_unknown_events", "nonsense"),
        ("action_says_nothing", "silent"),
    ],
)
def test_a_failing_action_is_apologised_for_and_harms_nobody(
    fault: str, message: str, server: Server, reliability: Reliability
):
    with reliability(fault) as figures:
        server.say("count", f"victim-of-{message}")
        with ThreadPoolExecutor(BYSTANDERS + 1) as pool:
            others = [
                pool.submit(talk, server, f"bystander-{number}-{message}")
                for number in range(BYSTANDERS)
            ]
            begun = time.monotonic()
            (reply,) = pool.submit(server.say, f"{message} please", f"victim-of-{message}").result()
            figures["seconds_until_apology"] = round(time.monotonic() - begun, 2)
            figures["deadline_seconds"] = DEADLINE
            expected = [f"turn {number}" for number in range(1, TURNS + 1)]
            unharmed = sum(other.result() == expected for other in others)

        figures["other_conversations"] = BYSTANDERS
        figures["unharmed"] = unharmed
        assert "Sorry" in reply["text"]
        assert "Error " in reply["text"]
        assert "half an answer" not in reply["text"]
        assert figures["seconds_until_apology"] < DEADLINE + MARGIN
        assert unharmed == BYSTANDERS
        assert server.say("count", f"victim-of-{message}")[0]["text"] == "turn 2"
        assert server.get("/health").status_code == 200


def test_many_hanging_actions_at_once_leave_room_for_others(
    server: Server, reliability: Reliability
):
    hanging = 40
    with reliability("many_actions_hang") as figures, ThreadPoolExecutor(hanging) as pool:
        stuck = [pool.submit(server.say, "slow", f"stuck-{number}") for number in range(hanging)]
        assert talk(server, "passer-by")[-1] == f"turn {TURNS}"
        apologies = sum("Sorry" in turn.result()[0]["text"] for turn in stuck)
        figures["hanging"] = hanging
        figures["apologies"] = apologies
        assert apologies == hanging
        assert server.get("/health").status_code == 200
