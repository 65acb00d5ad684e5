"""Generated requests on the public endpoints: always an answer, never a 5xx, a hang or an end."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.channels.serving import Server, make_home
from tests.faults.conftest import Reliability

pytestmark = pytest.mark.slow

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "10000"))
# An example is as many heads as bodies, each with each: drawing is dearer than asking.
SIDE = 10
# At once, as from so many clients.
CLIENTS = 16
# Seconds after which a request counts as hanging; an action may take one.
PATIENCE = 30
RAW = 120
# Seconds without a byte after which no more of an answer is expected.
QUIET = 0.2

WEBHOOK = "/webhooks/rest/webhook"
PATHS = st.sampled_from([WEBHOOK] * 12 + ["/", "/health", "/webhooks/rest/", "/webhooks/rest"])
OTHER_PATHS = st.sampled_from(
    ["/model", "/domain", "/status", "/conversations/x/tracker", "/metrics", "/webhooks/../model"]
) | st.text(max_size=30).map(lambda text: "/" + text)
METHODS = st.sampled_from(["POST"] * 24 + ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
TYPES = st.sampled_from(
    ["application/json"] * 24
    + ["application/json; charset=utf-16", "text/plain", "multipart/form-data", "", "é/ß"]
)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["Origin", "X-Forwarded-For", "X-Request-ID", "Accept", "Cookie", "Upgrade", "Forwarded"]
    ),
    st.sampled_from(
        ["null", "https://evil.example", "127.0.0.1", "websocket", "a=b;c", ",,", "%00"]
    )
    | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20),
    max_size=2,
)
QUERIES = st.sampled_from(
    [""] * 24 + ["?stream=true", "?stream=", "?stream=true&stream=false", "?%ff"]
)

# Every way that the small project's actions go, but the one that waits for its deadline.
SAYING = st.sampled_from(["count", "echo", "broken", "rubbish", "mistyped", "nonsense", "silent"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)
TEXTS = st.text(st.characters(), max_size=40) | st.sampled_from(
    [
        "/restart",
        '/echo{"turns": 1}',
        "\ud800",
        "\0",
        "x" * 1001,
        "x" * 9000,
        "617-555-0142",
        "' or 1=1",
    ]
)
MESSAGES = st.fixed_dictionaries(
    {"sender": TEXTS | VALUES, "message": TEXTS | VALUES},
    optional={"message_id": TEXTS | VALUES, "metadata": VALUES, "input_channel": TEXTS},
)
TURNS = st.fixed_dictionaries(
    {"sender": st.sampled_from(["a", "b", "c", "d", "é"]), "message": SAYING | TEXTS}
)
BODIES = st.one_of(
    MESSAGES.map(lambda value: json.dumps(value).encode()),
    MESSAGES.map(
        lambda value: json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")
    ),
    TURNS.map(lambda value: json.dumps(value).encode()),
    TURNS.map(lambda value: json.dumps(value | {"metadata": [value]}).encode()),
    VALUES.map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=60),
    st.sampled_from([b"", b"{", b"[" * 8000, b'{"a":' * 1500, b"\xff\xfe{}", b"x" * 9000]),
)


@dataclass(frozen=True)
class Head:
    """All of a request but its body."""

    method: str
    url: str
    headers: dict[str, str]


@st.composite
def heads(draw: st.DrawFn) -> Head:
    path = draw(OTHER_PATHS if draw(st.integers(0, 19)) == 0 else PATHS)
    headers = draw(HEADERS) | {"Content-Type": draw(TYPES)}
    return Head(draw(METHODS), path + draw(QUERIES), headers)


@pytest.fixture(scope="module")
def server(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(
        make_home(tmp_path_factory.mktemp("fuzz"), model),
        ADVISOR_ACTION_TIMEOUT="1",
        ADVISOR_LOG_LEVEL="WARNING",
    )
    try:
        server.start()
        yield server
    finally:
        server.kill()


def check(asked: Head, status: int, content: bytes) -> None:
    """What holds for every answer."""
    assert status < 500, (asked, content)
    if asked.method == "HEAD" or status == 204:
        return
    answer: Any = json.loads(content)
    if status >= 400:
        assert answer["error"], asked
        assert answer["remedy"], asked
    elif asked.method == "POST":
        assert answer, asked
        assert all(message.get("text") or message.get("custom") for message in answer), asked


async def send(
    session: aiohttp.ClientSession, url: str, head: Head, body: bytes, seen: Counter[int]
) -> None:
    for again in (True, False):
        try:
            async with session.request(
                head.method, url + head.url, headers=head.headers, data=body
            ) as answer:
                content = await answer.read()
                seen[answer.status] += 1
                check(head, answer.status, content)
                return
        # The server has closed the connection after a refusal, as this request went out on it.
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
            assert again, (head, body)


def test_every_generated_request_is_answered(server: Server, reliability: Reliability):
    seen: Counter[int] = Counter()
    loop = asyncio.new_event_loop()

    async def open_session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CLIENTS),
            timeout=aiohttp.ClientTimeout(total=PATIENCE),
        )

    session = loop.run_until_complete(open_session())

    @settings(
        max_examples=-(-REQUESTS // SIDE**2),
        deadline=None,
        derandomize="CI" in os.environ,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.lists(heads(), min_size=SIDE, max_size=SIDE),
        st.lists(BODIES, min_size=SIDE, max_size=SIDE),
    )
    def ask(drawn: list[Head], bodies: list[bytes]) -> None:
        async def all_of_them() -> None:
            each = (
                send(session, server.url, head, body, seen) for head in drawn for body in bodies
            )
            await asyncio.gather(*each)

        loop.run_until_complete(all_of_them())
        assert server.alive

    with reliability("generated_requests") as figures:
        try:
            ask()
        finally:
            loop.run_until_complete(session.close())
            loop.close()
            figures["requests"] = sum(seen.values())
            figures["statuses"] = {str(status): number for status, number in sorted(seen.items())}
        assert figures["requests"] >= REQUESTS
        assert server.get("/health").status_code == 200
        assert server.say("count", "somebody-new")[0]["text"] == "turn 1"


HEAD = st.sampled_from(
    [
        b"GET / HTTP/1.1\r\n",
        b"POST /webhooks/rest/webhook HTTP/1.1\r\n",
        b"POST /webhooks/rest/webhook HTTP/9.9\r\n",
        b"get / http/1.1\r\n",
        b"GET http://[::1 HTTP/1.1\r\n",
        b"GET /%zz\xff HTTP/1.1\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n",
    ]
)
FIELD = st.sampled_from(
    [
        b"Host: a\r\n",
        b"Content-Length: 5\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: many\r\n",
        b"Content-Length: 99999999999999999999\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip\r\n",
        b"Expect: 100-continue\r\n",
        b"Expect: tea\r\n",
        b"Connection: close\r\n",
        b"Content-Type: application/json\r\n",
        b"no colon at all\r\n",
        b": no name\r\n",
        b"X: \xff\xfe\r\n",
        b"Host: b\r\nHost: c\r\n",
    ]
)
BYTES = st.one_of(
    st.binary(max_size=200),
    st.tuples(HEAD, st.lists(FIELD, max_size=4), st.binary(max_size=30)).map(
        lambda parts: parts[0] + b"".join(parts[1]) + b"\r\n" + parts[2]
    ),
    st.just(b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n"),
)


def test_bytes_that_are_no_request_end_their_own_connection_alone(
    server: Server, reliability: Reliability
):
    statuses: Counter[str] = Counter()

    @settings(
        max_examples=RAW,
        deadline=None,
        derandomize="CI" in os.environ,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(BYTES)
    def send_bytes(data: bytes) -> None:
        with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
            connection.settimeout(QUIET)
            answer = b""
            with suppress(ConnectionResetError, BrokenPipeError, TimeoutError):
                connection.sendall(data)
                while part := connection.recv(65536):
                    answer += part
        status = answer.split(b" ", 2)[1].decode() if answer.startswith(b"HTTP/") else "none"
        statuses[status] += 1
        assert server.get("/health/live").status_code == 200, data
        assert not status.startswith("5"), (data, answer)

    with reliability("bytes_that_are_no_request") as figures:
        try:
            send_bytes()
        finally:
            figures["connections"] = sum(statuses.values())
            figures["statuses"] = dict(sorted(statuses.items()))
        assert server.get("/health").status_code == 200
        assert server.say("count", "after-the-noise")[0]["text"] == "turn 1"


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: -1\r\n",
        b"Content-Length: many\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip\r\n",
    ],
)
def test_a_length_that_cannot_be_trusted_is_refused(head: bytes, server: Server):
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\n" + head + b"\r\nhello")
        answer = connection.recv(65536)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert server.get("/health").status_code == 200
