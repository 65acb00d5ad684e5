"""What all tests share: the knowledge, and the real advisor, loaded once."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.knowledge import Knowledge, knowledge
from bot.runtime.agent import Advisor, load_advisor
from bot.settings import Settings


@pytest.fixture(scope="session")
def known() -> Knowledge:
    return knowledge()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def advisor() -> AsyncIterator[Advisor]:
    """The advisor with its trained model and its own actions; conversations end with the run."""
    loaded = await load_advisor(Settings(), remember=False)
    yield loaded
    loaded.close()
