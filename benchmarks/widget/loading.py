"""How long a page takes to show the launcher, beside pages that have next to nothing."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median

from playwright.sync_api import Browser

from benchmarks.places import PROJECT

# As on a phone of the cheaper kind.
SLOWER = 4
PAGE = (
    '<!doctype html><html lang="en"><title>x</title><meta name="viewport" '
    'content="width=device-width">{}</html>'
)
BARE = """customElements.define("bare-button", class extends HTMLElement {
  connectedCallback() { this.attachShadow({ mode: "open" }).innerHTML = "<button>Ask</button>"; }
});
const add = () => document.body.append(document.createElement("bare-button"));
if (document.body) add();
else addEventListener("DOMContentLoaded", add);"""
# Name -> what stands in the page. None of them has anything else to paint.
KINDS = {
    "an empty page": "",
    "an element with a bare button": '<script src="/bare.js" async></script><body></body>',
    "the widget": '<script src="/widget.js" async></script><body></body>',
}
BUSY = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
PAINTED = """() => new Promise(done => new PerformanceObserver((list) => {
    const [entry] = list.getEntriesByName("first-contentful-paint");
    if (entry) done(entry.startTime);
}).observe({ type: "paint", buffered: true }))"""
# Idle, so that what the script puts off is counted too.
BLOCKED = """() => new Promise(done => requestIdleCallback(() => {
    let blocked = 0;
    new PerformanceObserver(list => {
        for (const task of list.getEntries()) blocked += task.duration - 50;
    }).observe({ type: "longtask", buffered: true });
    setTimeout(() => done(blocked), 200);
}, { timeout: 1000 }))"""


def loading(browser: Browser, runs: int) -> dict[str, dict[str, float | None]]:
    """Loads each kind of page in turn, each time with an empty cache.

    Returns:
        Medians in milliseconds for each kind: ``paint`` (first contentful paint), ``busy`` (script,
        style and layout on the main thread), ``blocked`` (what tasks took beyond 50 ms each).
    """
    found: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
    with _serving() as address:
        for _ in range(runs):
            for place, kind in enumerate(KINDS):
                found[kind].append(_load(browser, f"{address}/{place}", paints=place > 0))
    return {
        kind: {
            name: median(values) if (values := [run[name] for run in of if name in run]) else None
            for name in ("paint", "busy", "blocked")
        }
        for kind, of in found.items()
    }


def _load(browser: Browser, address: str, *, paints: bool) -> dict[str, float]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    devtools.send("Performance.enable")
    page.goto(address)
    figures = {"paint": float(page.evaluate(PAINTED))} if paints else {}
    figures["blocked"] = float(page.evaluate(BLOCKED))
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    figures["busy"] = 1000 * sum(entry["value"] for entry in metrics if entry["name"] in BUSY)
    context.close()
    return figures


@contextmanager
def _serving() -> Iterator[str]:
    script = (PROJECT / "widget" / "dist" / "widget.js").read_bytes()
    files = {"/widget.js": script, "/bare.js": BARE.encode()} | {
        f"/{place}": PAGE.format(content).encode() for place, content in enumerate(KINDS.values())
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = files.get(self.path)
            if body is None:
                self.send_error(404)
                return
            packed = gzip.compress(body)
            kind = "text/javascript" if self.path.endswith(".js") else "text/html"
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(packed)))
            self.end_headers()
            self.wfile.write(packed)

        def log_message(self, *_: object) -> None:
            """Requests are no news."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
