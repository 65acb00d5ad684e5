"""A stand-in of Slack on loopback: its Web API, Socket Mode, and addresses to respond to."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

BOT = "U0BOT"
TEAM = "T0TEAM"
SCOPES = (
    "chat:write,im:history,im:write,app_mentions:read,channels:history,groups:history,commands,"
    "files:write"
)
PATIENCE = 30

Payload = dict[str, Any]


class Slack:
    """Keeps what it is told, and sends again what is not acknowledged."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Payload]] = []
        self.posts: list[Payload] = []
        self.responses: list[Payload] = []
        # Files as they were uploaded, by their ids; whole ones may be shown.
        self.files: dict[str, bytes] = {}
        self.whole: set[str] = set()
        # How often a file is still said to be unknown after its upload.
        self.unready = 0
        self.acknowledged: set[str] = set()
        # What was said together with the acknowledgement of an envelope.
        self.said: dict[str, Payload] = {}
        # Seconds from an envelope to its acknowledgement.
        self.seconds: dict[str, float] = {}
        self._sent: dict[str, float] = {}
        # Method -> what it answers instead, one after the other; True stands for its own answer.
        self.instead: dict[str, deque[Callable[[], web.Response]]] = defaultdict(deque)
        # Taken, but the answer is an error all the same.
        self.lost_answers: defaultdict[str, int] = defaultdict(int)
        self.scopes = SCOPES
        self.connections = 0
        self._open = asyncio.Event()
        self._open.set()
        self._unacknowledged: dict[str, Payload] = {}
        self._sockets: list[web.WebSocketResponse] = []
        self._numbers = itertools.count(1)
        self._news = asyncio.Condition()

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/respond", self._respond)
        app.router.add_post("/upload/{file}", self._take_file)
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
            self._sent[number] = time.monotonic()
            await self._sockets[-1].send_json(envelope)
        return number

    def hold_posts(self) -> None:
        """From now on messages are neither taken nor answered."""
        self._open.clear()

    def let_posts_go(self) -> None:
        """Takes messages again; those that were held are lost."""
        self._open.set()

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
        if method == "chat.postMessage" and not self._open.is_set():
            await self._tell()
            await self._open.wait()
            return web.Response(status=500)
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
        if "blocks" in content and isinstance(content["blocks"], str):
            content["blocks"] = json.loads(content["blocks"])
        return web.json_response({"ok": True, **result}, headers={"x-oauth-scopes": self.scopes})

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
        images = [b for b in content.get("blocks") or [] if b["type"] == "image"]
        if images and (self.unready or images[0]["slack_file"]["id"] not in self.whole):
            self.unready = max(self.unready - 1, 0)
            return {"ok": False, "error": "invalid_blocks"}
        if not content.get("channel"):
            return {"ok": False, "error": "channel_not_found"}
        content["ts"] = f"1800000000.{next(self._numbers):06}"
        self.posts.append(content)
        return {"ts": content["ts"], "channel": content["channel"]}

    def _files_getUploadURLExternal(self, content: Payload) -> Payload:  # noqa: N802
        file = f"F{next(self._numbers):010}"
        return {"upload_url": f"http://127.0.0.1:{self.port}/upload/{file}", "file_id": file}

    async def _take_file(self, request: web.Request) -> web.Response:
        self.files[request.match_info["file"]] = await request.read()
        return web.Response(text="OK")

    def _files_completeUploadExternal(self, content: Payload) -> Payload:  # noqa: N802
        given = content["files"]
        named = [file["id"] for file in (json.loads(given) if isinstance(given, str) else given)]
        self.whole.update(named)
        return {"files": [{"id": name} for name in named]}

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
        for number, envelope in list(self._unacknowledged.items()):
            self._sent[number] = time.monotonic()
            await socket.send_json(envelope)
        try:
            await self._tell()
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    said = json.loads(message.data)
                    number = said.get("envelope_id")
                    self.said[number] = said.get("payload") or {}
                    if number in self._sent:
                        self.seconds[number] = time.monotonic() - self._sent.pop(number)
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
