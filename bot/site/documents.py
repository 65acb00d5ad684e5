"""The documents for those who put the advisor on a site, in Slack or on a server, as pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from bot.settings import PROJECT

FOLDER = PROJECT / "docs"


@dataclass(frozen=True)
class Document:
    """A document that is served.

    Attributes:
        name: of its file, and in its address.
        title: its own.
        about: what it tells.
    """

    name: str
    title: str
    about: str

    @property
    def path(self) -> Path:
        """Its file."""
        return FOLDER / f"{self.name}.md"


_SERVED = (
    Document("embedding", "The chat widget", "the tag, its attributes, events and HTTP interface"),
    Document("slack", "Slack", "the same answers in direct messages and threads"),
    Document("operating", "Operating", "the REST API, limits, health, conversations, settings"),
    Document("scaling", "Scaling", "several processes, and what to run for how many messages"),
)


def documents() -> tuple[Document, ...]:
    """What is served of them: a package without its documents has none."""
    return tuple(document for document in _SERVED if document.path.is_file())


def find(name: str) -> Document | None:
    """The document of a name."""
    return next((document for document in documents() if document.name == name), None)


def content(document: Document) -> Markup:
    """A document as HTML.

    HTML in it stays text, and links go nowhere but to the web, to a telephone or within the site.
    """
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    text = re.sub(
        r"^<!--.*-->\n", "", document.path.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    tokens = markdown.parse(text)
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and following is not None:
            token.attrSet("id", anchor(following.content))
        if token.children is not None:
            token.children = _with_links(token.children)
    html: str = markdown.renderer.render(tokens, markdown.options, {})
    # A table that is wider than the screen is scrolled by itself, by keyboard too.
    html = html.replace("<table>", '<div class="wide" tabindex="0"><table>')
    html = html.replace("</table>", "</table></div>")
    # Nor does a cell without words name a column.
    return Markup(html.replace("<th></th>", "<td></td>"))


def anchor(heading: str) -> str:
    """The name under which links lead to a heading, as code hosts make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _with_links(tokens: list[Token]) -> list[Token]:
    """Lets links to other documents lead to their pages; those to what is not served are text."""
    kept: list[Token] = []
    ends: list[bool] = []
    for token in tokens:
        if token.type == "link_open":
            address = _address(str(token.attrGet("href") or ""))
            ends.append(address is not None)
            if address is None:
                continue
            token.attrSet("href", address)
        elif token.type == "link_close" and not ends.pop():
            continue
        if token.type != "image":
            kept.append(token)
    return kept


def _address(link: str) -> str | None:
    if re.match(r"https?://|tel:|#", link):
        return link
    file, _, place = link.partition("#")
    path = PurePosixPath(file)
    if path.suffix != ".md" or len(path.parts) > 1 or find(path.stem) is None:
        return None
    return f"/docs/{path.stem}" + (f"#{place}" if place else "")
