"""What the widget does, against the real server: resume, retry, delete, keyboard, isolation."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.channels.serving import Server
from tests.widget.conftest import DESKTOP, PHONE, WIDGET, NewPage, ask, open_widget, picture

pytestmark = [pytest.mark.model, pytest.mark.slow]

PAY = "What does it pay?"


def sender(page: Page) -> str:
    token = page.evaluate(
        "() => Object.entries(localStorage).find(([key]) => key.endsWith(':session'))[1]"
    )
    return "web-" + str(token).partition(".")[0]


def rows(server: Server, table: str, name: str) -> list[Any]:
    with closing(sqlite3.connect(server.home / "var" / "conversations.db")) as database:
        return database.execute(f"select * from {table} where sender_id = ?", (name,)).fetchall()


def asked(server: Server, name: str) -> list[str]:
    """The texts of the user's messages that are stored."""
    with closing(sqlite3.connect(server.home / "var" / "conversations.db")) as database:
        found = database.execute(
            "select data from events where sender_id = ? and type_name = 'user' order by id",
            (name,),
        )
        return [json.loads(data)["text"] for (data,) in found]


def test_the_greeting_tells_of_the_bot_and_offers_four_questions(new_page: NewPage):
    page = new_page()

    open_widget(page)

    expect(page.locator(".privacy")).to_contain_text("You are talking to a bot.")
    expect(page.locator(".privacy")).to_contain_text("90 days")
    expect(page.locator(".chips button")).to_have_count(4)


def test_nothing_is_kept_before_the_first_message(new_page: NewPage):
    page = new_page()

    open_widget(page)

    assert page.evaluate("() => localStorage.length") == 0


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


def test_an_advisor_that_cannot_be_reached_is_said_and_tried_again(new_page: NewPage):
    page = new_page("/page.css")
    page.route("**/welcome", lambda route: route.abort(), times=1)
    page.goto(page.url.replace("/page.css", "/"))
    expect(page.locator(".notice")).to_contain_text("cannot be reached")

    page.get_by_role("button", name="Try again").click()

    page.locator(".privacy").wait_for()
    expect(page.locator(".notice")).to_have_count(0)


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


def test_a_thumb_is_stored_with_its_reason_and_the_replys_facts(
    new_page: NewPage, advisor_server: Server
):
    page = new_page()
    open_widget(page)
    ask(page, PAY)

    page.get_by_role("button", name="Not helpful").click()
    with page.expect_response("**/feedback"):
        page.get_by_role("button", name="Outdated").click()

    (row,) = rows(advisor_server, "feedback", sender(page))
    assert row[4:] == (0, "outdated", '["M6", "M5"]')


def test_starting_again_begins_a_conversation_of_its_own(new_page: NewPage):
    page = new_page()
    open_widget(page)
    ask(page, PAY)
    first = sender(page)

    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Start again").click()
    expect(page.locator("li.saying")).to_have_count(0)
    ask(page, "where is that from?")

    assert sender(page) != first
    expect(page.locator(".lead").last).to_contain_text("only just started")


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


EVIL = (
    "<script>evil=1</script><img src=x onerror=evil=1><svg onload=evil=1>"
    "[link](javascript:evil=1) <a href='javascript:evil=1'>x</a> ![](https://evil.example/x.png)"
    "<iframe srcdoc='<script>parent.evil=1</script>'></iframe>"
)
EVIL_REPLY = {
    "text": EVIL,
    "data": {
        "answers": [
            {
                **dict.fromkeys(("topic", "lead", "caveat", "source"), EVIL),
                "kind": "fact",
                "points": [EVIL],
                "own": [],
                "facts": [],
                "beside": [],
                "named": [EVIL],
                "figures": [
                    {
                        "reference": EVIL,
                        "value": value,
                        "unit": "usd_per_year",
                        "statistic": statistic,
                        "hedge": EVIL,
                        "occupation": EVIL,
                        "relation": "related" if statistic == "average" else "same",
                    }
                    for value, statistic in ((1, "low"), (2, "average"), (3, "high"))
                ],
            }
        ],
        "suggestions": [EVIL],
    },
}


def test_no_text_becomes_a_script_a_link_or_an_image_even_without_a_policy(new_page: NewPage):
    page = new_page(bypass_csp=True)
    strange: list[str] = []
    page.on("request", lambda request: strange.append(request.url))
    page.route(
        "**/messages", lambda r: r.fulfill(json={"message_id": "m", "replies": [EVIL_REPLY]})
    )
    open_widget(page)

    ask(page, EVIL)
    page.locator(".source summary").click()
    page.locator(".chips button").click()
    expect(page.locator("li.saying")).to_have_count(4)

    assert page.evaluate("typeof evil") == "undefined"
    inside = page.evaluate(
        """() => [...document.querySelector("career-advisor").shadowRoot.querySelectorAll("*")]
            .map(element => element.localName)"""
    )
    assert not {"script", "img", "iframe", "a", "object", "embed"} & set(inside)
    assert not [url for url in strange if "evil" in url]
    picture(page, "hostile-text")


def test_what_was_typed_comes_back_from_the_server_as_text(new_page: NewPage):
    page = new_page(bypass_csp=True)
    open_widget(page)
    ask(page, EVIL)

    page.reload()
    open_widget(page)

    expect(page.locator(".user p")).to_have_text(EVIL)
    assert page.evaluate("typeof evil") == "undefined"


def test_a_strict_policy_is_sent_and_nothing_breaks_it(new_page: NewPage, advisor_server: Server):
    policy = advisor_server.get("/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    page = new_page()
    broken: list[str] = []
    page.on("console", lambda message: broken.append(message.text))

    open_widget(page)
    ask(page, PAY)

    assert broken == []
    colour = page.locator(".user .bubble").evaluate("e => getComputedStyle(e).backgroundColor")
    assert colour == "rgb(31, 78, 121)"


def test_nothing_is_asked_of_third_parties(new_page: NewPage, advisor_server: Server):
    page = new_page("/page.css")
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))

    page.goto(advisor_server.url)
    open_widget(page)
    ask(page, PAY)

    assert hosts - {""} == {urlsplit(advisor_server.url).netloc}


HOSTILE_STYLE = """
* { color: red !important; font: 40px cursive !important; background: lime !important;
    display: block !important; padding: 30px !important; transform: rotate(9deg) !important; }
button, textarea, p, li, div, section { visibility: hidden !important; float: left !important; }
"""


def test_hostile_page_styles_do_not_reach_it_and_its_own_do_not_leave(
    new_page: NewPage, advisor_server: Server
):
    page = new_page("/health/live")
    look = """() => {
        const root = document.querySelector("career-advisor").shadowRoot;
        return [".panel", ".privacy", ".chips button", "textarea", "h2"].map(name => {
            const element = root.querySelector(name);
            const style = getComputedStyle(element);
            const box = element.getBoundingClientRect();
            return [name, style.color, style.fontSize, style.backgroundColor, style.padding,
                style.visibility, Math.round(box.width), Math.round(box.x)];
        });
    }"""
    load = """url => new Promise(done => {
        const script = document.createElement("script");
        script.src = url; script.onload = done; document.head.append(script);
    })"""
    globals_of = "() => Object.getOwnPropertyNames(window)"
    before = set(page.evaluate(globals_of))
    body = page.evaluate("() => getComputedStyle(document.body).cssText")
    page.evaluate(load, advisor_server.url + "/widget.js")
    open_widget(page)
    calm = page.evaluate(look)
    assert set(page.evaluate(globals_of)) - before == set()
    assert page.evaluate("() => getComputedStyle(document.body).cssText") == body

    page.add_style_tag(content=HOSTILE_STYLE)

    assert page.evaluate(look) == calm
    picture(page, "hostile-page")


def test_the_attributes_of_the_tag_set_title_colour_theme_and_side(
    new_page: NewPage, advisor_server: Server
):
    page = new_page("/health/live")
    page.evaluate(
        """url => new Promise(done => {
            const script = document.createElement("script");
            Object.assign(script.dataset, { title: "Ask us", accent: "#ffd500", theme: "dark",
                position: "left" });
            script.src = url; script.onload = done; document.head.append(script);
        })""",
        advisor_server.url + "/widget.js",
    )

    launcher = page.locator("button.launcher")

    expect(launcher).to_have_text("Ask us")
    assert launcher.evaluate(
        "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]"
    ) == ["rgb(255, 213, 0)", "rgb(0, 0, 0)"]
    box = launcher.bounding_box()
    assert box is not None
    assert box["x"] < 100
    open_widget(page)
    ask(page, PAY)
    picture(page, "yellow-dark-left")


def test_it_can_stand_in_the_page(new_page: NewPage, advisor_server: Server):
    page = new_page("/health/live", size=DESKTOP)
    page.evaluate(
        """url => new Promise(done => {
            document.body.innerHTML =
                '<div style="height: 600px"><career-advisor inline></career-advisor></div>';
            const script = document.createElement("script");
            script.src = url; script.onload = done; document.head.append(script);
        })""",
        advisor_server.url + "/widget.js",
    )

    page.locator(".privacy").wait_for()

    expect(page.locator(".launcher, .close")).to_have_count(0)
    assert page.locator(".panel").evaluate("e => e.getBoundingClientRect().height") == 600
    ask(page, PAY)
    picture(page, "inline")


def test_the_page_has_the_facts_without_javascript(new_page: NewPage):
    page = new_page(java_script_enabled=False)

    page.get_by_text("What is the median salary?").click()

    answer = page.locator("details[open] p").first
    expect(answer).to_have_text("The article reports a median annual wage of roughly $90,000.")
    picture(page, "page-without-javascript")


def test_the_script_is_small(advisor_server: Server):
    content = (WIDGET / "dist" / "widget.js").read_bytes()

    assert len(gzip.compress(content)) < 60 * 1024
    answer = advisor_server.get("/widget.js")
    assert answer.content == content
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
