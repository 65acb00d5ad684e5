"""The documents as pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.site import documents
from bot.site.documents import Document, anchor, content, find
from tests.channels.serving import Server

TEXT = """# Title

## What is *it*, and `how`?

<script>evil()</script> <img src=x onerror=evil()>
[a](javascript:evil()) [b](data:text/html,x) ![c](https://evil.example/x.png)
[embedding](embedding.md#attributes) [away](https://example.org) [code](../bot/cli.py)
[understanding](understanding.md) [section](#title)
"""


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(documents, "FOLDER", tmp_path)
    (tmp_path / "embedding.md").write_text(TEXT)
    return str(content(Document("embedding", "Title", "")))


def test_html_in_a_document_stays_text(written: str):
    assert "&lt;script&gt;evil()&lt;/script&gt;" in written
    assert "<script" not in written
    assert "<img" not in written


def test_links_lead_to_the_web_within_the_site_or_nowhere(written: str):
    assert '<a href="/docs/embedding#attributes">embedding</a>' in written
    assert '<a href="https://example.org">away</a>' in written
    assert '<a href="#title">section</a>' in written
    assert written.count("<a ") == 3
    assert "understanding" in written


def test_headings_can_be_linked_to(written: str):
    assert '<h1 id="title">' in written
    assert anchor("HTTP interface") == "http-interface"


def test_a_document_that_is_not_there_is_not_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert find("embedding") is not None
    assert find("../README") is None

    monkeypatch.setattr(documents, "FOLDER", tmp_path)

    assert documents.documents() == ()
    assert find("embedding") is None


@pytest.mark.slow
def test_documents_are_served_under_the_pages_policy(server: Server):
    answer = server.get("/docs/embedding")

    assert answer.status_code == 200
    assert "career-advisor-message" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["knowledge", "..%2fREADME", "embedding.md", "%00"])
def test_nothing_else_is_served_from_there(server: Server, name: str):
    assert server.get(f"/docs/{name}").status_code in (400, 404)
