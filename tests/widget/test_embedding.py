"""On pages of others: hostile styles, attributes, inline, the script's size."""

from __future__ import annotations

import gzip

import pytest
from playwright.sync_api import expect

from tests.channels.serving import Server
from tests.widget.conftest import DESKTOP, PAY, WIDGET, NewPage, ask, open_widget, picture

pytestmark = [pytest.mark.model, pytest.mark.slow]


HOSTILE_STYLE = """
* { color: red !important; font: 40px cursive !important; background: lime !important;
    display: block !important; padding: 30px !important; letter-spacing: 9px !important; }
career-advisor { transform: rotate(9deg) !important; opacity: 0.1 !important; width: 9px !important;
    position: absolute !important; overflow: hidden !important; filter: blur(9px) !important; }
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


def test_the_script_is_small(advisor_server: Server):
    content = (WIDGET / "dist" / "widget.js").read_bytes()

    assert len(gzip.compress(content)) < 60 * 1024
    answer = advisor_server.get("/widget.js")
    assert answer.content == content
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
