"""Charts as files in Slack: each drawn and uploaded once, and shown in many messages."""

from __future__ import annotations

import asyncio
import logging
import time

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.chart import Chart, draw

logger = logging.getLogger(__name__)

# Seconds that an answer waits for its picture; a later answer finds it there.
PATIENCE = 6.0
# Seconds in which nothing is tried after Slack has refused.
REFUSAL = 600.0


class Pictures:
    """Uploads charts. Nobody but the app has the files, until a message shows them."""

    def __init__(self, client: AsyncWebClient) -> None:
        """Takes a client that does not itself try again."""
        self._client = client
        self._files: dict[Chart, asyncio.Task[str]] = {}
        self._refused_until = 0.0

    async def file(self, chart: Chart) -> str:
        """The id of the file of a chart; empty where it cannot be had in time."""
        known = self._files.get(chart)
        if known is None:
            if time.monotonic() < self._refused_until:
                return ""
            known = self._files[chart] = asyncio.create_task(self._upload(chart))
        try:
            # Who waits no longer leaves the upload going on.
            file = await asyncio.wait_for(asyncio.shield(known), PATIENCE)
        except asyncio.TimeoutError:
            return ""
        if not file:
            self.forget(chart)
        return file

    def forget(self, chart: Chart) -> None:
        """Has a chart uploaded anew the next time: its file is gone, or was never there."""
        self._files.pop(chart, None)

    async def close(self) -> None:
        """Ends what is under way."""
        left = [task for task in self._files.values() if not task.done()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _upload(self, chart: Chart) -> str:
        try:
            picture = await asyncio.to_thread(draw, chart)
            # Without a channel: it is shown within the answer, not as a message of its own.
            done = await self._client.files_upload_v2(
                content=picture, filename="pay.png", title="Pay", alt_txt=chart.words
            )
            return str(done["file"]["id"])
        except SlackApiError as error:
            data = error.response.data
            reason = data.get("error") if isinstance(data, dict) else "no reason"
            logger.warning("Slack takes no pictures (%s); answers go without them", reason)
        except (SlackRequestError, aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            kind = type(error).__name__
            logger.warning("A picture could not be uploaded (%s); answers go without it", kind)
        except Exception as error:  # noqa: BLE001  # an answer is worth more than its picture
            logger.error("A picture could not be drawn: %s", type(error).__name__)
        self._refused_until = time.monotonic() + REFUSAL
        return ""
