"""By keyboard, by ear, from the page's own script: all of it can be reached."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.widget.conftest import PAY, PHONE, NewPage, ask, open_widget, picture

pytestmark = [pytest.mark.model, pytest.mark.slow]


def test_all_goes_by_keyboard_and_the_focus_comes_back(new_page: NewPage):
    page = new_page(size=PHONE)
    focused = "() => document.querySelector('career-advisor').shadowRoot.activeElement?.className"
    page.locator("button.launcher").focus()
    page.keyboard.press("Enter")
    page.locator(".privacy").wait_for()
    page.keyboard.type(PAY)
    page.keyboard.press("Enter")
    page.locator(".answer").wait_for()
    seen = set()
    for _ in range(20):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("() => document.activeElement.localName"))
    assert seen == {"career-advisor"}, "the focus left a panel that covers the page"

    page.keyboard.press("Escape")

    page.locator("button.launcher").wait_for()
    assert page.evaluate(focused) == "launcher"


def test_each_answer_is_announced_once(new_page: NewPage):
    page = new_page()
    open_widget(page)
    page.evaluate(
        """() => {
            window.announced = [];
            const root = document.querySelector("career-advisor").shadowRoot;
            const status = root.querySelector("[role=status]");
            new MutationObserver(() => status.textContent && announced.push(status.textContent))
                .observe(status, { childList: true, characterData: true, subtree: true });
        }"""
    )

    ask(page, PAY)
    page.locator(".source summary").click()

    announced = page.evaluate("announced")
    assert len([text for text in announced if "roughly $90,000" in text]) == 1


def test_an_answer_to_a_closed_widget_is_counted(new_page: NewPage):
    page = new_page()
    open_widget(page)

    def late(route: Route) -> None:
        page.evaluate("document.querySelector('career-advisor').close()")
        route.continue_()

    page.route("**/messages", late)
    page.get_by_label("Your question").fill(PAY)
    page.get_by_label("Your question").press("Enter")

    expect(page.locator(".badge")).to_contain_text("1")
    picture(page, "unread")
    open_widget(page)
    expect(page.locator(".badge")).to_have_count(0)


def test_the_page_can_drive_it_and_listen(new_page: NewPage):
    page = new_page(size=PHONE)
    page.evaluate(
        """async () => {
            window.heard = [];
            for (const name of ["open", "close", "message"])
                document.addEventListener(`career-advisor-${name}`,
                    event => heard.push([name, event.detail?.from]));
            const advisor = document.querySelector("career-advisor");
            await advisor.send("What does it pay?");
            advisor.close();
            advisor.open();
            advisor.reset();
        }"""
    )

    expect(page.locator("li.saying")).to_have_count(0)
    assert page.evaluate("heard") == [
        *(["open", None], ["message", "user"], ["message", "advisor"]),
        *(["close", None], ["open", None]),
    ]
