"""The page at `/`: the widget to try, and the facts as text; and the documents' pages."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape

from bot.knowledge import Knowledge, knowledge
from bot.settings import PROJECT, Settings
from bot.site.documents import Document, content, documents
from bot.site.faq import Section, plain, sections
from bot.site.welcome import privacy

STATIC = Path(__file__).parent / "static"
# Made by `make widget`.
WIDGET = PROJECT / "widget" / "dist" / "widget.js"
TITLE = "Ask the career advisor"
ACCENT = "#1f4e79"


@dataclass(frozen=True)
class Asset:
    """A file as it is served.

    Attributes:
        content: its bytes.
        packed: the same under gzip.
        tag: changes with its content.
    """

    content: bytes
    packed: bytes
    tag: str

    @classmethod
    def of(cls, content: bytes) -> Asset:
        """Packs what is to be served."""
        tag = hashlib.sha256(content).hexdigest()[:20]
        return cls(content, gzip.compress(content, mtime=0), f'"{tag}"')


def read(path: Path) -> Asset | None:
    """A file, read anew when it has changed; None where there is none."""
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> Asset:
    return Asset.of(path.read_bytes())


class Page:
    """The page, made anew when the knowledge has changed."""

    def __init__(self, settings: Settings) -> None:
        """Takes the settings, which say how long conversations are kept."""
        self._settings = settings
        self._made: tuple[Knowledge, str, Asset] | None = None

    def at(self, base: str) -> Asset:
        """The page as it is served.

        Args:
            base: the server's own address, for the snippet.
        """
        known = knowledge()
        if self._made is None or self._made[0] is not known or self._made[1] != base:
            self._made = (known, base, Asset.of(self._text(known, base).encode()))
        return self._made[2]

    def _text(self, known: Knowledge, base: str) -> str:
        found = sections(known)
        return _filled(
            "page.html",
            job=known.career.job.name,
            article=known.career.article,
            phone=known.career.contact.phone,
            privacy=privacy(self._settings),
            sections=found,
            title=TITLE,
            accent=ACCENT,
            snippet=snippet(base),
            structured=_structured(found),
            documents=documents(),
        )


def document_page(document: Document) -> Asset:
    """A document as it is served; made anew when it has changed."""
    phone = knowledge().career.contact.phone
    return _document_page(document, document.path.stat().st_mtime_ns, phone)


@lru_cache(maxsize=8)
def _document_page(document: Document, _changed: int, phone: str) -> Asset:
    text = _filled(
        "document.html",
        document=document,
        content=content(document),
        documents=documents(),
        phone=phone,
    )
    return Asset.of(text.encode())


def _filled(template: str, **values: Any) -> str:
    environment = Environment(
        loader=PackageLoader("bot.site"), autoescape=select_autoescape(), trim_blocks=True
    )
    return environment.get_template(template).render(**values)


def snippet(base: str, title: str = TITLE, accent: str = ACCENT) -> str:
    """The tag that a site adds to its pages.

    Args:
        base: address of the advisor, such as https://advisor.example.edu.
        title: of the widget.
        accent: colour of its header.
    """
    return (
        f'<script src="{base}/widget.js" data-title="{title}" data-accent="{accent}" '
        "async></script>"
    )


def _structured(found: Sequence[Section]) -> dict[str, Any]:
    """The same questions in the terms of schema.org."""
    return {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "mainEntity": [
            {
                "@type": "Question",
                "name": entry.question,
                "acceptedAnswer": {"@type": "Answer", "text": plain(entry.answer)},
            }
            for section in found
            for entry in section.entries
        ],
    }
