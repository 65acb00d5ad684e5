"""The web channel's endpoints, below `/webhooks/web`."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import apology
from bot.channels.feedback import take_feedback
from bot.channels.guard import NotHandledError, not_handled, refusal, the_guard, too_many
from bot.channels.intake import MESSAGE_ID, REMEDIES, IntakeError, take_object
from bot.channels.rasa_api import require_token
from bot.channels.rates import TooManyError
from bot.channels.replies import fact_ids, replies
from bot.channels.turn import OnNewMessage
from bot.channels.web.replies import transcript
from bot.channels.web.sessions import Session, SessionError, Sessions, open_sessions
from bot.metrics import MESSAGES
from bot.runtime.errors import UnavailableError
from bot.runtime.once import OnceAgent
from bot.runtime.stores.windowed import WindowedTrackerStore
from bot.settings import current_settings
from bot.site.welcome import welcome

logger = logging.getLogger(__name__)

NAME = "web"
EXAMPLE = 'Send {"message": "a question", "message_id": "an id of your own"} as JSON.'
# Entries of a transcript that a browser gets back.
LONGEST_HISTORY = 200
NOT_KEPT = {"Cache-Control": "no-store"}

Handler = Callable[[Request], Coroutine[Any, Any, HTTPResponse]]


class WebInput(InputChannel):
    """What the chat widget talks to.

    `POST sessions` issues a session; all else but `GET welcome` asks for it as
    `Authorization: Bearer ...`. Refusals are 4xx or 503 with `{"error": ..., "remedy": ...}`.
    """

    def __init__(self) -> None:
        """Opens the sessions.

        Raises:
            OSError: the key's file can be neither made nor read.
        """
        self._sessions = open_sessions(current_settings())

    @classmethod
    def name(cls) -> str:
        """See `InputChannel.name`."""
        return NAME

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """See `InputChannel.blueprint`."""
        web = Blueprint("advisor_web", __name__)
        sessions = self._sessions

        async def protect(app: Sanic, *_: object) -> None:
            require_token(app)
            the_guard().protect(app)

        web.listener("before_server_start")(protect)

        @web.get("/")
        @_guarded
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @web.get("/welcome")
        @_guarded
        async def greet(request: Request) -> HTTPResponse:
            return response.json(welcome(current_settings()), headers=NOT_KEPT)

        @web.post("/sessions")
        @_guarded
        async def begin(request: Request) -> HTTPResponse:
            return response.json({"session": sessions.issue().token}, status=201, headers=NOT_KEPT)

        @web.post("/messages")
        @_guarded
        async def receive(request: Request) -> HTTPResponse:
            return await _answer(request, _session(request, sessions), on_new_message)

        @web.get("/history")
        @_guarded
        async def history(request: Request) -> HTTPResponse:
            sender = _session(request, sessions).sender
            said = await _store(request).recent_sayings(sender, LONGEST_HISTORY)
            return response.json({"messages": transcript(said)}, headers=NOT_KEPT)

        @web.post("/feedback")
        @_guarded
        async def rate(request: Request) -> HTTPResponse:
            return await _rate(request, _session(request, sessions).sender)

        @web.delete("/session")
        @_guarded
        async def forget(request: Request) -> HTTPResponse:
            sender = _session(request, sessions, expired_too=True).sender
            await _agent(request).forget(sender)
            return response.empty()

        return web


class _NotServedError(Exception):
    """Rasa's own server has no agent or store that could do this."""


def _guarded(handler: Handler) -> Handler:
    """Counts the caller, and turns what may go wrong into refusals."""

    @wraps(handler)
    async def handle(request: Request) -> HTTPResponse:
        try:
            await the_guard().admit(request)
            return await handler(request)
        except TooManyError as error:
            return too_many(error)
        except SessionError as error:
            return refusal(401, str(error), "Ask for a new one with POST /webhooks/web/sessions.")
        except IntakeError as error:
            MESSAGES.labels(NAME, "refused").inc()
            return refusal(413 if error.too_long else 400, error.detail, error.remedy)
        except NotHandledError as error:
            return not_handled(error)
        except UnavailableError as error:
            text = apology.report(logger, f"request on channel {NAME}", error)
            return not_handled(NotHandledError(text))
        except _NotServedError:
            return refusal(501, "This server keeps no transcripts.", "Serve with `advisor serve`.")

    return handle


def _session(request: Request, sessions: Sessions, *, expired_too: bool = False) -> Session:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise SessionError("The session is missing or cannot be read.")
    return sessions.recognise(token.strip(), expired_too=expired_too)


async def _answer(request: Request, session: Session, on_new_message: OnNewMessage) -> HTTPResponse:
    value = _json(request)
    message_id = value.get("message_id")
    if not isinstance(message_id, str) or not MESSAGE_ID.fullmatch(message_id):
        # Without one a message that is sent again would be answered twice.
        remedy = REMEDIES["message_id"].partition("or send")[2]
        raise IntakeError("The message_id is missing or cannot be used.", f"Send{remedy}")
    incoming = take_object({**value, "sender": session.sender})
    guard = the_guard()
    begun = time.perf_counter()
    messages = await guard.answer(on_new_message, incoming, NAME, guard.caller(request))
    spent = 1000 * (time.perf_counter() - begun)
    answer = {"message_id": message_id, "replies": replies(messages)}
    return response.json(answer, headers=NOT_KEPT | {"Server-Timing": f"answer;dur={spent:.1f}"})


async def _rate(request: Request, sender: str) -> HTTPResponse:
    feedback = take_feedback(_json(request))
    store = _store(request)
    said = await store.replies_to(sender, feedback.message_id)
    known = replies(said or [])
    if not 0 <= feedback.reply < len(known):
        return refusal(404, "There is no such reply.", "Name a reply of this conversation.")
    facts = fact_ids(known[feedback.reply])
    await store.keep_feedback(
        sender, feedback.message_id, feedback.reply, feedback.helpful, feedback.reason, facts
    )
    return response.empty()


def _json(request: Request) -> dict[str, object]:
    if request.content_type.partition(";")[0].strip().lower() != "application/json":
        raise IntakeError("The body is not declared as JSON.", EXAMPLE)
    try:
        value = json.loads(request.body)
    except (ValueError, RecursionError):
        raise IntakeError("The body is not JSON.", EXAMPLE) from None
    if not isinstance(value, dict):
        raise IntakeError("The body is JSON, but not an object.", EXAMPLE)
    return value


def _agent(request: Request) -> OnceAgent:
    agent = request.app.ctx.agent
    if not isinstance(agent, OnceAgent):
        raise _NotServedError
    return agent


def _store(request: Request) -> WindowedTrackerStore:
    store = request.app.ctx.agent.tracker_store
    if not isinstance(store, WindowedTrackerStore):
        raise _NotServedError
    return store
