"""One process's connection to Slack: what comes in is taken, then acknowledged, then answered."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
from slack_bolt import BoltResponse
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltContext, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot import apology
from bot.channels.slack import incoming, thumbs
from bot.channels.slack.blocks import Rated
from bot.channels.slack.calls import REFUSED, reason_of
from bot.channels.slack.delivery import Delivery
from bot.channels.slack.home import home_view, prompts
from bot.channels.slack.inbox import Inbox
from bot.channels.slack.incoming import Job
from bot.channels.slack.worker import FindStore, Worker, end
from bot.channels.turn import OnNewMessage
from bot.introduction import first_questions, introduction
from bot.runtime.errors import UnavailableError
from bot.settings import Settings

logger = logging.getLogger(__name__)

SHORTCUT = "ask_the_advisor"
# Seconds that one call of the Web API may take, between attempts to connect, and between pings.
CALL = 15
AGAIN = 5.0
PING = 5.0
# Seconds beyond an action's time that jobs under way get when the server stops.
GRACE = 2.0
# What a payload that is not as Slack documents it may raise.
UNREADABLE = (AttributeError, IndexError, KeyError, TypeError, ValueError)


def web_client(settings: Settings) -> AsyncWebClient:
    """The Web API; what fails is tried again by whoever calls, who knows whether it may be."""
    return AsyncWebClient(
        token=settings.slack_bot_token,
        base_url=settings.slack_api_url,
        timeout=CALL,
        retry_handlers=[],
    )


class _SocketMode(AsyncSocketModeHandler):
    """Socket Mode, which acknowledges too what is not as Slack documents it."""

    # slack_bolt itself takes fewer kinds of clients than its own base says.
    async def handle(  # type: ignore[override]
        self, client: SocketModeClient, req: SocketModeRequest
    ) -> None:
        """Has the framework handle a request, where it can read it."""
        try:
            await super().handle(client, req)
        except UNREADABLE as error:
            # Sent again it would be no better.
            warn_of_unreadable(error)
            await client.send_socket_mode_response(SocketModeResponse(req.envelope_id))


def warn_of_unreadable(error: Exception) -> None:
    """Logs that a payload could not be read, and nothing of what it holds."""
    logger.warning("Slack sent what cannot be read (%s)", type(error).__name__)


class Connection:
    """Takes what Slack sends, over Socket Mode, HTTP or both."""

    def __init__(self, settings: Settings, on_new_message: OnNewMessage, store: FindStore) -> None:
        """Prepares; nothing is connected before `start`.

        Args:
            settings: with the tokens.
            on_new_message: Rasa's handler.
            store: finds the store of the conversations, which keeps thumbs too.
        """
        self._settings = settings
        self._client = web_client(settings)
        self._inbox = Inbox(settings.database_address)
        self.worker = Worker(on_new_message, store, self._inbox, Delivery(self._client))
        secret = settings.slack_signing_secret
        self._verifier = SignatureVerifier(secret) if secret else None
        self._tasks: set[asyncio.Task[None]] = set()
        self._socket: AsyncSocketModeHandler | None = None
        self._app: AsyncApp | None = None
        self._user = ""
        self.connected = asyncio.Event()

    async def start(self) -> None:
        """Begins to connect, and returns; what was left by an earlier process is answered.

        Raises:
            UnavailableError: the database does not answer.
        """
        await self._inbox.prepare()
        self._in_background(self._connect())

    async def stop(self, patience: float | None = None) -> None:
        """Takes nothing more, and gives what is under way its time.

        Args:
            patience: seconds of it; None for those of a turn. What is left is answered after the
                next start.
        """
        if self._socket is not None:
            # slack_sdk gives this function no annotations.
            await self._socket.client.close()  # type: ignore[no-untyped-call]
        await end(self._tasks)
        usual = self._settings.action_timeout + GRACE
        await self.worker.close(usual if patience is None else patience)
        self._inbox.close()

    def is_signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Whether Slack signed a request, within the last five minutes."""
        if self._verifier is None:
            return False
        try:
            return self._verifier.is_valid_request(body, dict(headers))
        except ValueError:  # a time that is no number
            return False

    async def is_first(self, signature: str) -> bool:
        """Whether a signed request has never come before; Slack signs anew what it sends again.

        Raises:
            UnavailableError: the database does not answer.
        """
        return await self._inbox.first(f"signed:{hashlib.sha256(signature.encode()).hexdigest()}")

    async def dispatch(self, read: Callable[[], AsyncBoltRequest]) -> BoltResponse:
        """What is said to a request over HTTP; 503 where Slack is to send it again.

        Args:
            read: makes the framework's request of it.
        """
        if self._app is None:
            return BoltResponse(status=503)
        try:
            return await self._app.async_dispatch(read())
        except UNREADABLE as error:
            warn_of_unreadable(error)
            return BoltResponse(status=200)

    async def _connect(self) -> None:
        """Finds out who the bot is, then opens the connection; tries until it can."""
        while True:
            try:
                found = await self._client.auth_test()
                break
            except SlackApiError as error:
                reason = reason_of(error)
                if reason in REFUSED:
                    logger.error("Slack refuses SLACK_BOT_TOKEN: run `advisor slack check`.")
                    return
                logger.warning("Slack cannot be asked who the bot is: %s", reason)
            except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
                logger.warning("Slack cannot be reached: %s", type(error).__name__)
            await asyncio.sleep(AGAIN)
        self._user = str(found["user_id"])
        self.worker.team = str(found["team_id"])
        self._app = self._bolt(
            AuthorizeResult(
                enterprise_id=found.get("enterprise_id"),
                team_id=found["team_id"],
                bot_user_id=found["user_id"],
                bot_id=found.get("bot_id"),
                bot_token=self._settings.slack_bot_token,
            )
        )
        self._in_background(self.worker.look())
        if self._settings.slack_app_token:
            self._socket = _SocketMode(
                self._app, self._settings.slack_app_token, ping_interval=PING
            )
            await self._open_socket(self._socket)
        self.connected.set()
        logger.info("Slack is connected")

    @staticmethod
    async def _open_socket(socket: AsyncSocketModeHandler) -> None:
        """Opens the first connection; from then on the framework opens it anew where it breaks."""
        while True:
            try:
                await socket.client.connect_to_new_endpoint()
                return
            except SlackApiError as error:
                if reason_of(error) in REFUSED:
                    logger.error("Slack refuses SLACK_APP_TOKEN: run `advisor slack check`.")
                    raise
                logger.warning("Slack opens no connection: %s", reason_of(error))
            except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
                logger.warning("Slack cannot be reached: %s", type(error).__name__)
            await asyncio.sleep(AGAIN)

    def _bolt(self, known: AuthorizeResult) -> AsyncApp:
        async def authorize() -> AuthorizeResult:
            return known

        framework = logging.getLogger(f"{__name__}.framework")
        framework.setLevel(max(logging.ERROR, logger.getEffectiveLevel()))
        app = AsyncApp(
            logger=framework,
            client=self._client,
            authorize=authorize,
            # Done before, with a memory of what has come: see `is_first`.
            request_verification_enabled=False,
        )
        app.middleware(self._receive)
        app.error(self._explain)
        return app

    async def _receive(self, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Takes one request; when this returns it may be acknowledged."""
        team = self.worker.team
        if context.team_id not in (None, team):
            # The app is installed elsewhere too: there its token is another.
            return BoltResponse(status=200)
        if body.get("type") == "view_submission":
            return await self._take_dialog(body)
        job = self._job(body)
        rated = None
        if job is not None and job.rating is not None and not job.rating["helpful"]:
            rated = Rated(job.conversation, str(job.rating["message_id"]))
        if job is not None and await self.worker.take(job) and rated is not None:
            self._in_background(self._show(self._ask_why, (body.get("trigger_id"), rated)))
        return BoltResponse(status=200)

    def _job(self, body: dict[str, Any]) -> Job | None:
        kind, team = body.get("type"), self.worker.team
        if "command" in body:
            return incoming.from_command(body, team)
        if kind == "block_actions":
            return incoming.from_click(body, team)
        if kind == "message_action":
            is_ours = body.get("callback_id") == SHORTCUT
            return incoming.from_shortcut(body, team) if is_ours else None
        if kind == "event_callback":
            return self._event(body["event"])
        return None

    def _event(self, event: dict[str, Any]) -> Job | None:
        if event["type"] in ("message", "app_mention"):
            return incoming.from_event(event, self.worker.team, self._user)
        if event["type"] == "app_home_opened" and event.get("tab") == "home":
            self._in_background(self._show(self._show_home, event["user"]))
        elif event["type"] == "assistant_thread_started":
            thread = event["assistant_thread"]
            self._in_background(self._show(self._show_prompts, thread))
        return None

    async def _take_dialog(self, body: dict[str, Any]) -> BoltResponse:
        """Takes what a dialog was told, and has it say thanks."""
        if body["view"].get("callback_id") != thumbs.DIALOG:
            return BoltResponse(status=200)
        job = incoming.from_dialog(body, self.worker.team)
        text = thumbs.THANKS_WHY if await self.worker.can_rate(job) else thumbs.GONE
        await self.worker.take(job)
        answer = {"response_action": "update", "view": thumbs.closing(text)}
        return BoltResponse(status=200, body=answer)

    async def _ask_why(self, asked: tuple[str, Rated]) -> None:
        trigger, rated = asked
        await self._client.views_open(trigger_id=trigger, view=thumbs.dialog(rated))

    async def _show_home(self, user: str) -> None:
        view = home_view(introduction(), first_questions())
        await self._client.views_publish(user_id=user, view=view)

    async def _show_prompts(self, thread: dict[str, Any]) -> None:
        await self._client.assistant_threads_setSuggestedPrompts(
            channel_id=thread["channel_id"],
            thread_ts=thread["thread_ts"],
            prompts=prompts(first_questions()),
        )

    @staticmethod
    async def _show(show: Callable[[Any], Awaitable[None]], what: Any) -> None:
        """Shows what can be done without; it fails quietly."""
        try:
            await show(what)
        except SlackApiError as error:
            logger.warning("Slack did not show something: %s", reason_of(error))
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            logger.warning("Slack did not show something: %s", type(error).__name__)
        except UNREADABLE as error:
            warn_of_unreadable(error)

    @staticmethod
    async def _explain(error: Exception) -> BoltResponse:
        """Slack sends again what is answered so, and what is not acknowledged."""
        if isinstance(error, UNREADABLE):
            raise error
        if not isinstance(error, UnavailableError):
            apology.report(logger, "request of Slack", error)
        return BoltResponse(status=503 if isinstance(error, UnavailableError) else 500)

    def _in_background(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
