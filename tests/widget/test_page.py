"""The page around it."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.channels.serving import Server
from tests.widget.conftest import DESKTOP, PHONE, NewPage, picture
from tests.widget.test_states import violations

pytestmark = [pytest.mark.model, pytest.mark.slow]


def test_the_page_has_the_facts_without_javascript(new_page: NewPage):
    page = new_page(java_script_enabled=False)

    page.get_by_text("What is the median salary?").click()

    answer = page.locator("details[open] p").first
    expect(answer).to_have_text("The article reports a median annual wage of roughly $90,000.")
    picture(page, "page-without-javascript")


def test_every_link_of_the_page_and_of_its_documents_leads_somewhere(
    new_page: NewPage, advisor_server: Server
):
    page = new_page()
    addresses = "() => [...document.links].map(link => link.href)"
    seen: set[str] = set()
    waiting = [advisor_server.url + "/"]
    places: set[str] = set()
    while waiting:
        address = waiting.pop()
        seen.add(address)
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        for link in page.evaluate(addresses):
            if not link.startswith(advisor_server.url):
                assert link.startswith(("tel:", "https://")), link
                continue
            path, _, place = link.partition("#")
            if place:
                places.add(link)
            if path not in seen and path not in waiting:
                waiting.append(path)
    assert {urlsplit(link).path for link in seen} > {"/", "/docs/embedding", "/docs/slack"}
    for link in places:
        page.goto(link)
        assert page.evaluate("() => document.querySelector(':target') !== null"), link


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", ["embedding", "slack", "operating", "scaling"])
def test_a_document_can_be_read_on_every_screen(
    new_page: NewPage, name: str, size: tuple[int, int], theme: str
):
    page = new_page(f"/docs/{name}", size=size, color_scheme=theme)
    expect(page.get_by_role("heading", level=1)).to_be_in_viewport()

    picture(page, f"document-{name}-{'phone' if size == PHONE else 'desktop'}-{theme}")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []
