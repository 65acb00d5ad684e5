"""The REST channel: Rasa's, with checked input and never an empty answer."""

from __future__ import annotations

import json
from typing import Any

from rasa.core.channels.rest import RestInput as RasaRestInput
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.intake import IntakeError, take_object
from bot.channels.turn import OnNewMessage, answer

# Bytes. Enough for the longest message with every character escaped.
LARGEST_BODY = 32 * 1024
EXAMPLE = 'Send {"sender": "an id of the conversation", "message": "a question"}.'


class RestInput(RasaRestInput):
    """`POST /webhooks/rest/webhook` with `{"sender": ..., "message": ...}`.

    Answers 200 with Rasa's list of messages, at least one. What cannot be taken is answered with
    400, 413 or 415 and `{"error": ..., "remedy": ...}`. Other keys, such as `metadata` and
    `input_channel`, are ignored: a client is not trusted with them.
    """

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """See `InputChannel.blueprint`."""
        webhook = Blueprint("advisor_rest", __name__)

        webhook.listener("before_server_start")(_limit_body)

        @webhook.get("/")
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @webhook.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            if "stream" in request.args and request.args.get("stream", "").lower() != "false":
                return refusal(400, "Answers are not streamed.", "Leave ?stream out.")
            if request.content_type.partition(";")[0].strip().lower() != "application/json":
                remedy = f"Set the header Content-Type: application/json. {EXAMPLE}"
                return refusal(415, "The body is not declared as JSON.", remedy)
            try:
                body = _object(request.body)
                incoming = take_object(_json(request.body))
            except IntakeError as error:
                return refusal(413 if error.too_long else 400, error.detail, error.remedy)
            return response.json(await answer(on_new_message, incoming, self.name()))

        return webhook


async def _limit_body(app: Sanic, *_: object) -> None:
    app.config.REQUEST_MAX_SIZE = min(app.config.REQUEST_MAX_SIZE, LARGEST_BODY)


def refusal(status: int, error: str, remedy: str) -> HTTPResponse:
    """A response that says what was wrong and what to do."""
    return response.json({"error": error, "remedy": remedy}, status=status)


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise IntakeError("The body is not JSON.", EXAMPLE) from None
    if not isinstance(value, dict):
        raise IntakeError("The body is JSON, but not an object.", EXAMPLE)
    return value
