"""The element alone, in a real Chromium, with answers that no server gave."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.widget.conftest import WIDGET, open_widget

HOST = "http://site.test"
WELCOME = {
    "job": "tester",
    "greeting": "Hello. A person: 555-0100.",
    "suggestions": ["One?"],
    "privacy": "A bot.",
    "phone": "555-0100",
}
TAG = '<!doctype html><html lang="en"><title>x</title><body><script src="/widget.js" {}></script>'

Make = Callable[..., Page]


def figure(statistic: str, value: float, relation: str = "same") -> dict[str, Any]:
    return {
        "reference": statistic,
        "value": value,
        "unit": "usd_per_year",
        "statistic": statistic,
        "hedge": "about",
        "occupation": "Other" if relation == "related" else None,
        "relation": relation,
    }


def answer(**more: Any) -> dict[str, Any]:
    bare = {"topic": "t", "kind": "fact", "lead": "Lead.", "points": [], "caveat": "", "source": ""}
    return bare | {"own": [], "facts": [], "figures": [], "step": None} | more


@pytest.fixture
def make(chromium: Browser) -> Iterator[Make]:
    """Makes pages of a site that embeds the widget; `answers` are given to every message."""
    context = chromium.new_context()
    errors: list[str] = []

    def make(attributes: str = "", answers: list[dict[str, Any]] | None = None) -> Page:
        replies = [{"text": "Text.", "data": {"answers": answers or [], "suggestions": []}}]
        given: dict[str, Any] = {
            "welcome": WELCOME,
            "sessions": {"session": "s"},
            "messages": {"message_id": "m", "replies": replies},
        }

        def serve(route: Route) -> None:
            path = route.request.url.removeprefix(HOST)
            if path == "/":
                route.fulfill(body=TAG.format(attributes), content_type="text/html")
            elif path == "/widget.js":
                route.fulfill(path=WIDGET / "dist" / "widget.js", content_type="text/javascript")
            else:
                route.fulfill(json=given[path.rpartition("/")[2]])

        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.route(f"{HOST}/**", serve)
        page.goto(HOST)
        return page

    yield make
    context.close()
    assert errors == []


def ask(page: Page) -> None:
    open_widget(page)
    page.get_by_role("button", name="One?").click()
    page.locator("li.saying:not(.user)").wait_for()


def test_a_second_tag_adds_no_second_widget(make: Make):
    page = make()
    page.add_script_tag(url="/widget.js")

    expect(page.locator("career-advisor")).to_have_count(1)


def test_a_tag_for_the_element_adds_none(make: Make):
    page = make('data-embed="element"')

    expect(page.locator("career-advisor")).to_have_count(0)
    assert page.evaluate("() => customElements.get('career-advisor') !== undefined")


@pytest.mark.parametrize(
    ("accent", "seen"),
    [
        ("#ffd500", ["rgb(255, 213, 0)", "rgb(0, 0, 0)"]),
        ("#123", ["rgb(17, 34, 51)", "rgb(255, 255, 255)"]),
        ("red; background: url(//evil.test)", ["rgb(31, 78, 121)", "rgb(255, 255, 255)"]),
    ],
)
def test_an_accent_is_a_colour_or_nothing(make: Make, accent: str, seen: list[str]):
    launcher = make(f"data-accent={json.dumps(accent)}").locator("button.launcher")

    assert seen == launcher.evaluate(
        "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]"
    )


def test_its_attributes_may_change_later(make: Make):
    page = make()
    page.locator("career-advisor").evaluate("e => e.setAttribute('heading', 'Ask us')")

    expect(page.locator("button.launcher")).to_have_text("Ask us")


def test_a_number_in_a_text_can_be_called(make: Make):
    page = make()
    open_widget(page)

    expect(page.get_by_role("link", name="555-0100")).to_have_attribute("href", "tel:+15550100")


def test_a_text_is_cut_at_what_the_server_takes(make: Make):
    page = make()
    with page.expect_request("**/messages") as sent:
        page.locator("career-advisor").evaluate("e => void e.send('x'.repeat(2000))")

    assert len(json.loads(sent.value.post_data or "")["message"]) == 1000


def test_an_answer_without_structure_is_its_text(make: Make):
    page = make()
    ask(page)

    expect(page.locator("li.saying:not(.user) .bubble")).to_have_text("Text.")


def test_answers_that_share_caveat_and_source_show_them_once(make: Make):
    shared = {"caveat": "It may vary.", "source": "the article"}
    page = make(answers=[answer(**shared), answer(**shared)])
    ask(page)

    expect(page.locator(".answer")).to_have_count(2)
    expect(page.locator(".caveat")).to_have_count(1)
    expect(page.locator(".answer").last.locator(".source")).to_have_count(1)


RANGE = [figure("low", 60_000), figure("high", 120_000)]


@pytest.mark.parametrize(
    ("more", "label"),
    [
        ({}, "Pay a year: range from about $60,000 to about $120,000."),
        ({"own": [90_000]}, "to about $120,000; your pay: $90,000."),
    ],
)
def test_a_range_of_pay_is_drawn_with_its_text(make: Make, more: dict[str, Any], label: str):
    page = make(answers=[answer(figures=RANGE, **more)])
    ask(page)

    assert label in str(page.get_by_role("img").get_attribute("aria-label"))
    expect(page.locator("circle.own")).to_have_count(len(more.get("own", [])))


def test_the_marks_stand_where_their_values_are(make: Make):
    page = make(answers=[answer(figures=[*RANGE, figure("median", 75_000)])])
    ask(page)

    bar = page.locator("rect.range").bounding_box()
    mark = page.locator("rect.median").bounding_box()
    assert bar is not None
    assert mark is not None
    place = (mark["x"] + mark["width"] / 2 - bar["x"]) / bar["width"]
    assert place == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize(
    "figures",
    [
        [figure("median", 90_000)],
        [figure("low", 120_000), figure("high", 60_000)],
        [figure("low", 60_000, "related"), figure("high", 120_000, "related")],
    ],
    ids=["no range", "a range that ends before it begins", "another job's"],
)
def test_what_is_no_range_of_this_job_is_not_drawn(make: Make, figures: list[dict[str, Any]]):
    page = make(answers=[answer(figures=figures)])
    ask(page)

    expect(page.locator(".lead").last).to_have_text("Lead.")
    expect(page.locator(".chart")).to_have_count(0)


def test_moved_to_another_place_it_goes_on(make: Make):
    page = make()
    open_widget(page)
    page.evaluate(
        """() => {
            const place = document.createElement("main");
            document.body.append(place);
            place.append(document.querySelector("career-advisor"));
        }"""
    )

    ask(page)

    expect(page.locator("li.saying")).to_have_count(2)
