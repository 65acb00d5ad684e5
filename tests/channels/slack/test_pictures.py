"""Pay figures as a picture within the answer, and the answer without it where that fails."""

from __future__ import annotations

import struct

import pytest

from bot.channels.slack.chart import Chart, Mark, chart_of, draw
from bot.channels.slack.connection import Connection
from tests.channels.slack import payloads
from tests.channels.slack.limits import hold, pictures_of, said_in
from tests.channels.slack.stand_in import Slack, failing

RANGE = "what is the salary range?"
LOW, HIGH = Mark(61000, "about", "low"), Mark(131000, "about", "high")
OTHER = Mark(76000, "approximately", "average", "Information Systems Manager")


def figure(statistic: str, value: int, **more: object) -> dict[str, object]:
    return {
        "unit": "usd_per_year",
        "value": value,
        "hedge": "about",
        "statistic": statistic,
        "occupation": None,
        "relation": "not_stated",
    } | more


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_a_related_job_stands_apart_in_words_and_in_the_picture() -> None:
    alone, beside = Chart(LOW, HIGH), Chart(LOW, HIGH, related=OTHER)
    apart = "set apart, a related job, Information Systems Manager: average approximately $76,000"
    assert apart in beside.words
    assert "related" not in alone.words
    # It has a row of its own.
    assert size(draw(alone))[0] == size(draw(beside))[0]
    assert size(draw(alone))[1] < size(draw(beside))[1]


def test_the_figures_of_a_related_job_are_never_the_range() -> None:
    related = {"relation": "related", "occupation": "Manager"}
    low, high = figure("low", 50_000, **related), figure("high", 60_000, **related)
    assert chart_of([{"figures": [low, high]}]) is None
    chart = chart_of([{"figures": [low, figure("low", 61_000), figure("high", 131_000)]}])
    assert chart is not None
    assert (chart.low.value, chart.related and chart.related.value) == (61_000, 50_000)


def test_without_a_range_there_is_nothing_to_draw() -> None:
    assert chart_of([]) is None
    assert chart_of([{"kind": "talk"}]) is None
    assert chart_of([{"figures": [figure("median", 90_000)]}]) is None
    assert chart_of([{"figures": [figure("low", 9), figure("high", 9)]}]) is None
    assert chart_of([{"figures": [figure("low", 1, unit="percent"), figure("high", 9)]}]) is None


def test_the_same_figures_are_drawn_once() -> None:
    assert draw(Chart(LOW, HIGH)) is draw(Chart(LOW, HIGH))


async def ask(slack: Slack, channel: str, question: str = RANGE) -> payloads.Payload:
    before = len(slack.posts)
    await slack.send("events_api", payloads.direct(question, channel))
    await slack.until_posts(before + 1)
    hold(slack.posts[-1])
    return slack.posts[-1]


@pytest.mark.model
async def test_the_answer_shows_the_picture_and_says_the_same_in_words(
    slack: Slack, connected: Connection
) -> None:
    first, second = await ask(slack, "D0PIC1"), await ask(slack, "D0PIC2")
    (picture,) = pictures_of(first)
    assert "range from about $61,000 to about $131,000" in picture["alt_text"]
    assert "$61,000" in said_in(first)
    assert "$131,000" in first["text"]
    assert size(slack.files[picture["slack_file"]["id"]])[0] > 1000
    # The file is shown again, and never shared as a message of its own.
    assert pictures_of(second) == [picture]
    (upload,) = slack.called("files.completeUploadExternal")
    assert not upload.get("channel_id")
    assert len(slack.posts) == 2


@pytest.mark.model
async def test_what_users_tell_of_their_pay_is_in_no_picture(
    slack: Slack, connected: Connection
) -> None:
    post = await ask(slack, "D0OWNPAY", "I make 85k now, how does that compare?")
    assert "$85,000" in said_in(post)
    assert all("85,000" not in picture["alt_text"] for picture in pictures_of(post))
    assert all(
        "85,000" not in call["alt_txt"] for call in slack.called("files.getUploadURLExternal")
    )


@pytest.mark.model
@pytest.mark.parametrize(
    ("method", "status", "error"),
    [
        ("files.getUploadURLExternal", 200, "missing_scope"),
        ("files.getUploadURLExternal", 429, "ratelimited"),
        ("files.completeUploadExternal", 500, "internal_error"),
    ],
)
async def test_where_no_file_can_be_uploaded_the_answer_goes_as_text(
    slack: Slack, connected: Connection, method: str, status: int, error: str
) -> None:
    slack.instead[method].append(failing(status, error))
    for number in range(2):  # and it is not tried at each answer
        post = await ask(slack, f"D0NOFILE{number}{error}".replace("_", ""))
        assert pictures_of(post) == []
        assert "$61,000" in said_in(post)
    assert len(slack.called(method)) == 1


@pytest.mark.model
async def test_a_new_file_is_waited_for(slack: Slack, connected: Connection) -> None:
    slack.unready = 2
    assert pictures_of(await ask(slack, "D0UNREADY"))
    assert len(slack.posts) == 1


@pytest.mark.model
async def test_a_file_that_is_gone_is_uploaded_anew(slack: Slack, connected: Connection) -> None:
    (before,) = pictures_of(await ask(slack, "D0GONEFILE1"))
    slack.whole.clear()
    assert pictures_of(await ask(slack, "D0GONEFILE2")) == []
    (after,) = pictures_of(await ask(slack, "D0GONEFILE3"))
    assert before != after
    assert len(slack.posts) == 3


@pytest.mark.model
async def test_what_one_person_alone_sees_is_text(slack: Slack, connected: Connection) -> None:
    await slack.send("slash_commands", payloads.command(RANGE, slack.response_url, "U0NOPIC"))
    await slack.until(lambda: bool(slack.responses))
    hold(slack.responses[0])
    assert pictures_of(slack.responses[0]) == []
    assert "$61,000" in said_in(slack.responses[0])
    assert slack.files == {}
