"""What Slack, the network and restarts do to replies: none is lost, none comes twice."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter

import pytest
from rasa.shared.core.events import UserUttered

from bot.runtime.agent import Advisor
from tests.channels.slack import payloads
from tests.channels.slack.conftest import Connect, HeldBack
from tests.channels.slack.limits import hold, said_in
from tests.channels.slack.stand_in import Slack, failing

pytestmark = pytest.mark.model

MEDIAN = "roughly $90,000"
QUESTION = "whats the median pay"


def keys(slack: Slack) -> list[str]:
    return [post["metadata"]["event_payload"]["key"] for post in slack.posts]


async def last_word(slack: Slack, channel: str) -> None:
    """A question that is answered after all that came before it in the conversation."""
    before = len(slack.posts)
    await slack.send("events_api", payloads.direct("thanks", channel))
    await slack.until_posts(before + 1)


async def test_an_event_that_is_sent_again_is_answered_once_over_restarts_too(
    slack: Slack, connect: Connect
) -> None:
    event = payloads.direct(QUESTION, "D0AGAIN")
    first = await connect()
    for _ in range(3):
        await slack.send("events_api", event)
    await slack.until_posts(1)
    await first.stop()

    await connect()
    again = await slack.send("events_api", event)
    await slack.until_acknowledged(again)
    await last_word(slack, "D0AGAIN")
    assert len(slack.posts) == 2


async def test_two_replicas_answer_each_event_once(slack: Slack, connect: Connect) -> None:
    replicas = [await connect(), await connect()]
    events = [payloads.direct(QUESTION, f"D0TWO{number}") for number in range(10)]
    for replica in replicas:
        for event in events:
            job = replica._job(event)
            assert job is not None
            await replica.worker.take(job)
    await asyncio.gather(*(replica.worker.finish() for replica in replicas))
    assert sorted(keys(slack)) == sorted(
        f"D0TWO{n}:{e['event']['ts']}" for n, e in enumerate(events)
    )


@pytest.mark.parametrize("retry_after", ["1", "0"])
async def test_a_rate_limit_is_waited_out_and_the_turn_kept(
    slack: Slack, connect: Connect, retry_after: str
) -> None:
    await connect()
    limited = failing(429, "ratelimited", **{"Retry-After": retry_after})
    slack.instead["chat.postMessage"].extend([limited, limited])
    await slack.send("events_api", payloads.direct(QUESTION, f"D0LIMIT{retry_after}"))
    await slack.until_posts(1)
    assert MEDIAN in said_in(slack.posts[0])
    assert len(slack.called("chat.postMessage")) == 3


async def test_a_reply_that_came_through_though_slack_failed_is_not_sent_again(
    slack: Slack, connect: Connect
) -> None:
    connection = await connect()
    slack.lost_answers["chat.postMessage"] = 1
    await slack.send("events_api", payloads.direct(QUESTION, "D0LOST"))
    await slack.until_posts(1)
    await connection.worker.finish()
    assert len(slack.posts) == 1
    assert len(slack.called("conversations.history")) == 1


async def test_a_reply_that_slack_refuses_ends_there_and_others_go_on(
    slack: Slack, connect: Connect
) -> None:
    await connect()
    slack.instead["chat.postMessage"].append(failing(200, "is_archived"))
    await slack.send("events_api", payloads.direct(QUESTION, "D0GONE"))
    await last_word(slack, "D0GONE")
    assert len(slack.posts) == 1


async def test_it_acknowledges_at_once_and_shows_a_status_while_the_answer_takes_its_time(
    slack: Slack, held_back: HeldBack
) -> None:
    sent = payloads.direct(QUESTION, "D0SLOW")
    await slack.until_acknowledged(await slack.send("events_api", sent))
    await slack.until(lambda: bool(slack.called("assistant.threads.setStatus")))
    assert slack.posts == []
    held_back.may_answer.set()
    await slack.until_posts(1)
    await held_back.connection.worker.finish()
    shown, cleared = slack.called("assistant.threads.setStatus")
    assert (shown["channel_id"], shown["thread_ts"]) == ("D0SLOW", sent["event"]["ts"])
    assert shown["status"]
    assert not cleared.get("status")


async def test_a_broken_connection_is_opened_anew(slack: Slack, connect: Connect) -> None:
    await connect()
    await slack.until(lambda: slack.connections == 1)
    await slack.drop()
    await slack.send("events_api", payloads.direct(QUESTION, "D0BROKEN"))
    await slack.until_posts(1)
    assert slack.connections == 2


async def test_slack_may_be_away_at_the_start(slack: Slack, connect: Connect) -> None:
    slack.instead["auth.test"].append(failing(503, "service_unavailable"))
    slack.instead["apps.connections.open"].append(failing(500, "internal_error"))
    await connect()
    await slack.send("events_api", payloads.direct(QUESTION, "D0AWAY"))
    await slack.until_posts(1)


@pytest.mark.slow
async def test_fifty_events_at_once_and_twenty_restarts_lose_and_double_none(
    slack: Slack, connect: Connect, advisor: Advisor, capsys: pytest.CaptureFixture[str]
) -> None:
    begin = time.monotonic()
    events = [payloads.direct(QUESTION, f"D0LOAD{number}") for number in range(50)]
    connection = await connect()
    await asyncio.gather(*(slack.send("events_api", event) for event in events))
    for restart in range(1, 21):
        await slack.until_posts(2 * restart)
        await connection.stop(0)
        connection = await connect()
    with contextlib.suppress(asyncio.TimeoutError):
        await slack.until_posts(50)
    await connection.worker.finish()

    expected = {f"D0LOAD{n}:{event['event']['ts']}" for n, event in enumerate(events)}
    assert Counter(keys(slack)) == Counter(expected)
    for post in slack.posts:
        hold(post)
        assert MEDIAN in said_in(post)
    for number in range(50):
        conversation = f"slack-T0TEAM-D0LOAD{number}"
        tracker = await advisor.agent.tracker_store.retrieve_full_tracker(conversation)
        assert tracker is not None
        asked = [event for event in tracker.events if isinstance(event, UserUttered)]
        assert len(asked) == 1
    # For docs/slack.md; how long it takes is the machine's affair, and nothing is asserted of it.
    seconds = sorted(slack.seconds.values())
    with capsys.disabled():
        print(
            f"\nevents {len(events)}, restarts 20, replies {len(slack.posts)}, "
            f"lost {len(expected - set(keys(slack)))}, twice {len(keys(slack)) - len(expected)}, "
            f"acknowledged after {1000 * seconds[len(seconds) // 2]:.0f} ms (median), "
            f"{1000 * seconds[-1]:.0f} ms (longest of {len(seconds)}), "
            f"all answered after {time.monotonic() - begin:.1f} s"
        )
