"""The Rasa channel `slack`, on Slack's own framework, over Socket Mode or HTTP."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.guard import refusal, the_guard, too_many
from bot.channels.rates import TooManyError
from bot.channels.turn import OnNewMessage
from bot.runtime.errors import UnavailableError
from bot.runtime.stores.windowed import WindowedTrackerStore
from bot.settings import current_settings

if TYPE_CHECKING:
    from bot.channels.slack.connection import Connection

# Bytes. A click sends along the message that it was made on.
LARGEST_BODY = 128 * 1024
SIGNATURE = "X-Slack-Signature"


class SlackInput(InputChannel):
    """Answers in Slack; see docs/slack.md.

    With SLACK_APP_TOKEN it connects to Slack by itself; with SLACK_SIGNING_SECRET it takes Slack's
    requests at `/webhooks/slack`. It does nothing without SLACK_BOT_TOKEN.
    """

    @classmethod
    def name(cls) -> str:
        """See `InputChannel.name`."""
        return "slack"

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """See `InputChannel.blueprint`."""
        webhook = Blueprint("advisor_slack", __name__)
        settings = current_settings()
        if not settings.slack_is_served:
            return webhook

        async def start(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            # slack_bolt is imported only where it is needed.
            from bot.channels.slack.connection import Connection

            if settings.slack_signing_secret:
                the_guard().protect(app, LARGEST_BODY)
            app.ctx.slack = Connection(settings, on_new_message, lambda: _store(app))
            await app.ctx.slack.start()

        async def stop(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            await app.ctx.slack.stop()

        webhook.listener("before_server_start")(start)
        webhook.listener("before_server_stop")(stop)
        if settings.slack_signing_secret:

            async def receive(request: Request) -> HTTPResponse:
                return await _receive(request, request.app.ctx.slack)

            webhook.add_route(receive, "/", methods=["POST"], name="slack")
            webhook.add_route(receive, "/webhook", methods=["POST"], name="slack_webhook")
        return webhook


def _store(app: Sanic) -> WindowedTrackerStore | None:
    """The store, once the agent is loaded; None where it is Rasa's own, which keeps no thumbs."""
    store = getattr(getattr(app.ctx, "agent", None), "tracker_store", None)
    return store if isinstance(store, WindowedTrackerStore) else None


async def _receive(request: Request, connection: Connection) -> HTTPResponse:
    from slack_bolt.adapter.sanic.async_handler import to_async_bolt_request, to_sanic_response

    if not connection.is_signed(request.body, request.headers):
        try:
            await the_guard().admit(request)
        except TooManyError as error:
            return too_many(error)
        remedy = "Set SLACK_SIGNING_SECRET to the Signing Secret of the Slack app that asks."
        return refusal(401, "This is not signed by Slack, or was signed long ago.", remedy)
    try:
        if not await connection.is_first(request.headers[SIGNATURE]):
            return refusal(401, "This signature has been used.", "Sign each request anew.")
    except UnavailableError:
        return refusal(503, "The database does not answer.", "Send it again.")
    answer: HTTPResponse = to_sanic_response(
        await connection.dispatch(lambda: to_async_bolt_request(request))
    )
    return answer
