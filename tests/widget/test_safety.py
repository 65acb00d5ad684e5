"""No text becomes a script, a link or an image; a strict policy holds."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.channels.serving import Server
from tests.widget.conftest import PAY, NewPage, ask, open_widget, picture

pytestmark = [pytest.mark.model, pytest.mark.slow]


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
    assert not {"script", "img", "iframe", "object", "embed"} & set(inside)
    links = page.locator("career-advisor a").evaluate_all("all => all.map(link => link.href)")
    assert set(links) <= {"tel:+18552951866"}
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
