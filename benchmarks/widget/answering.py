"""From the key that sends a question to the picture that shows its answer."""

from __future__ import annotations

import http.client
import json
import time
from statistics import median

from playwright.sync_api import Browser

from benchmarks.bots import ADVISOR_SAYS

# Until the frame after the answer stands in the page: then it has been painted.
WATCH = """() => {
    const root = document.querySelector("career-advisor").shadowRoot;
    window.shown = new Promise(done => {
        let begun = 0;
        root.addEventListener("keydown", event => { begun ||= event.timeStamp; }, true);
        const before = root.querySelectorAll("li.saying:not(.user)").length;
        const observer = new MutationObserver(() => {
            if (root.querySelectorAll("li.saying:not(.user)").length === before) return;
            observer.disconnect();
            requestAnimationFrame(() => setTimeout(() => {
                const answer = performance.getEntriesByType("resource")
                    .filter(entry => entry.name.endsWith("/messages")).pop();
                done([performance.now() - begun, answer.serverTiming[0].duration]);
            }));
        });
        observer.observe(root, { childList: true, subtree: true });
    });
}"""


def shown(browser: Browser, port: int, runs: int) -> dict[str, float]:
    """Asks in the widget.

    Returns:
        Medians in milliseconds: ``total``, ``server`` and ``beyond`` (their difference).
    """
    found: list[tuple[float, float]] = []
    for _ in range(runs):
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        page.locator(".privacy").wait_for()
        field = page.get_by_label("Your question")
        for text in ADVISOR_SAYS:
            field.fill(text)
            page.evaluate(WATCH)
            field.press("Enter")
            total, server = page.evaluate("shown")
            found.append((total, server))
        context.close()
    return _medians(found)


def fetched(port: int, runs: int) -> dict[str, float]:
    """The peer: the same questions by a program over one kept connection; see `shown`."""
    found: list[tuple[float, float]] = []
    for _ in range(runs):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("POST", "/webhooks/web/sessions")
        session = json.loads(connection.getresponse().read())["session"]
        headers = {"Authorization": f"Bearer {session}", "Content-Type": "application/json"}
        for place, text in enumerate(ADVISOR_SAYS):
            body = json.dumps({"message": text, "message_id": f"m{place}"})
            begun = time.perf_counter()
            connection.request("POST", "/webhooks/web/messages", body, headers)
            answer = connection.getresponse()
            answer.read()
            total = 1000 * (time.perf_counter() - begun)
            timing = answer.getheader("Server-Timing", "")
            found.append((total, float(timing.partition("dur=")[2])))
        connection.close()
    return _medians(found)


def _medians(found: list[tuple[float, float]]) -> dict[str, float]:
    return {
        "total": median(total for total, _ in found),
        "server": median(server for _, server in found),
        "beyond": median(total - server for total, server in found),
    }
