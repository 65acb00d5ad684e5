"""The card of the fit check on paper."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.widget.conftest import NewPage, picture
from tests.widget.test_states import fit_result

pytestmark = [pytest.mark.model, pytest.mark.slow]

# A browser without a screen has no dialog: what would be printed stays for a look.
PRINT = "window.print = () => { top.printed = (top.printed || 0) + 1; }"


def printed_card(page: Page) -> Frame:
    fit_result(page)
    page.get_by_role("button", name="Print this card").click()
    assert page.evaluate("printed") == 1
    (frame,) = page.frames[1:]
    return frame


def new_printing_page(new_page: NewPage) -> Page:
    page = new_page()
    page.add_init_script(PRINT)
    page.reload()
    return page


def test_the_card_alone_is_printed_with_its_points_source_and_a_persons_number(new_page: NewPage):
    page = new_printing_page(new_page)

    frame = printed_card(page)

    page.emulate_media(media="print")
    points = page.locator(".card li").all_inner_texts()
    assert len(points) == 5
    assert frame.locator("li").all_inner_texts() == points
    text = frame.locator("body").inner_text()
    for said in ("Fit check", "Ask the career advisor", "Source: ", "the article promises nothing"):
        assert said in text
    assert "855-295-1866" in text
    for other in ("Helpful", "Print this card", "You are talking to a bot"):
        assert other not in text


def test_it_fits_on_one_page_of_paper_in_black(new_page: NewPage):
    page = new_printing_page(new_page)
    frame = printed_card(page)
    colour = frame.locator("h2").evaluate("e => getComputedStyle(e).color")
    styles = "() => [...document.adoptedStyleSheets[0].cssRules].map(r => r.cssText).join('')"
    paper, style = frame.content(), frame.evaluate(styles)

    page.unroute_all()
    page.goto("about:blank")
    page.set_content(paper)
    page.add_style_tag(content=style)
    pdf = page.pdf(format="A4")

    assert colour == "rgb(0, 0, 0)"
    assert re.findall(rb"/Type\s*/Pages\s*/Count (\d+)", pdf) == [b"1"]
    expect(page.get_by_role("listitem")).to_have_count(5)
    page.set_viewport_size({"width": 794, "height": 600})
    picture(page, "card-on-paper")


def test_nothing_of_it_stays_in_the_page_after_printing(new_page: NewPage):
    page = new_printing_page(new_page)
    frame = printed_card(page)

    frame.evaluate("() => void setTimeout(() => dispatchEvent(new Event('afterprint')))")

    expect(page.locator("iframe")).to_have_count(0)
    page.get_by_role("button", name="Print this card").click()
    assert page.evaluate("printed") == 2
