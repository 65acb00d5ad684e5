"""Every state in phone and desktop size and both themes: photographed, and checked by axe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.widget.conftest import DESKTOP, PHONE, WIDGET, NewPage, ask, open_widget, picture

pytestmark = [pytest.mark.model, pytest.mark.slow]

AXE = WIDGET / "node_modules" / "axe-core" / "axe.min.js"
NARROWEST = (320, 568)


def violations(page: Page) -> list[str]:
    """What axe finds wrong, one line each."""
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("() => axe.run(document)")
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def greeting(page: Page) -> None:
    open_widget(page)


def pay(page: Page) -> None:
    open_widget(page)
    ask(page, "What does it pay?")


def own_pay(page: Page) -> None:
    open_widget(page)
    ask(page, "I make 85k now, how does that compare")
    page.locator(".source summary").last.click()


def duties(page: Page) -> None:
    open_widget(page)
    ask(page, "What are the duties?")


def two_answers(page: Page) -> None:
    open_widget(page)
    ask(page, "what is the salary range and what do information systems managers earn?")


def fit_question(page: Page) -> None:
    open_widget(page)
    page.get_by_role("button", name="Can you check whether it fits me?").click()
    page.locator("progress").wait_for()


def fit_result(page: Page) -> None:
    fit_question(page)
    for number in range(1, 6):
        expect(page.locator("progress")).to_have_count(number)
        page.locator(".chips button").first.click()
    page.locator(".card").wait_for()


def menu(page: Page) -> None:
    pay(page)
    page.get_by_role("button", name="Menu").click()


def deleting(page: Page) -> None:
    menu(page)
    page.get_by_role("button", name="Delete my conversation").click()


def thumb_down(page: Page) -> None:
    pay(page)
    page.get_by_role("button", name="Not helpful").click()
    page.get_by_role("button", name="Outdated").click()
    expect(page.get_by_role("button", name="Outdated")).to_have_attribute("aria-pressed", "true")


def failed(page: Page) -> None:
    pay(page)
    page.context.set_offline(True)
    page.get_by_label("Your question").fill("What are the duties?")
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("button", name="Send again").wait_for()


def slow(page: Page) -> None:
    page.clock.install()
    open_widget(page)
    page.route("**/messages", lambda route: None)
    with page.expect_request("**/messages"):
        page.get_by_role("button", name="How much does it pay?").click()
    page.clock.run_for(5_000)
    conversation = page.get_by_role("region", name="Conversation")
    conversation.get_by_text("Still working on it").wait_for()


def started_again(page: Page) -> None:
    menu(page)
    page.get_by_role("button", name="Start again").click()
    page.get_by_text("before you started again").wait_for()


def closed(page: Page) -> None:
    page.locator("career-advisor").evaluate("element => element.close()")
    page.locator(".launcher").wait_for()


STATES: dict[str, Callable[[Page], None]] = {
    function.__name__: function
    for function in (
        *(closed, greeting, pay, own_pay, duties, two_answers, fit_question, fit_result),
        *(menu, deleting, started_again, thumb_down, failed, slow),
    )
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("state", STATES)
def test_no_state_has_an_axe_violation(
    new_page: NewPage, state: str, size: tuple[int, int], theme: str
):
    page = new_page(size=size, color_scheme=theme, reduced_motion="reduce")

    STATES[state](page)

    picture(page, f"{state}-{'phone' if size == PHONE else 'desktop'}-{theme}")
    assert violations(page) == []


# What is wider than its screen, or wider than the place that it stands in.
CUT_OFF = """() => [...document.querySelector("career-advisor").shadowRoot.querySelectorAll("*")]
    .filter(e => !e.closest(".quiet"))
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1
        || e.getBoundingClientRect().left < -1
        || (e.matches(".panel *:not(svg *)") && e.scrollWidth > e.clientWidth + 1
            && getComputedStyle(e).display !== "inline"))
    .map(e => e.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("state", ["pay", "two_answers", "fit_result", "menu", "deleting"])
def test_nothing_is_cut_off_on_the_narrowest_screen(new_page: NewPage, state: str):
    page = new_page(size=NARROWEST)

    STATES[state](page)

    picture(page, f"{state}-narrowest")
    assert page.evaluate(CUT_OFF) == []
    assert violations(page) == []


@pytest.mark.parametrize("state", ["pay", "two_answers", "fit_result", "menu", "deleting"])
def test_nothing_is_cut_off_or_covered_at_a_zoom_of_200_percent(new_page: NewPage, state: str):
    """A browser's zoom halves the page's pixels and doubles what one is drawn with."""
    page = new_page(size=(DESKTOP[0] // 2, DESKTOP[1] // 2), device_scale_factor=2)

    STATES[state](page)

    picture(page, f"{state}-zoomed")
    assert page.evaluate(CUT_OFF) == []
    assert violations(page) == []
    expect(page.get_by_role("heading", name="Ask the career advisor")).to_be_in_viewport(ratio=1)
    expect(page.get_by_label("Your question")).to_be_in_viewport(ratio=1)
    assert page.locator(".scroll").evaluate("e => e.clientHeight") >= 120


def test_right_to_left_pages_turn_the_widget_round(new_page: NewPage):
    page = new_page()
    page.evaluate("document.documentElement.dir = 'rtl'")

    open_widget(page)

    box = page.locator(".panel").bounding_box()
    assert box is not None
    assert box["x"] < 100
    picture(page, "right-to-left")
