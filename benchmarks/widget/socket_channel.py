"""The alternative to the web channel's transport: the same answers over one WebSocket."""

from __future__ import annotations

import json
import time
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint
from sanic.request import Request

from bot.channels.guard import the_guard
from bot.channels.intake import take_object
from bot.channels.turn import OnNewMessage
from bot.channels.web.replies import replies
from bot.channels.web.sessions import open_sessions
from bot.settings import current_settings


class SocketInput(InputChannel):
    """Takes a session, or none, as the first frame; then messages, each answered by one frame."""

    @classmethod
    def name(cls) -> str:
        """See `InputChannel.name`."""
        return "socket"

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """See `InputChannel.blueprint`."""
        channel = Blueprint("benchmark_socket", __name__)
        sessions = open_sessions(current_settings())

        @channel.websocket("/talk")
        async def talk(request: Request, socket: Any) -> None:
            given = json.loads(await socket.recv()).get("session")
            session = sessions.recognise(given) if given else sessions.issue()
            if not given:
                await socket.send(json.dumps({"session": session.token}))
            guard = the_guard()
            while (frame := await socket.recv()) is not None:
                value = json.loads(frame)
                begun = time.perf_counter()
                incoming = take_object({**value, "sender": session.sender})
                said = await guard.answer(on_new_message, incoming, "web", guard.caller(request))
                spent = round(1000 * (time.perf_counter() - begun), 1)
                answer = {"message_id": value["message_id"], "replies": replies(said)}
                await socket.send(json.dumps(answer | {"spent": spent}, ensure_ascii=False))

        return channel
