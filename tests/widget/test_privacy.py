"""What is kept, what goes to third parties, and what deleting deletes."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.channels.serving import Server
from tests.widget.conftest import PAY, NewPage, ask, open_widget
from tests.widget.stored import rows, sender

pytestmark = [pytest.mark.model, pytest.mark.slow]


def start_again(page: Page) -> None:
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Start again").click()
    expect(page.locator("li.saying")).to_have_count(0)


def delete_all(page: Page) -> None:
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Delete my conversation").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator("[role=status]")).to_have_text("Your conversation was deleted.")


def test_nothing_is_kept_before_the_first_message(new_page: NewPage):
    page = new_page()

    open_widget(page)

    assert page.evaluate("() => localStorage.length") == 0


def test_a_conversation_is_deleted_on_the_server_after_a_second_thought(
    new_page: NewPage, advisor_server: Server
):
    page = new_page()
    open_widget(page)
    ask(page, PAY)
    page.get_by_role("button", name="Helpful", exact=True).click()
    expect(page.locator("button.up")).to_have_attribute("aria-pressed", "true")
    name = sender(page)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Delete my conversation").click()
    assert rows(advisor_server, "events", name)

    page.get_by_role("button", name="Delete it").click()

    expect(page.locator("li.saying")).to_have_count(0)
    expect(page.locator("[role=status]")).to_have_text("Your conversation was deleted.")
    for table in ("events", "conversations", "feedback"):
        assert rows(advisor_server, table, name) == []
    assert page.evaluate("() => localStorage.length") == 0


def test_another_tab_forgets_a_deleted_conversation_too(new_page: NewPage):
    page = new_page()
    open_widget(page)
    ask(page, PAY)
    other = new_page(context=page.context)
    open_widget(other)
    expect(other.locator("li.saying")).to_have_count(2)

    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Delete my conversation").click()
    page.get_by_role("button", name="Delete it").click()

    expect(other.locator("li.saying")).to_have_count(0)


def test_starting_again_begins_a_conversation_of_its_own(new_page: NewPage):
    page = new_page()
    open_widget(page)
    ask(page, PAY)
    first = sender(page)

    start_again(page)
    ask(page, "where is that from?")

    assert sender(page) != first
    expect(page.locator(".lead").last).to_contain_text("only just started")


def test_what_was_said_before_starting_again_is_deleted_too(
    new_page: NewPage, advisor_server: Server
):
    page = new_page()
    open_widget(page)
    ask(page, PAY)
    first = sender(page)
    start_again(page)
    expect(page.locator(".privacy")).to_contain_text("before you started again is kept as well")
    ask(page, "What are the duties?")
    second = sender(page)
    assert rows(advisor_server, "events", first)

    delete_all(page)

    for name in (first, second):
        assert rows(advisor_server, "events", name) == []
    expect(page.locator(".privacy")).not_to_contain_text("started again")
    assert page.evaluate("() => localStorage.length") == 0


def test_what_was_said_before_starting_again_can_be_deleted_with_nothing_said_since(
    new_page: NewPage, advisor_server: Server
):
    page = new_page()
    open_widget(page)
    ask(page, PAY)
    name = sender(page)
    start_again(page)
    page.reload()
    open_widget(page)

    delete_all(page)

    assert rows(advisor_server, "events", name) == []


def test_a_deletion_that_fails_loses_neither_conversation_nor_session(
    new_page: NewPage, advisor_server: Server
):
    page = new_page()
    open_widget(page)
    ask(page, PAY)
    name = sender(page)
    page.route("**/webhooks/web/session", lambda route: route.abort())
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Delete my conversation").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator(".notice")).to_contain_text("Nothing was deleted.")
    assert sender(page) == name

    page.unroute("**/webhooks/web/session")
    delete_all(page)

    assert rows(advisor_server, "events", name) == []


def test_a_message_under_way_is_deleted_with_the_rest(new_page: NewPage, advisor_server: Server):
    page = new_page()
    open_widget(page)
    ask(page, PAY)
    name = sender(page)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/messages", hold)
    page.get_by_label("Your question").fill("What are the duties?")
    with page.expect_request("**/messages"):
        page.get_by_label("Your question").press("Enter")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Delete my conversation").click()
    page.get_by_role("button", name="Delete it").click()

    held[0].continue_()

    expect(page.locator("[role=status]")).to_have_text("Your conversation was deleted.")
    assert rows(advisor_server, "events", name) == []


def test_the_transcript_can_be_kept(new_page: NewPage):
    page = new_page()
    open_widget(page)
    ask(page, PAY)
    page.get_by_role("button", name="Menu").click()

    with page.expect_download() as download:
        page.get_by_role("button", name="Download transcript").click()

    text = download.value.path().read_text()
    assert PAY in text
    assert "roughly $90,000" in text
    assert "Source: the article, section Salary" in text


def test_nothing_is_asked_of_third_parties(new_page: NewPage, advisor_server: Server):
    page = new_page("/page.css")
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))

    page.goto(advisor_server.url)
    open_widget(page)
    ask(page, PAY)

    assert hosts - {""} == {urlsplit(advisor_server.url).netloc}
