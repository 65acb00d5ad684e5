"""A conversation goes on over reloads, and what was typed is not lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.channels.serving import Server
from tests.widget.conftest import PAY, NewPage, ask, open_widget
from tests.widget.stored import asked, sender

pytestmark = [pytest.mark.model, pytest.mark.slow]


def test_the_conversation_goes_on_after_a_reload_and_on_other_pages(new_page: NewPage):
    page = new_page()
    open_widget(page)
    ask(page, PAY)

    page.reload()
    open_widget(page)

    expect(page.locator("li.saying")).to_have_count(2)
    expect(page.get_by_role("img")).to_have_count(1)
    ask(page, "and where is that from?")
    expect(page.locator(".lead").last).to_contain_text("pay figures")


def test_a_draft_outlives_a_reload(new_page: NewPage):
    page = new_page()
    open_widget(page)
    page.get_by_label("Your question").fill("what about my")

    page.reload()
    open_widget(page)

    expect(page.get_by_label("Your question")).to_have_value("what about my")


def test_a_message_under_way_outlives_a_reload(new_page: NewPage, advisor_server: Server):
    page = new_page()
    open_widget(page)
    ask(page, PAY)
    name = sender(page)
    page.route("**/messages", lambda route: route.abort())
    page.get_by_label("Your question").fill("What are the duties?")
    page.get_by_label("Your question").press("Enter")
    expect(page.locator(".failed")).to_be_visible()
    page.unroute("**/messages")

    page.reload()
    open_widget(page)
    page.get_by_role("button", name="Send again").click()

    expect(page.locator(".answer ul li")).to_have_count(9)
    assert asked(advisor_server, name) == [PAY, "What are the duties?"]


def test_an_ended_session_is_replaced_and_the_message_answered(new_page: NewPage):
    page = new_page()
    open_widget(page)
    ask(page, PAY)
    page.evaluate(
        """() => {
            const [key, token] = Object.entries(localStorage).find(([k]) => k.endsWith(":session"));
            localStorage.setItem(key, token.slice(0, -4) + "AAAA");
        }"""
    )

    ask(page, "What are the duties?")

    expect(page.locator(".notice")).to_contain_text("session has ended")
    expect(page.locator(".answer ul li")).to_have_count(9)
