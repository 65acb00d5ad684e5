"""The widget's script, the page that shows it and the documents, at the server's root."""

from __future__ import annotations

from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.guard import refusal
from bot.settings import Settings
from bot.site.documents import find
from bot.site.page import STATIC, WIDGET, Asset, Page, document_page, read

MINUTES = "public, max-age=300"
# Nothing but our own files, no inline script or style, no HTML from text, no frame around it.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types lit-html"
)


def add_site(app: Sanic, settings: Settings) -> None:
    """Adds `/`, its style, `/widget.js` and the pages below `/docs`."""
    page = Page(settings)

    @app.get("/")
    async def index(request: Request) -> HTTPResponse:
        base = f"{request.scheme}://{request.host}"
        return _html(request, page.at(base))

    @app.get("/docs/<name:str>")
    async def document(request: Request, name: str) -> HTTPResponse:
        found = find(name)
        if found is None:
            return refusal(404, "There is no such document.", "See GET / for what is offered.")
        return _html(request, document_page(found))

    @app.get("/page.css")
    async def style(request: Request) -> HTTPResponse:
        return _asset(request, read(STATIC / "page.css"), "text/css", MINUTES)

    @app.get("/widget.js")
    async def widget(request: Request) -> HTTPResponse:
        answer = _asset(request, read(WIDGET), "text/javascript", MINUTES)
        # Any site may load it; whether it may talk to the server, the origins decide.
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return answer


def _html(request: Request, asset: Asset) -> HTTPResponse:
    answer = _asset(request, asset, "text/html", "no-cache")
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer


def _asset(request: Request, asset: Asset | None, kind: str, cache: str) -> HTTPResponse:
    if asset is None:
        return refusal(503, "The widget has not been built.", "Run `make widget`.")
    headers = {
        "Cache-Control": cache,
        "ETag": asset.tag,
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("if-none-match") == asset.tag:
        return response.raw(b"", 304, headers)
    body = asset.content
    if "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["Content-Encoding"] = asset.packed, "gzip"
    return response.raw(body, 200, headers, f"{kind}; charset=utf-8")
