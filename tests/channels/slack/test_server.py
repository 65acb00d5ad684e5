"""The product's server in a process of its own, asked by Slack over HTTP and Socket Mode."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import shutil
import sqlite3
import time
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.channels.slack.thumbs import THANKS_WHY
from tests.channels.serving import REPOSITORY, Server
from tests.channels.slack import payloads
from tests.channels.slack.limits import hold, said_in, thumbs_of
from tests.channels.slack.stand_in import Slack

pytestmark = [pytest.mark.model, pytest.mark.slow]

SECRET = "signing"
FORM = "application/x-www-form-urlencoded"


def signed(body: str, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
        "Content-Type": "application/json" if body.startswith("{") else FORM,
    }


def server_of(slack: Slack, folder: Path, **settings: str) -> Server:
    for name in ("config.yml", "credentials.yml"):
        shutil.copy(REPOSITORY / name, folder)
    return Server(
        folder,
        REPOSITORY / "bot" / "runtime" / "server.py",
        ADVISOR_MODEL=str(REPOSITORY / "models" / "advisor.tar.gz"),
        SLACK_BOT_TOKEN="xoxb-test",
        SLACK_API_URL=slack.url,
        **settings,
    )


async def post(server: Server, body: str, headers: dict[str, str]) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.url}/webhooks/slack", data=body, headers=headers) as response,
    ):
        return response.status, await response.text()


async def test_slack_over_http(slack: Slack, tmp_path: Path) -> None:
    server = server_of(slack, tmp_path, SLACK_SIGNING_SECRET=SECRET)
    try:
        await asyncio.to_thread(server.start)
        challenge = json.dumps({"type": "url_verification", "challenge": "c", "token": "t"})
        # Until it knows who it is, it has Slack send again.
        await slack.until(lambda: bool(slack.called("auth.test")))
        body = json.dumps(payloads.direct("whats the median pay", "D0HTTP"))
        right = signed(body)

        assert (await post(server, body, {**right, "X-Slack-Signature": "v0=0"}))[0] == 401
        assert (await post(server, body, signed(body, secret="other")))[0] == 401
        assert (await post(server, body, signed(body, time.time() - 301)))[0] == 401
        assert (await post(server, body, {"Content-Type": "application/json"}))[0] == 401
        status, said = await post(server, challenge, signed(challenge))
        assert status == 200
        assert json.loads(said)["challenge"] == "c"

        assert (await post(server, body, right))[0] == 200
        assert (await post(server, body, right))[0] == 401
        await slack.until_posts(1)
        again = signed(body, time.time() + 60)
        assert (await post(server, body, again | {"X-Slack-Retry-Num": "1"}))[0] == 200

        form = urlencode(payloads.command("what are the duties?", slack.response_url))
        assert (await post(server, form, signed(form)))[0] == 200
        await slack.until(lambda: bool(slack.responses))
        hold(slack.responses[0])
        assert len(slack.posts) == 1

        async def interact(payload: payloads.Payload) -> str:
            form = urlencode({"payload": json.dumps(payload)})
            status, said = await post(server, form, signed(form))
            assert status == 200
            return said

        down = thumbs_of(slack.posts[0])[1]
        await interact(payloads.click(slack.posts[0], down, slack.response_url))
        await slack.until(lambda: bool(slack.called("views.open")))
        dialog = slack.called("views.open")[0]["view"]
        dialog = json.loads(dialog) if isinstance(dialog, str) else dialog
        thanked = json.loads(await interact(payloads.dialog(dialog, "wrong", "a private word")))
        assert thanked["response_action"] == "update"
        assert said_in(thanked["view"]) == THANKS_WHY
        assert "private word" not in server.log
        assert "xoxb-test" not in server.log
        assert "median" not in server.log
        assert await asyncio.to_thread(server.stop) == 0
    finally:
        server.kill()
    with sqlite3.connect(tmp_path / "var" / "conversations.db") as database:
        (row,) = database.execute("SELECT helpful, reason, comment FROM feedback").fetchall()
    assert row == (0, "wrong", "a private word")


async def test_a_killed_server_answers_after_its_next_start(slack: Slack, tmp_path: Path) -> None:
    server = server_of(slack, tmp_path, SLACK_APP_TOKEN="xapp-test")
    try:
        await asyncio.to_thread(server.start)
        await slack.until(lambda: slack.connections == 1)
        slack.hold_posts()
        event = payloads.direct("whats the median pay", "D0KILLED")
        await slack.until_acknowledged(await slack.send("events_api", event))
        await slack.until(lambda: bool(slack.called("chat.postMessage")))
        server.kill()
        slack.let_posts_go()

        await asyncio.to_thread(server.start)
        await slack.until_posts(1)
        await slack.until_acknowledged(await slack.send("events_api", event))
        assert await asyncio.to_thread(server.stop) == 0
    finally:
        server.kill()
    assert len(slack.posts) == 1
    assert "roughly $90,000" in said_in(slack.posts[0])
