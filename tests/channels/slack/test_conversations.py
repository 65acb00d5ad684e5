"""An event comes in over Socket Mode, the real advisor answers, a message goes out."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.channels.slack.connection import Connection
from tests.channels.slack import payloads
from tests.channels.slack.limits import buttons_of, hold, said_in
from tests.channels.slack.stand_in import BOT, Slack

pytestmark = [pytest.mark.model, pytest.mark.usefixtures("connected")]

MEDIAN = "roughly $90,000"


def channel_of(number: str) -> str:
    """A channel of direct messages that no other test speaks in."""
    return f"D0{number}"


async def ask(slack: Slack, payload: payloads.Payload) -> payloads.Payload:
    """Sends an event, and waits for the next message."""
    before = len(slack.posts)
    await slack.send("events_api", payload)
    await slack.until_posts(before + 1)
    hold(slack.posts[-1])
    return slack.posts[-1]


async def nothing_else_comes(slack: Slack, number: int) -> None:
    """Whatever was sent before has been dealt with once a later question is answered."""
    post = await ask(slack, payloads.direct("what are the duties?", channel_of(f"END{number}")))
    assert slack.posts == [*slack.posts[:number], post]


async def test_a_direct_message_is_answered_in_one_message_with_its_source(slack: Slack) -> None:
    post = await ask(slack, payloads.direct("whats the median pay", channel_of("DM")))

    assert post["channel"] == channel_of("DM")
    assert not post.get("thread_ts")
    assert MEDIAN in said_in(post)
    assert "Source: " in said_in(post)
    assert MEDIAN in post["text"]
    assert 1 <= len(buttons_of(post)) <= 3
    assert (post["parse"], post["link_names"], post["unfurl_links"]) == ("none", False, False)


async def test_a_list_stays_a_list(slack: Slack) -> None:
    post = await ask(slack, payloads.direct("what are the duties?", channel_of("LIST")))

    kinds = [e["type"] for b in post["blocks"] if b["type"] == "rich_text" for e in b["elements"]]
    assert "rich_text_list" in kinds


async def test_a_mention_is_answered_once_in_its_thread_and_followed_up_without_one(
    slack: Slack,
) -> None:
    called = payloads.in_channel(f"<@{BOT}> whats the median pay", "C0MENTION")
    await slack.send("events_api", payloads.mention(called))
    post = await ask(slack, called)
    thread = called["event"]["ts"]
    assert post["thread_ts"] == thread
    assert MEDIAN in said_in(post)

    follow = payloads.in_channel("where is that from?", "C0MENTION", "U0OTHER", thread_ts=thread)
    post = await ask(slack, follow)
    assert post["thread_ts"] == thread
    assert "Salary" in said_in(post)
    await nothing_else_comes(slack, 2)


async def test_what_is_not_for_the_advisor_is_left_alone(slack: Slack) -> None:
    for payload in (
        payloads.in_channel("whats the median pay"),
        payloads.in_channel("whats the median pay", thread_ts=payloads.timestamp()),
        payloads.in_channel("<@U0OTHER> whats the median pay"),
        payloads.direct("", subtype="message_changed", message={"text": "median pay"}),
        payloads.direct("", subtype="message_deleted", deleted_ts="1.2"),
        payloads.direct("median pay", subtype="bot_message", bot_id="B0OTHER"),
        payloads.direct("median pay", user=BOT, bot_id="B0BOT"),
    ):
        await slack.until_acknowledged(await slack.send("events_api", payload))
    await nothing_else_comes(slack, 0)


async def test_a_private_word_stays_apart_from_the_channel(slack: Slack) -> None:
    user = "U0SECRETIVE"
    await ask(slack, payloads.direct("whats the median pay", channel_of("PRIVATE"), user))
    called = payloads.in_channel(f"<@{BOT}> say that again please", "C0APART", user)
    post = await ask(slack, called)
    assert "90,000" not in said_in(post)

    other = payloads.in_channel(f"<@{BOT}> where is that from?", "C0APART", user)
    assert "Salary" not in said_in(await ask(slack, other))


async def test_the_command_is_answered_to_the_asker_alone(slack: Slack) -> None:
    sent = payloads.command("whats the median pay", slack.response_url)
    await slack.send("slash_commands", sent)
    await slack.until(lambda: bool(slack.responses))

    hold(slack.responses[0])
    assert slack.responses[0]["response_type"] == "ephemeral"
    assert MEDIAN in said_in(slack.responses[0])
    assert slack.posts == []


async def test_a_command_without_a_question_says_what_there_is_to_ask(slack: Slack) -> None:
    await slack.send("slash_commands", payloads.command("", slack.response_url, "U0HELPLESS"))
    await slack.until(lambda: bool(slack.responses))
    hold(slack.responses[0])


async def test_the_shortcut_answers_a_message_to_whoever_used_it_alone(slack: Slack) -> None:
    sent = payloads.shortcut("does anybody know the median salary?", slack.response_url)
    await slack.send("interactive", sent)
    await slack.until(lambda: bool(slack.responses))

    assert slack.responses[0]["response_type"] == "ephemeral"
    assert MEDIAN in said_in(slack.responses[0])


async def test_a_button_asks_once_and_is_spent(slack: Slack) -> None:
    post = await ask(slack, payloads.direct("whats the median pay", channel_of("CLICK")))
    button = buttons_of(post)[0]
    for _ in range(2):
        clicked = payloads.click(post, button, slack.response_url)
        await slack.until_acknowledged(await slack.send("interactive", clicked))
    await slack.until_posts(2)

    (update,) = slack.called("chat.update")
    assert update["ts"] == post["ts"]
    hold(update)
    assert buttons_of(update) == []
    assert f"Asked: {button['text']['text']}" in said_in(update)
    await nothing_else_comes(slack, 2)


async def test_the_fit_check_goes_on_by_its_buttons(slack: Slack) -> None:
    post = await ask(slack, payloads.direct("start the fit check", channel_of("FIT")))
    before: list[str] = []
    for step in range(2, 12):
        options = buttons_of(post)
        before.append(said_in(post))
        if "(" not in before[-1] or " of " not in before[-1]:
            break
        await slack.send("interactive", payloads.click(post, options[0], slack.response_url))
        await slack.until_posts(step)
        post = slack.posts[-1]
        hold(post)
    assert len(before) == len(set(before)) > 3
    assert "met;" in before[-1] or "open;" in before[-1]


async def test_files_are_met_with_one_polite_line(slack: Slack) -> None:
    files = [{"id": "F1", "name": "resume.pdf"}]
    sent = payloads.direct("", channel_of("FILE"), subtype="file_share", files=files)
    post = await ask(slack, sent)
    assert said_in(post) == "I cannot open files; please ask me in words."


async def test_what_is_too_long_is_said_so(slack: Slack) -> None:
    post = await ask(slack, payloads.direct("pay " * 400, channel_of("LONG")))
    assert "too many to read" in said_in(post)


@pytest.mark.parametrize(
    "hostile",
    [
        "do I need <!channel>?",
        "do I need a <https://evil.example|PMP>?",
        "do I need &lt;!here&gt; and *PMP* @channel https://evil.example ?",
        "do I need &lt;https://evil.example|click&gt; certification?",
        "do I need certification in `<@U0OTHER>`?",
    ],
)
async def test_nothing_said_back_pings_or_links(slack: Slack, hostile: str) -> None:
    post = await ask(slack, payloads.direct(hostile, channel_of(str(abs(hash(hostile))))))
    assert "<" not in post["text"].replace("&lt;", "")
    said_in(post)  # holds that there is only literal text


async def test_home_shows_what_it_can_do_and_its_buttons_ask_in_a_direct_message(
    slack: Slack,
) -> None:
    await slack.send("events_api", payloads.home_opened())
    await slack.until(lambda: bool(slack.called("views.publish")))
    view: dict[str, Any] = slack.called("views.publish")[0]["view"]
    hold({"text": "home", "blocks": view["blocks"]})
    await slack.send("interactive", payloads.click_at_home(buttons_of(view)[1], "U0HOME"))
    await slack.until_posts(1)
    assert slack.posts[0]["channel"] == "D0HOME"
    hold(slack.posts[0])


async def test_a_fresh_chat_suggests_questions(slack: Slack) -> None:
    await slack.send("events_api", payloads.chat_started())
    await slack.until(lambda: bool(slack.called("assistant.threads.setSuggestedPrompts")))
    (sent,) = slack.called("assistant.threads.setSuggestedPrompts")
    assert 1 <= len(sent["prompts"]) <= 4


async def test_questions_of_one_conversation_are_answered_in_their_order(
    slack: Slack, connected: Connection
) -> None:
    questions = ("whats the median pay", "what education do i need?", "what are the duties?")
    events = [payloads.direct(question, channel_of("ORDER")) for question in questions]
    await asyncio.gather(*(slack.send("events_api", event) for event in events))
    await slack.until_posts(3)
    keys = [post["metadata"]["event_payload"]["key"] for post in slack.posts]
    assert keys == [f"{channel_of('ORDER')}:{event['event']['ts']}" for event in events]
