"""What somebody says of an answer: by thumbs, and in a dialog that asks why not."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels.slack.connection import Connection
from bot.channels.slack.thumbs import GONE, THANKS_DOWN, THANKS_UP, THANKS_WHY
from bot.runtime.agent import Advisor
from bot.runtime.stores.schema import feedback
from tests.channels.slack import payloads
from tests.channels.slack.conftest import Connect
from tests.channels.slack.limits import (
    buttons_of,
    hold,
    hold_dialog,
    pictures_of,
    said_in,
    thumbs_of,
)
from tests.channels.slack.stand_in import TEAM, Slack, failing

pytestmark = pytest.mark.model

QUESTION = "whats the median pay"
MEDIAN = "roughly $90,000"


async def ask(slack: Slack, channel: str, question: str = QUESTION) -> payloads.Payload:
    before = len(slack.posts)
    await slack.send("events_api", payloads.direct(question, channel))
    await slack.until_posts(before + 1)
    hold(slack.posts[-1])
    return slack.posts[-1]


async def click(slack: Slack, post: payloads.Payload, button: payloads.Payload) -> None:
    sent = payloads.click(post, button, slack.response_url)
    await slack.until_acknowledged(await slack.send("interactive", sent))


async def ask_why(slack: Slack, post: payloads.Payload) -> dict[str, Any]:
    """Clicks on thumb down, and returns the dialog that opens."""
    before = len(slack.called("views.open"))
    await click(slack, post, thumbs_of(post)[1])
    await slack.until(lambda: len(slack.called("views.open")) > before)
    view = slack.called("views.open")[-1]["view"]
    dialog: dict[str, Any] = json.loads(view) if isinstance(view, str) else view
    hold_dialog(dialog)
    return dialog


async def send(slack: Slack, sent: payloads.Payload) -> str:
    """Sends a dialog, and returns what it says then."""
    number = await slack.send("interactive", sent)
    await slack.until_acknowledged(number)
    answer = slack.said[number]
    assert answer["response_action"] == "update"
    hold_dialog(answer["view"])
    return said_in(answer["view"])


async def kept(advisor: Advisor, channel: str) -> list[dict[str, Any]]:
    """What is stored of the direct messages of a channel."""
    query = select(feedback).where(feedback.c.sender_id == f"slack-{TEAM}-{channel}")
    database = advisor.agent.tracker_store.database
    rows = await database.read(lambda connection: connection.execute(query).mappings().all())
    return [dict(row) for row in rows]


async def test_a_thumb_up_is_stored_with_the_facts_thanked_for_and_spent(
    slack: Slack, connected: Connection, advisor: Advisor
) -> None:
    post = await ask(slack, "D0UP")
    up, down = thumbs_of(post)
    assert (up["text"]["text"], down["text"]["text"]) == ("👍 Helpful", "👎 Not helpful")
    await asyncio.gather(*(click(slack, post, button) for button in (up, up, down)))
    await connected.worker.finish()

    (row,) = await kept(advisor, "D0UP")
    assert (row["helpful"], row["reason"], row["comment"]) == (True, None, None)
    assert "M6" in json.loads(row["facts"])
    (update,) = slack.called("chat.update")
    hold(update)
    assert thumbs_of(update) == []
    assert said_in(update).endswith(THANKS_UP)
    assert [button["value"] for button in buttons_of(update)] == [
        button["value"] for button in buttons_of(post)
    ]
    assert slack.called("views.open") == []


async def test_a_thumb_down_asks_why_and_stores_reason_and_masked_comment(
    slack: Slack, connected: Connection, advisor: Advisor
) -> None:
    post = await ask(slack, "D0DOWN")
    dialog = await ask_why(slack, post)
    await connected.worker.finish()
    (row,) = await kept(advisor, "D0DOWN")
    assert (row["helpful"], row["reason"]) == (False, None)
    assert said_in(slack.called("chat.update")[0]).endswith(THANKS_DOWN)

    sent = payloads.dialog(dialog, "outdated", "<!channel> ask ana@b.example, *now*")
    assert await send(slack, sent) == THANKS_WHY
    await slack.until_acknowledged(await slack.send("interactive", sent))
    await connected.worker.finish()
    (row,) = await kept(advisor, "D0DOWN")
    assert (row["helpful"], row["reason"]) == (False, "outdated")
    assert row["comment"] == "<!channel> ask [removed], *now*"
    assert len(slack.posts) == 1


async def test_a_comment_may_be_left_out(
    slack: Slack, connected: Connection, advisor: Advisor
) -> None:
    dialog = await ask_why(slack, await ask(slack, "D0NOCOMMENT"))
    await send(slack, payloads.dialog(dialog, "wrong", None))
    await connected.worker.finish()
    (row,) = await kept(advisor, "D0NOCOMMENT")
    assert (row["reason"], row["comment"]) == ("wrong", None)


async def test_a_dialog_that_slack_does_not_open_leaves_the_thumb_stored(
    slack: Slack, connected: Connection, advisor: Advisor
) -> None:
    slack.instead["views.open"].append(failing(200, "expired_trigger_id"))
    post = await ask(slack, "D0LATE")
    await click(slack, post, thumbs_of(post)[1])
    await connected.worker.finish()
    assert [row["helpful"] for row in await kept(advisor, "D0LATE")] == [False]


async def test_of_a_forgotten_conversation_nothing_is_stored_and_that_is_said(
    slack: Slack, connected: Connection, advisor: Advisor
) -> None:
    post = await ask(slack, "D0FORGOTTEN")
    dialog = await ask_why(slack, post)
    await connected.worker.finish()
    await advisor.agent.forget(f"slack-{TEAM}-D0FORGOTTEN")
    assert await send(slack, payloads.dialog(dialog, "wrong", "still here?")) == GONE
    await connected.worker.finish()
    assert await kept(advisor, "D0FORGOTTEN") == []

    other = await ask(slack, "D0FORGOTTEN2")
    await advisor.agent.forget(f"slack-{TEAM}-D0FORGOTTEN2")
    await click(slack, other, thumbs_of(other)[0])
    await connected.worker.finish()
    assert said_in(slack.called("chat.update")[-1]).endswith(GONE)
    assert await kept(advisor, "D0FORGOTTEN2") == []


async def test_what_one_person_alone_sees_is_thanked_for_in_its_place(
    slack: Slack, connected: Connection, advisor: Advisor
) -> None:
    await slack.send("slash_commands", payloads.command(QUESTION, slack.response_url, "U0ALONE"))
    await slack.until(lambda: len(slack.responses) == 1)
    answer = slack.responses[0]
    clicked = payloads.click_alone(thumbs_of(answer)[0], slack.response_url, "U0ALONE")
    await slack.send("interactive", clicked)
    await slack.until(lambda: len(slack.responses) == 2)

    thanked = slack.responses[1]
    hold(thanked)
    assert thanked["replace_original"] is True
    assert thumbs_of(thanked) == []
    assert said_in(thanked) == f"{said_in(answer)}\n{THANKS_UP}"
    await connected.worker.finish()
    assert len(await kept(advisor, "C0OPEN-U0ALONE-alone")) == 1


async def test_a_suggestion_and_a_thumb_clicked_at_once_are_both_spent(
    slack: Slack, connected: Connection
) -> None:
    post = await ask(slack, "D0BOTH")
    # Slack tells of both how the message looked before either.
    await asyncio.gather(
        click(slack, post, buttons_of(post)[0]), click(slack, post, thumbs_of(post)[0])
    )
    await slack.until_posts(2)
    await connected.worker.finish()
    last = slack.called("chat.update")[-1]
    hold(last)
    assert buttons_of(last) == thumbs_of(last) == []
    assert THANKS_UP in said_in(last)
    assert "Asked: " in said_in(last)


async def test_a_thumb_on_an_old_message_works_after_a_restart_and_once(
    slack: Slack, connect: Connect, advisor: Advisor
) -> None:
    first = await connect()
    post = await ask(slack, "D0OLD")
    await first.stop()
    second = await connect()
    await click(slack, post, thumbs_of(post)[0])
    await second.worker.finish()
    await second.stop()
    third = await connect()
    await click(slack, post, thumbs_of(post)[1])
    await third.worker.finish()
    assert [row["helpful"] for row in await kept(advisor, "D0OLD")] == [True]


async def test_a_picture_stays_when_buttons_are_spent(slack: Slack, connected: Connection) -> None:
    post = await ask(slack, "D0KEEPS", "what is the salary range?")
    # As Slack gives it back: with more than it takes.
    seen = json.loads(json.dumps(post))
    pictures_of(seen)[0].update(image_width=1280, image_height=420, block_id="x", fallback="y")
    await click(slack, seen, thumbs_of(post)[0])
    await connected.worker.finish()
    (update,) = slack.called("chat.update")
    hold(update)
    assert pictures_of(update) == pictures_of(post)


async def test_questions_of_the_fit_check_have_no_thumbs_and_its_result_has(
    slack: Slack, connected: Connection
) -> None:
    post = await ask(slack, "D0FITTHUMB", "start the fit check")
    for number in range(2, 7):
        assert thumbs_of(post) == []
        await click(slack, post, buttons_of(post)[0])
        await slack.until_posts(number)
        post = slack.posts[-1]
    assert thumbs_of(post)


async def test_the_fit_check_shows_how_far_it_is_and_can_be_left(
    slack: Slack, connected: Connection
) -> None:
    post = await ask(slack, "D0FITSTOP", "start the fit check")
    assert "■□□□□  question 1 of 5" in said_in(post)
    await click(slack, post, buttons_of(post)[0])
    await slack.until_posts(2)
    post = slack.posts[-1]
    hold(post)
    assert "■■□□□  question 2 of 5" in said_in(post)
    stop = buttons_of(post)[-1]
    assert stop["text"]["text"] == "Stop the fit check"
    await click(slack, post, stop)
    await slack.until_posts(3)
    assert "■" not in said_in(slack.posts[-1])
    assert MEDIAN in said_in(await ask(slack, "D0FITSTOP"))
    assert "■" not in said_in(slack.posts[-1])
