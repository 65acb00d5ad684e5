"""What goes wrong is said, can be tried again, and nothing is sent twice."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.channels.serving import Server
from tests.widget.conftest import PAY, NewPage, ask, open_widget
from tests.widget.stored import asked, sender

pytestmark = [pytest.mark.model, pytest.mark.slow]


def test_what_could_not_be_sent_is_kept_and_sent_once(new_page: NewPage, advisor_server: Server):
    page = new_page()
    open_widget(page)
    ask(page, PAY)
    name = sender(page)
    # The server takes it, but its answer is lost on the way.
    page.route("**/messages", lambda route: (route.fetch(), route.abort())[1], times=1)
    page.get_by_label("Your question").fill("What are the duties?")
    page.get_by_label("Your question").press("Enter")
    expect(page.locator(".failed")).to_be_visible()

    page.get_by_role("button", name="Send again").click()

    expect(page.locator(".answer ul li")).to_have_count(9)
    expect(page.locator(".failed")).to_have_count(0)
    assert asked(advisor_server, name) == [PAY, "What are the duties?"]


def test_offline_is_said_and_the_message_leaves_when_the_network_is_back(new_page: NewPage):
    page = new_page()
    open_widget(page)
    page.context.set_offline(True)
    page.get_by_label("Your question").fill(PAY)
    page.get_by_label("Your question").press("Enter")
    expect(page.locator(".failed")).to_have_text("You are offline.")

    page.context.set_offline(False)

    expect(page.locator(".answer")).to_have_count(1)


def test_a_server_that_refuses_is_told_in_its_own_words(new_page: NewPage):
    page = new_page()
    open_widget(page)
    busy = {"status": 429, "headers": {"Retry-After": "7"}, "json": {"error": "x", "remedy": "y"}}
    page.route("**/messages", lambda route: route.fulfill(**busy))  # type: ignore[arg-type]

    page.get_by_label("Your question").fill(PAY)
    page.get_by_label("Your question").press("Enter")

    expect(page.locator(".failed")).to_have_text("That was quick. Please try again in 7 seconds.")


def test_a_slow_answer_is_said_and_one_that_never_comes_is_given_up(new_page: NewPage):
    page = new_page()
    page.clock.install()
    open_widget(page)
    page.route("**/messages", lambda route: None)
    with page.expect_request("**/messages"):
        page.get_by_label("Your question").fill(PAY)
        page.get_by_label("Your question").press("Enter")
    typing = page.locator(".typing")
    expect(typing).to_have_text("Answering")

    page.clock.run_for(5_000)
    expect(typing).to_have_text("Still working on it")
    expect(page.locator("[role=status]")).to_have_text("Still working on it")

    page.clock.run_for(25_000)
    expect(page.locator(".failed")).to_have_text("The advisor took too long to answer.")
    expect(page.get_by_role("button", name="Send again")).to_be_visible()


def test_an_advisor_that_cannot_be_reached_is_said_and_tried_again(new_page: NewPage):
    page = new_page("/page.css")
    page.route("**/welcome", lambda route: route.abort(), times=1)
    page.goto(page.url.replace("/page.css", "/"))
    expect(page.locator(".notice")).to_contain_text("cannot be reached")

    page.get_by_role("button", name="Try again").click()

    page.locator(".privacy").wait_for()
    expect(page.locator(".notice")).to_have_count(0)
