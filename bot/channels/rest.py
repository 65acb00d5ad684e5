"""The REST channel: Rasa's, with checked input and never an empty answer."""

from __future__ import annotations

import json

from rasa.core.channels.rest import RestInput as RasaRestInput
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.guard import (
    NotHandledError,
    from_this_machine,
    not_handled,
    refusal,
    the_guard,
    too_many,
)
from bot.channels.intake import IntakeError, take_object
from bot.channels.rasa_api import require_token
from bot.channels.rates import TooManyError
from bot.channels.turn import OnNewMessage
from bot.metrics import MESSAGES
from bot.settings import current_settings

EXAMPLE = 'Send {"sender": "an id of the conversation", "message": "a question"}.'


class RestInput(RasaRestInput):
    """`POST /webhooks/rest/webhook` with `{"sender": ..., "message": ...}`.

    Answers 200 with Rasa's list of messages, at least one. What cannot be taken is answered with
    4xx and `{"error": ..., "remedy": ...}`; 503 says the same of a message that was not handled and
    may be sent again. Other keys, such as `metadata` and `input_channel`, are ignored: a client is
    not trusted with them.
    """

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """See `InputChannel.blueprint`."""
        webhook = Blueprint("advisor_rest", __name__)

        async def protect(app: Sanic, *_: object) -> None:
            require_token(app)
            the_guard().protect(app)

        webhook.listener("before_server_start")(protect)

        @webhook.get("/")
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @webhook.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            try:
                await the_guard().admit(request)
            except TooManyError as error:
                return too_many(error)
            if refused := _refused(request):
                MESSAGES.labels(self.name(), "refused").inc()
                return refused
            return await self._answer(request, on_new_message)

        return webhook

    async def _answer(self, request: Request, on_new_message: OnNewMessage) -> HTTPResponse:
        guard = the_guard()
        try:
            incoming = take_object(_json(request.body))
            address = guard.caller(request)
            messages = await guard.answer(on_new_message, incoming, self.name(), address)
        except IntakeError as error:
            MESSAGES.labels(self.name(), "refused").inc()
            return refusal(413 if error.too_long else 400, error.detail, error.remedy)
        except TooManyError as error:
            return too_many(error)
        except NotHandledError as error:
            return not_handled(error)
        return response.json(messages)


def _refused(request: Request) -> HTTPResponse | None:
    """What is said to a request whose body is not even looked at."""
    if current_settings().rest != "on" and not from_this_machine(request):
        remedy = "Use another channel, or ask the operator to set ADVISOR_REST=on."
        return refusal(403, "This channel is for callers on the server's own machine.", remedy)
    if request.args.get("stream", "false").lower() != "false":
        return refusal(400, "Answers are not streamed.", "Leave ?stream out.")
    if request.content_type.partition(";")[0].strip().lower() != "application/json":
        remedy = f"Set the header Content-Type: application/json. {EXAMPLE}"
        return refusal(415, "The body is not declared as JSON.", remedy)
    return None


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise IntakeError("The body is not JSON.", EXAMPLE) from None
