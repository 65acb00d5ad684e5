"""What is broken, old, foreign or hostile: nothing of it stops the channel or misleads it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from bot.channels.slack.blocks import Rated
from bot.channels.slack.connection import Connection
from bot.channels.slack.thumbs import dialog
from bot.runtime.agent import Advisor
from bot.settings import Settings
from tests.channels.slack import payloads
from tests.channels.slack.conftest import Connect, HeldBack
from tests.channels.slack.limits import buttons_of, hold, said_in, thumbs_of
from tests.channels.slack.stand_in import BOT, TEAM, Slack, failing

pytestmark = pytest.mark.model

QUESTION = "whats the median pay"
MEDIAN = "roughly $90,000"
BUTTON = {"action_id": "ask:0", "text": {"type": "plain_text", "text": "pay?"}, "value": "pay?"}
THUMB = {"action_id": "thumb:down", "text": {"type": "plain_text", "text": "no"}, "value": "[]"}
POST = {"ts": "1.1", "channel": "D0X", "text": "pay", "blocks": []}


async def ask(slack: Slack, channel: str, question: str = QUESTION) -> payloads.Payload:
    before = len(slack.posts)
    await slack.send("events_api", payloads.direct(question, channel))
    await slack.until_posts(before + 1)
    hold(slack.posts[-1])
    return slack.posts[-1]


def whole(url: str) -> list[tuple[str, payloads.Payload]]:
    """One payload of each kind, as Slack documents it."""
    shown = dialog(Rated(f"slack-{TEAM}-D0X", "m"))
    return [
        ("events_api", payloads.direct("pay?", "D0BROKEN")),
        ("events_api", payloads.in_channel(f"<@{BOT}> pay?", "C0BROKEN")),
        ("events_api", payloads.home_opened()),
        ("events_api", payloads.chat_started()),
        ("slash_commands", payloads.command("pay?", url)),
        ("interactive", payloads.click(POST, BUTTON, url)),
        ("interactive", payloads.click(POST, THUMB, url)),
        ("interactive", payloads.click_at_home(BUTTON)),
        ("interactive", payloads.shortcut("pay?", url)),
        ("interactive", payloads.dialog(shown, "wrong", "x")),
    ]


def holes(node: Any) -> list[Callable[[Any], None]]:
    """Ways to break a payload: each of its values left out, or of another type."""
    found: list[Callable[[Any], None]] = []
    keys: list[Any] = list(node) if isinstance(node, dict) else list(range(len(node)))
    for key in keys:

        def leave_out(other: Any, key: Any = key) -> None:
            del other[key]

        def swap(other: Any, key: Any = key) -> None:
            other[key] = 7 if isinstance(other[key], str) else "text"

        def empty(other: Any, key: Any = key) -> None:
            other[key] = None

        found += [leave_out, swap, empty]
        if isinstance(node[key], dict | list):
            found += [
                lambda other, key=key, inner=inner: inner(other[key]) for inner in holes(node[key])
            ]
    return found


async def test_a_payload_with_any_value_missing_or_of_another_type_stops_nothing(
    slack: Slack, slack_settings: Settings, advisor: Advisor
) -> None:
    async def wait(message: UserMessage) -> None:
        await message.output_channel.send_text_message(message.sender_id, "seen")

    # What can be read in spite of all is answered in a word: not the answers are looked at here.
    connection = Connection(slack_settings, wait, lambda: advisor.agent.tracker_store)
    await connection.start()
    await connection.connected.wait()
    try:
        numbers = []
        for kind, payload in whole(slack.response_url):
            for hole in holes(payload):
                other = copy.deepcopy(payload)
                hole(other)
                numbers.append(await slack.send(kind, other))
        assert len(numbers) > 500
        await slack.until(lambda: slack.acknowledged.issuperset(numbers))
        await connection.worker.finish()
        before = len(slack.posts)
        await slack.send("events_api", payloads.direct(QUESTION, "D0AFTER"))
        await slack.until_posts(before + 1)
    finally:
        await connection.stop(0)


@pytest.mark.parametrize("payload", [{}, {"type": "event_callback"}, {"type": "view_submission"}])
async def test_what_is_hardly_a_payload_is_acknowledged(
    slack: Slack, connected: Connection, payload: payloads.Payload
) -> None:
    await slack.until_acknowledged(await slack.send("events_api", payload))
    assert MEDIAN in said_in(await ask(slack, "D0HARDLY"))


@pytest.mark.parametrize("text", ["a" * 40_000, ":" + "a" * 40_000, "<" * 40_000, "*_~" * 13_000])
async def test_enormous_text_is_said_to_be_too_long(
    slack: Slack, connected: Connection, text: str
) -> None:
    assert "too long to read" in said_in(
        await ask(slack, f"D0HUGE{text[0:2].encode().hex()}", text)
    )


async def test_a_click_on_a_message_that_is_deleted_is_answered(
    slack: Slack, connected: Connection
) -> None:
    post = await ask(slack, "D0DELETED")
    slack.instead["chat.update"].append(failing(200, "message_not_found"))
    await slack.send("interactive", payloads.click(post, buttons_of(post)[0], slack.response_url))
    await slack.until_posts(2)
    hold(slack.posts[1])


async def test_an_old_button_works_after_a_restart(slack: Slack, connect: Connect) -> None:
    first = await connect()
    post = await ask(slack, "D0OLDBUTTON")
    await first.stop()
    await connect()
    for _ in range(2):
        clicked = payloads.click(post, buttons_of(post)[0], slack.response_url)
        await slack.until_acknowledged(await slack.send("interactive", clicked))
    await slack.until_posts(2)
    await ask(slack, "D0OLDBUTTON", "thanks")
    assert len(slack.posts) == 3


async def test_while_the_token_is_revoked_messages_wait_for_a_new_one(
    slack: Slack, connect: Connect
) -> None:
    first = await connect()
    slack.instead["chat.postMessage"].append(failing(200, "token_revoked"))
    await slack.until_acknowledged(
        await slack.send("events_api", payloads.direct(QUESTION, "D0REVOKED"))
    )
    await first.worker.finish()
    await first.stop()
    assert slack.posts == []
    await connect()
    await slack.until_posts(1)
    assert MEDIAN in said_in(slack.posts[0])


async def test_where_the_address_to_respond_to_has_expired_the_asker_gets_a_direct_message(
    slack: Slack, connected: Connection
) -> None:
    gone = slack.response_url.replace("respond", "expired")
    await slack.send("slash_commands", payloads.command(QUESTION, gone, "U0EXPIRED"))
    await slack.until_posts(1)
    assert slack.posts[0]["channel"] == "D0EXPIRED"
    assert not slack.posts[0].get("thread_ts")
    assert MEDIAN in said_in(slack.posts[0])


async def test_what_another_workspace_sends_is_left_alone(
    slack: Slack, connected: Connection
) -> None:
    for kind, payload in whole(slack.response_url):
        other = copy.deepcopy(payload)
        _rename(other)
        await slack.until_acknowledged(await slack.send(kind, other))
    assert len(await slack_says(slack, "D0ONLY")) == 1
    assert slack.called("views.publish") == slack.called("views.open") == []


async def slack_says(slack: Slack, channel: str) -> list[payloads.Payload]:
    """All messages, once a question that came last is answered."""
    await ask(slack, channel)
    return slack.posts


def _rename(node: Any) -> None:
    for key, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
        if value == TEAM:
            node[key] = "T0OTHER"
        elif isinstance(value, dict | list):
            _rename(value)


@pytest.mark.parametrize(
    "value",
    ["", "7", "{}", '["slack-T0OTHER-D0X", "m"]', '["web-someone", "m"]', '["a"]', "[1, 2]"],
)
async def test_a_thumb_on_what_is_not_ours_is_dropped(
    slack: Slack, connected: Connection, value: str
) -> None:
    clicked = payloads.click(POST, THUMB | {"value": value}, slack.response_url)
    await slack.until_acknowledged(await slack.send("interactive", clicked))
    await ask(slack, "D0NOTOURS")
    assert slack.called("views.open") == slack.called("chat.update") == []


async def test_a_reason_that_the_dialog_does_not_have_is_dropped(
    slack: Slack, connected: Connection
) -> None:
    post = await ask(slack, "D0REASON")
    conversation, message = payloads.value_of(thumbs_of(post)[0])
    sent = payloads.dialog(dialog(Rated(conversation, message)), "<!channel>", "x")
    number = await slack.send("interactive", sent)
    await slack.until_acknowledged(number)
    assert slack.said[number] == {}


async def test_the_command_shows_at_once_that_an_answer_is_under_way(
    slack: Slack, held_back: HeldBack
) -> None:
    sent = payloads.command(QUESTION, slack.response_url, "U0WAITS")
    await slack.until_acknowledged(await slack.send("slash_commands", sent))
    await slack.until(lambda: bool(slack.responses))
    held_back.may_answer.set()
    await slack.until(lambda: len(slack.responses) == 2)
    placeholder, answer = slack.responses
    assert (placeholder["text"], placeholder["replace_original"]) == ("Looking it up …", False)
    assert answer["replace_original"] is True
    assert MEDIAN in said_in(answer)
    hold(answer)
