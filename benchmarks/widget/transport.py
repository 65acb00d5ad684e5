"""HTTP against WebSocket: time and bytes of one message, as a browser sees them."""

from __future__ import annotations

from statistics import median
from typing import Any

from playwright.sync_api import Browser

from benchmarks.bots import ADVISOR_SAYS
from benchmarks.widget.wire import Wire

# Each gives [milliseconds, of these in the server, replies] for every text.
HTTP = """async texts => {
    const post = (path, body, session) => fetch("/webhooks/web/" + path, {
        method: "POST", cache: "no-store", body: body && JSON.stringify(body),
        headers: { ...(body && { "Content-Type": "application/json" }),
            ...(session && { Authorization: "Bearer " + session }) } });
    const found = [];
    let session = null;
    for (const [place, message] of texts.entries()) {
        const begun = performance.now();
        session ??= (await (await post("sessions")).json()).session;
        const answer = await post("messages", { message, message_id: "m" + place }, session);
        const { replies } = await answer.json();
        const spent = Number(/dur=([\\d.]+)/.exec(answer.headers.get("Server-Timing"))[1]);
        found.push([performance.now() - begun, spent, replies.length]);
    }
    return found;
}"""
SOCKET = """async texts => {
    const found = [];
    let socket = null;
    const next = () => new Promise((done, failed) => {
        socket.onmessage = event => done(JSON.parse(event.data));
        socket.onclose = socket.onerror = () => failed(new Error("The socket was closed."));
    });
    for (const [place, message] of texts.entries()) {
        const begun = performance.now();
        if (!socket) {
            socket = new WebSocket(location.origin.replace("http", "ws") + "/webhooks/socket/talk");
            await new Promise(done => socket.onopen = done);
            socket.send(JSON.stringify({ session: null }));
            await next();
        }
        socket.send(JSON.stringify({ message, message_id: "m" + place }));
        const { replies, spent } = await next();
        found.push([performance.now() - begun, spent, replies.length]);
    }
    socket.onclose = null;
    socket.close();
    return found;
}"""
KINDS = {"HTTP": HTTP, "WebSocket": SOCKET}


def transport(browser: Browser, wire: Wire, runs: int, delay: float) -> dict[str, dict[str, float]]:
    """Has the same conversation over both, in turn.

    Args:
        browser: a Chromium.
        wire: leads to the server.
        runs: conversations over each.
        delay: seconds that each way takes.

    Returns:
        For each kind, medians: ``first`` and ``later`` (milliseconds of the first and of a later
        message, without those in the server), ``first_bytes`` and ``later_bytes`` (both ways),
        ``replies`` (most to one message).
    """
    found: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
    for _ in range(runs):
        for kind, script in KINDS.items():
            found[kind].append(_talk(browser, wire, script, delay))
    return {
        kind: {name: median(run[name] for run in of) for name in of[0]}
        for kind, of in found.items()
    }


def _talk(browser: Browser, wire: Wire, script: str, delay: float) -> dict[str, float]:
    texts = list(ADVISOR_SAYS)
    first, first_bytes = _said(browser, wire, script, texts[:1], delay)
    both, all_bytes = _said(browser, wire, script, texts, delay)
    later = [spent - inside for spent, inside, _ in both[1:]]
    return {
        "first": first[0][0] - first[0][1],
        "later": median(later),
        "first_bytes": first_bytes,
        "later_bytes": (all_bytes - first_bytes) / len(later),
        "replies": max(count for _, _, count in both),
    }


def _said(
    browser: Browser, wire: Wire, script: str, texts: list[str], delay: float
) -> tuple[list[Any], int]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{wire.port}/health/live")
    wire.delay, before = delay, wire.bytes
    try:
        found: list[Any] = page.evaluate(script, texts)
        return found, wire.bytes - before
    finally:
        wire.delay = 0.0
        context.close()
