from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from rasa.core.channels.channel import UserMessage

from bot.channels.slack.connection import Connection
from bot.runtime.agent import Advisor
from bot.settings import Settings
from tests.channels.slack.stand_in import Slack

Connect = Callable[[], Awaitable[Connection]]


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[Slack]:
    stand_in = Slack()
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
def slack_settings(slack: Slack, tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path,
        slack_bot_token="xoxb-test",
        slack_app_token="xapp-test",
        slack_signing_secret="signing",
        slack_api_url=slack.url,
    )


@pytest_asyncio.fixture
async def connect(slack_settings: Settings, advisor: Advisor) -> AsyncIterator[Connect]:
    """Starts a connection of the real advisor; all of them share one database."""
    started: list[Connection] = []

    async def begin() -> Connection:
        connection = Connection(
            slack_settings, advisor.agent.handle_message, lambda: advisor.agent.tracker_store
        )
        started.append(connection)
        await connection.start()
        await connection.connected.wait()
        return connection

    yield begin
    for connection in started:
        await connection.stop(0)


@dataclass(frozen=True)
class HeldBack:
    """A connection whose advisor answers only when it may."""

    connection: Connection
    may_answer: asyncio.Event


@pytest_asyncio.fixture
async def held_back(slack_settings: Settings, advisor: Advisor) -> AsyncIterator[HeldBack]:
    may_answer = asyncio.Event()

    async def answer(message: UserMessage) -> object:
        await may_answer.wait()
        return await advisor.agent.handle_message(message)

    connection = Connection(slack_settings, answer, lambda: advisor.agent.tracker_store)
    await connection.start()
    yield HeldBack(connection, may_answer)
    await connection.stop(0)


@pytest_asyncio.fixture
async def connected(connect: Connect) -> Connection:
    return await connect()
