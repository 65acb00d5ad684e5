"""The page and the script at the server's root."""

from __future__ import annotations

import json
import re

import pytest
import requests

from bot.answers import answer_topic
from bot.knowledge import Knowledge
from bot.settings import Settings
from bot.site.faq import plain, sections
from bot.site.page import Page, snippet
from bot.site.welcome import privacy
from bot.understanding import Question
from tests.channels.serving import Server


def served(base: str = "https://advisor.example.edu") -> str:
    return Page(Settings()).at(base).content.decode()


def test_every_topic_that_can_be_asked_in_one_question_stands_on_the_page(known: Knowledge):
    told = {entry.question for section in sections(known) for entry in section.entries}

    missing = {topic.id for topic in known.topics.values() if topic.question not in told}
    assert missing == {"fit_check", "salary_own_pay"}


def test_structured_data_says_what_the_advisor_says(known: Knowledge):
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', served(), re.DOTALL)
    assert found is not None
    questions = json.loads(found[1])["mainEntity"]
    answers = {entry["name"]: entry["acceptedAnswer"]["text"] for entry in questions}

    median = answer_topic(known, Question("salary_median"))
    assert answers[known.topics["salary_median"].question] == plain(median)
    assert "roughly $90,000" in plain(median)
    assert "Pay may vary" in plain(median)


def test_an_address_cannot_break_out_of_the_page():
    assert "<script>evil" not in served('https://x"><script>evil')


def test_the_page_is_made_once_for_an_address():
    page = Page(Settings())

    assert page.at("https://a") is page.at("https://a")
    assert b"https://b/widget.js" in page.at("https://b").content


def test_privacy_says_how_long_conversations_are_kept():
    assert "for 7 days" in privacy(Settings(retention=7.0))
    assert "until you delete it" in privacy(Settings(retention=float("inf")))


def test_the_snippet_names_address_title_and_colour():
    assert snippet("https://a.example", "Ask us", "#123456") == (
        '<script src="https://a.example/widget.js" data-title="Ask us" data-accent="#123456" '
        "async></script>"
    )


@pytest.mark.slow
def test_the_page_has_a_policy_that_allows_its_own_files_alone(server: Server):
    answer = server.get("/")

    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.slow
def test_what_has_not_changed_is_not_sent_again(server: Server):
    first = server.get("/page.css")
    tag = {"If-None-Match": first.headers["ETag"]}
    again = requests.get(server.url + "/page.css", headers=tag, timeout=30)

    assert (first.status_code, again.status_code) == (200, 304)
    assert again.content == b""
