"""What an answer shows: the greeting, fact, list, chart, fit check, thumbs."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.channels.serving import Server
from tests.widget.conftest import PAY, NewPage, ask, open_widget
from tests.widget.stored import rows, sender

pytestmark = [pytest.mark.model, pytest.mark.slow]


def test_the_greeting_tells_of_the_bot_and_offers_four_questions(new_page: NewPage):
    page = new_page()

    open_widget(page)

    expect(page.locator(".privacy")).to_contain_text("You are talking to a bot.")
    expect(page.locator(".privacy")).to_contain_text("90 days")
    expect(page.locator(".chips button")).to_have_count(4)


def test_an_answer_has_fact_chart_caveat_source_and_suggestions(new_page: NewPage):
    page = new_page()
    open_widget(page)

    ask(page, PAY)

    answer = page.locator(".answer")
    expect(answer.locator(".lead")).to_contain_text("median annual wage of roughly $90,000")
    expect(answer.get_by_role("img")).to_have_attribute(
        "aria-label",
        "Pay a year: range from about $61,000 to about $131,000; median roughly $90,000.",
    )
    expect(answer.locator(".caveat")).to_contain_text("Pay may vary")
    source = answer.locator(".source")
    assert source.evaluate("element => element.open") is False
    source.locator("summary").click()
    expect(source).to_contain_text("section Salary; undated")
    expect(page.locator(".chips button")).to_have_count(3)


def test_a_list_of_facts_is_a_list(new_page: NewPage):
    page = new_page()
    open_widget(page)

    ask(page, "What are the duties?")

    expect(page.locator(".answer ul li")).to_have_count(9)


def test_a_related_jobs_figure_stands_apart(new_page: NewPage):
    page = new_page()
    open_widget(page)

    ask(page, "what is the salary range and what do information systems managers earn?")

    expect(page.locator(".chart circle.related")).to_have_count(1)
    expect(page.locator(".chart figcaption")).to_contain_text("another job")


def test_the_fit_check_shows_progress_lets_go_and_ends_in_a_card(new_page: NewPage):
    page = new_page()
    open_widget(page)
    page.get_by_role("button", name="Can you check whether it fits me?").click()
    expect(page.get_by_role("progressbar", name="Question 1 of 5")).to_be_visible()
    page.locator(".chips").get_by_role("button", name="Yes", exact=True).click()
    expect(page.get_by_role("progressbar", name="Question 2 of 5")).to_be_visible()

    page.get_by_role("button", name="Stop the fit check").click()

    expect(page.locator(".lead").last).to_contain_text("I have stopped")
    expect(page.get_by_role("button", name="Stop the fit check")).to_have_count(0)


def test_a_thumb_is_stored_with_its_reason_and_the_replys_facts(
    new_page: NewPage, advisor_server: Server
):
    page = new_page()
    open_widget(page)
    ask(page, PAY)

    page.get_by_role("button", name="Not helpful").click()
    with page.expect_response(lambda response: "outdated" in (response.request.post_data or "")):
        page.get_by_role("button", name="Outdated").click()

    (row,) = rows(advisor_server, "feedback", sender(page))
    assert row[4:] == (0, "outdated", None, '["M6", "M5"]')
