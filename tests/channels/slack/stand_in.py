"""A stand-in of Slack on loopback: its Web API, Socket Mode, and addresses to respond to."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

BOT = "U0BOT"
TEAM = "T0TEAM"
SCOPES = "chat:write,im:history,im:write,app_mentions:read,channels:history,groups:history,commands"
PATIENCE = 30

Payload = dict[str, Any]


class Slack:
    """Keeps what it is told, and sends again what is not acknowledged."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Payload]] = []
        self.posts: list[Payload] = []
        self.responses: list[Payload] = []
        self.acknowledged: set[str] = set()
        # Method -> what it answers instead, one after the other; True stands for its own answer.
        self.instead: dict[str, deque[Callable[[], web.Response]]] = defaultdict(deque)
        # Taken, but the answer is an error all the same.
        self.lost_answers: defaultdict[str, int] = defaultdict(int)
        self.connections = 0
        self._unacknowledged: dict[str, Payload] = {}
        self._sockets: list[web.WebSocketResponse] = []
        self._numbers = itertools.count(1)
        self._news = asyncio.Condition()

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/respond", self._respond)
        app.router.add_get("/link", self._link)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        self.url = f"http://127.0.0.1:{self.port}/api/"
        self.response_url = f"http://127.0.0.1:{self.port}/respond"

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def send(self, kind: str, payload: Payload) -> str:
        """Sends an envelope now or at the next connection; returns its id."""
        number = f"envelope-{next(self._numbers)}"
        envelope = {
            "envelope_id": number,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        self._unacknowledged[number] = envelope
        if self._sockets:
            await self._sockets[-1].send_json(envelope)
        return number

    async def drop(self) -> None:
        """Cuts all connections."""
        for socket in list(self._sockets):
            await socket.close()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits for something to have come in."""

        async def wait() -> None:
            async with self._news:
                await self._news.wait_for(condition)

        await asyncio.wait_for(wait(), PATIENCE)

    async def until_acknowledged(self, number: str) -> None:
        await self.until(lambda: number in self.acknowledged)

    async def until_posts(self, number: int) -> None:
        await self.until(lambda: len(self.posts) >= number)

    def called(self, method: str) -> list[Payload]:
        return [content for name, content in self.calls if name == method]

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        if request.content_type == "application/json":
            content = await request.json()
        else:
            content = {**request.query, **await request.post()}
        self.calls.append((method, content))
        answer = self._answer(method, content)
        await self._tell()
        return answer

    def _answer(self, method: str, content: Payload) -> web.Response:
        if self.instead[method]:
            return self.instead[method].popleft()()
        known = getattr(self, "_" + method.replace(".", "_"), None)
        result = known(content) if known else {}
        if self.lost_answers[method]:
            self.lost_answers[method] -= 1
            return web.json_response({"ok": False, "error": "internal_error"}, status=500)
        return web.json_response({"ok": True, **result}, headers={"x-oauth-scopes": SCOPES})

    def _auth_test(self, _: Payload) -> Payload:
        return {"user_id": BOT, "bot_id": "B0BOT", "team_id": TEAM, "team": "Team", "user": "bot"}

    def _apps_connections_open(self, _: Payload) -> Payload:
        return {"url": f"ws://127.0.0.1:{self.port}/link"}

    def _conversations_open(self, content: Payload) -> Payload:
        return {"channel": {"id": "D" + str(content["users"])[1:]}}

    def _chat_postMessage(self, content: Payload) -> Payload:  # noqa: N802  # Slack's name
        if isinstance(content.get("blocks"), str):
            content |= {"blocks": json.loads(content["blocks"])}
        if isinstance(content.get("metadata"), str):
            content |= {"metadata": json.loads(content["metadata"])}
        content["ts"] = f"1800000000.{next(self._numbers):06}"
        self.posts.append(content)
        return {"ts": content["ts"], "channel": content["channel"]}

    def _conversations_history(self, content: Payload) -> Payload:
        return {"messages": self._in_channel(content, None)}

    def _conversations_replies(self, content: Payload) -> Payload:
        return {"messages": self._in_channel(content, content["ts"])}

    def _in_channel(self, content: Payload, thread: str | None) -> list[Payload]:
        channel = content["channel"]
        return [p for p in self.posts if (p["channel"], p.get("thread_ts")) == (channel, thread)]

    async def _respond(self, request: web.Request) -> web.Response:
        self.responses.append(await request.json())
        await self._tell()
        return web.Response(text="ok")

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections += 1
        self._sockets.append(socket)
        await socket.send_json({"type": "hello", "num_connections": 1})
        for envelope in list(self._unacknowledged.values()):
            await socket.send_json(envelope)
        try:
            await self._tell()
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    number = json.loads(message.data).get("envelope_id")
                    self._unacknowledged.pop(number, None)
                    self.acknowledged.add(number)
                    await self._tell()
        finally:
            self._sockets.remove(socket)
        return socket


def failing(status: int, error: str, **headers: str) -> Callable[[], web.Response]:
    return lambda: web.json_response(
        {"ok": False, "error": error}, status=status, headers=headers or None
    )
