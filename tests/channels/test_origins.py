"""Whose pages may talk to the advisor: enforced, not only announced."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from sanic import Sanic, response

from bot.channels.guard import Guard
from bot.channels.origins import Origins
from bot.settings import Settings
from tests.channels.serving import free_port

FRIEND, STRANGER = "https://www.example.edu", "https://evil.example"


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        (FRIEND, "advisor.example.edu", True),
        ("HTTPS://WWW.EXAMPLE.EDU", "advisor.example.edu", True),
        (STRANGER, "advisor.example.edu", False),
        ("http://www.example.edu", "advisor.example.edu", False),
        ("https://www.example.edu:8443", "advisor.example.edu", False),
        ("https://www.example.edu.evil.example", "advisor.example.edu", False),
        ("https://advisor.example.edu", "advisor.example.edu", True),
        ("https://advisor.example.edu", "advisor.example.edu:443", True),
        ("https://advisor.example.edu:444", "advisor.example.edu", False),
        ("http://127.0.0.1:5005", "127.0.0.1:5005", True),
        ("http://127.0.0.1:5006", "127.0.0.1:5005", False),
        ("http://[::1]:5005", "[::1]:5005", True),
        ("null", "127.0.0.1:5005", False),
        ("file://", "", False),
        ("http://", "", False),
        ("http://a:99999", "a:99999", False),
    ],
)
def test_the_servers_own_and_the_named_origins_are_allowed(origin: str, host: str, allowed: bool):
    assert Origins([FRIEND]).allow(origin, host) == allowed


def test_all_origins_can_be_allowed():
    assert Origins(["*"]).allow(STRANGER, "advisor.example.edu")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def url() -> AsyncIterator[str]:
    app = Sanic("origins", configure_logging=False)
    done: list[str] = []

    @app.post("/say")
    async def say(request):
        done.append(request.headers["x-mark"])
        return response.json(done)

    @app.get("/look")
    async def look(request):
        return response.json(done)

    @app.websocket("/socket")
    async def socket(request, ws):
        done.append(request.headers["x-mark"])
        await ws.send("hello")

    Guard(Settings(origins=(FRIEND,))).protect(app)
    port = free_port()
    server = await app.create_server("127.0.0.1", port, return_asyncio_server=True)
    await server.startup()
    await server.start_serving()
    yield f"http://127.0.0.1:{port}"
    await server.close()


async def ask(url: str, method: str, path: str, **headers: str) -> aiohttp.ClientResponse:
    async with aiohttp.ClientSession() as session:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with session.request(method, url + path, headers=sent) as answer:
            await answer.read()
            return answer


async def done(url: str) -> list[str]:
    async with aiohttp.ClientSession() as session, session.get(url + "/look") as answer:
        return list(await answer.json())


async def test_a_strangers_post_is_refused_before_it_does_anything(url: str):
    answer = await ask(url, "POST", "/say", Origin=STRANGER, X_Mark="stranger")

    assert answer.status == 403
    assert "ADVISOR_ORIGINS" in (await answer.json())["remedy"]
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "stranger" not in await done(url)


@pytest.mark.parametrize("own", [False, True])
async def test_a_friends_post_and_the_servers_own_are_taken(url: str, own: bool):
    origin = url if own else FRIEND

    answer = await ask(url, "POST", "/say", Origin=origin, X_Mark=origin)

    assert answer.status == 200
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert answer.headers["Vary"] == "Origin"
    assert origin in await done(url)


async def test_a_program_that_names_no_origin_is_taken(url: str):
    answer = await ask(url, "POST", "/say", X_Mark="program")

    assert answer.status == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_a_stranger_may_look_but_its_page_may_not_read(url: str):
    answer = await ask(url, "GET", "/look", Origin=STRANGER)

    assert answer.status == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_a_browser_that_asks_first_is_told(url: str):
    asked = {"Access_Control_Request_Method": "POST"}
    friend = await ask(url, "OPTIONS", "/say", Origin=FRIEND, **asked)
    stranger = await ask(url, "OPTIONS", "/say", Origin=STRANGER, **asked)

    assert friend.status == 204
    assert friend.headers["Access-Control-Allow-Origin"] == FRIEND
    assert "POST" in friend.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in friend.headers["Access-Control-Allow-Headers"]
    assert stranger.status == 403
    assert "Access-Control-Allow-Origin" not in stranger.headers


async def test_a_websocket_opens_for_friends_alone(url: str):
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(
            url + "/socket", headers={"Origin": FRIEND, "X-Mark": "ws-friend"}
        ) as socket:
            assert await socket.receive_str() == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
            await session.ws_connect(
                url + "/socket", headers={"Origin": STRANGER, "X-Mark": "ws-stranger"}
            )

    assert raised.value.status == 403
    assert "ws-friend" in await done(url)
    assert "ws-stranger" not in await done(url)
