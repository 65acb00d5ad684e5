"""The terminal's parts that need neither a terminal nor Rasa."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Iterator
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.settings import Settings
from bot.terminal import ask_once
from bot.terminal.chat import greet
from bot.terminal.conversation import Conversation, Leave, Notice
from bot.terminal.engine import Engine
from bot.terminal.prompt import KeptHistory, open_history
from bot.terminal.reply import Block, Reply, Suggestion, read_reply, visible
from bot.terminal.screen import Screen
from tests.channels.terminal_stand_in import StandIn


def shown(reply: Reply, width: int, monkeypatch: pytest.MonkeyPatch, **options: Any) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    console = Console(file=io.StringIO(), width=width, **options)
    Screen(console).reply(reply)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def messages(text: str) -> list[dict[str, Any]]:
    return asyncio.run(StandIn().reply(text, "somebody"))


# Reading replies


def test_reply_keeps_the_plain_text_and_has_a_block_for_each_answer() -> None:
    said = messages("duties and the median")
    reply = read_reply(said)
    assert reply.text == said[0]["text"]
    assert [answer["topic"] for answer in reply.answers] == ["salary_median", "duties_overview"]
    median, duties = reply.blocks
    assert median.points == ()
    assert len(duties.points) == 9
    assert [block.lead in reply.text for block in reply.blocks] == [True, True]


def test_last_buttons_count_where_the_fit_check_goes_on_after_an_answer() -> None:
    reply = read_reply(messages("duties, in the fit check"))
    assert [answer["topic"] for answer in reply.answers] == ["duties_overview", "fit_check"]
    assert "Yes" in [suggestion.title for suggestion in reply.suggestions]


def test_text_without_structure_is_shown_as_it_is() -> None:
    reply = read_reply([{"text": "Sorry."}, {"custom": {"data": {"other": 1}}}, {"custom": None}])
    assert reply.blocks == (Block("Sorry."),)
    assert reply.answers == ()


def test_caveat_and_source_that_answers_share_are_shown_once_after_the_last() -> None:
    answer = {"lead": "A.", "points": [], "caveat": "Pay varies.", "source": "the article"}
    data = {"answers": [answer, {**answer, "lead": "B."}]}
    reply = read_reply([{"text": "A.\nB."}, {"custom": {"data": data}}])
    assert reply.blocks == (Block("A."), Block("B.", (), "Pay varies.", "the article"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x1b[31mb\x9bc\x07\r\0", "a[31mbc"),
        ("a\u202eb\u2066\ufeff\ud800", "ab"),
        ("two\nlines\tand a tab", "two\nlines and a tab"),
        ("क्षमा करें \u200d 很抱歉 👩\u200d⚕️", "क्षमा करें \u200d 很抱歉 👩\u200d⚕️"),
    ],
)
def test_visible_takes_away_what_a_terminal_would_obey(text: str, expected: str) -> None:
    assert visible(text) == expected


# Showing them


@pytest.mark.parametrize("width", [20, 40, 80])
def test_lines_fit_the_terminal_and_lose_nothing(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = read_reply(messages("duties and the median"))
    text = shown(reply, width, monkeypatch)
    assert max(len(line) for line in text.splitlines()) <= width
    words = " ".join(text.split())
    for block in reply.blocks:
        assert block.lead in words
        assert block.source in words
    assert text.count("•") == 9


def test_lines_are_never_wider_than_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(Reply("", (Block("word " * 100),)), 200, monkeypatch)
    assert 70 < max(len(line.rstrip()) for line in text.splitlines()) <= 88


def test_wrapped_points_stay_clear_of_their_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(Reply("", (Block("Lead:", ("one two three four five",)),)), 20, monkeypatch)
    assert [line.rstrip() for line in text.splitlines() if line.strip()] == [
        "Lead:",
        "  • one two three",
        "    four five",
    ]


def test_answers_are_set_apart_and_suggestions_numbered(monkeypatch: pytest.MonkeyPatch) -> None:
    suggestions = (Suggestion("What next?", "x"), Suggestion("And then?", "y"))
    text = shown(Reply("", (Block("One."), Block("Two.")), suggestions), 40, monkeypatch)
    lines = [line.strip() for line in text.splitlines()]
    assert lines == ["", "One.", "", "─" * 40, "", "Two.", "", "1 What next?", "2 And then?", ""]


def test_markup_in_texts_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = "[red]x[/red] [link=http://e.x]y[/] [/nothing] :smile:"
    reply = Reply(
        "", (Block(hostile, (hostile,), hostile, hostile),), (Suggestion(hostile, hostile),)
    )
    text = shown(reply, 88, monkeypatch, force_terminal=True)
    assert text.count(hostile) == 5


def test_caveat_and_source_are_dim_and_the_answer_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    text = shown(
        Reply("", (Block("Lead.", (), "But.", "here"),)), 40, monkeypatch, force_terminal=True
    )
    assert text.splitlines()[1:] == [
        "Lead.",
        "\x1b[2mBut.\x1b[0m",
        "\x1b[2mSource: here.\x1b[0m",
        "",
    ]


def test_greeting_is_the_knowledge_files_own() -> None:
    greeting = greet()
    assert "bot" in greeting.text
    assert "855-295-1866" in greeting.text
    assert len(greeting.suggestions) == 3


# Conversation


@pytest.fixture
def advisor() -> StandIn:
    return StandIn()


@pytest.fixture
def engine(advisor: StandIn) -> Iterator[Engine]:
    engine = Engine(Settings(), lambda _: advisor)
    engine.start()
    wait([engine.loaded], timeout=30)
    yield engine
    engine.close()
    assert advisor.closed


@pytest.fixture
def talk(engine: Engine) -> Conversation:
    return Conversation(engine, wait_for, numbered=True)


def wait_for(future: Future[Any]) -> None:
    wait([future], timeout=30)


def notice(talk: Conversation, line: str) -> str:
    outcome = talk.take(line)
    assert isinstance(outcome, Notice)
    return outcome.text


@pytest.mark.parametrize("line", ["2", " 2 ", "2.", "2)"])
def test_number_chooses_a_suggestion(line: str, talk: Conversation, advisor: StandIn) -> None:
    talk.take("the median")
    second = talk.suggestions[1]
    assert talk.chosen(line) == second.title
    reply = talk.take(line)
    assert isinstance(reply, Reply)
    assert advisor.turns[-1][0] == second.payload


def test_number_without_a_suggestion_says_which_there_are(
    talk: Conversation, advisor: StandIn
) -> None:
    talk.take("the median")
    assert "from 1 to 3" in notice(talk, "7")
    assert "from 1 to 3" in notice(talk, "0")
    assert talk.chosen("7") is None
    assert len(advisor.turns) == 1


@pytest.mark.parametrize("line", ["60000", "12", "2 years", "²", "٢"])
def test_other_numbers_are_text(line: str, talk: Conversation, advisor: StandIn) -> None:
    talk.take("the median")
    talk.take(line)
    assert advisor.turns[-1][0] == line


def test_number_is_text_where_suggestions_are_not_shown(engine: Engine, advisor: StandIn) -> None:
    talk = Conversation(engine, wait_for, numbered=False)
    talk.take("the median")
    talk.take("2")
    assert advisor.turns[-1][0] == "2"


def test_options_of_the_fit_check_are_chosen_by_number(
    talk: Conversation, advisor: StandIn
) -> None:
    talk.take("fit check")
    talk.take("1")
    assert advisor.turns[-1][0] == "Yes"


def test_restart_begins_another_conversation_that_nobody_can_guess(
    talk: Conversation, advisor: StandIn
) -> None:
    talk.take("the median")
    assert "fresh" in notice(talk, "/restart")
    assert talk.suggestions == ()
    assert "Nothing has been asked" in notice(talk, "/why")
    talk.take("the median")
    senders = {sender for _, sender in advisor.turns}
    assert len(senders) == 2
    assert all(len(sender) >= 32 for sender in senders)


def test_why_tells_questions_and_facts(talk: Conversation) -> None:
    talk.take("the median in Boston, and the duties")
    text = notice(talk, "/why")
    assert "Question 1: “the median in Boston, and the duties”" in text
    assert "understood as: salary_median, 0.90, decision: answer" in text
    assert "runner-up: salary_overview, 0.04" in text
    assert "Question 3" in text
    assert "Answered: duties_overview (fact), facts: J6" in text


def test_why_names_what_was_named(talk: Conversation) -> None:
    talk.take("pay in boston")
    assert "named: place Boston (“boston”)" in notice(talk, "/why")


def test_why_survives_a_failure_without_a_traceback(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk.take("the median")

    async def fail(_self: StandIn, _text: str) -> dict[str, Any]:
        raise RuntimeError

    monkeypatch.setattr(StandIn, "parse", fail)
    assert "Sorry" in notice(talk, "/why")


def test_commands_are_listed_for_help_and_for_what_is_no_command(
    talk: Conversation, advisor: StandIn
) -> None:
    for line in ("/help", "/HELP", "/\x1b[31mfoo", "/"):
        text = notice(talk, line)
        assert all(name in text for name in ("/help", "/why", "/restart", "/quit"))
        assert "\x1b" not in text
    assert isinstance(talk.take("/quit"), Leave)
    assert advisor.turns == []


@pytest.mark.parametrize("line", ["x" * 1001, "\0\1"])
def test_what_cannot_be_taken_is_said_and_not_sent(
    line: str, talk: Conversation, advisor: StandIn
) -> None:
    assert "1,000 characters" in notice(talk, line)
    assert advisor.turns == []


# One question


def ask(question: str, capsys: pytest.CaptureFixture[str], *, as_json: bool = False) -> str:
    ask_once(Settings(), question, as_json=as_json, load=lambda _: StandIn())
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def test_ask_prints_the_plain_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("the median", capsys) == messages("the median")[0]["text"] + "\n"


def test_ask_prints_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(ask("the median", capsys, as_json=True))
    assert set(data) == {"text", "suggestions", "answers", "understood"}
    assert data["answers"][0]["figures"][0]["reference"] == "M6.median"
    assert data["answers"][0]["facts"][0] == "M6"
    first = data["understood"][0]
    assert (first["intent"], first["confidence"], first["decision"]) == (
        "salary_median",
        0.9,
        "answer",
    )
    named = json.loads(ask("pay in boston", capsys, as_json=True))["understood"][0]["named"]
    assert named == [{"entity": "place", "value": "Boston", "text": "boston"}]


@pytest.mark.parametrize("question", ["", " \n", "\0", "x" * 1001])
def test_ask_refuses_at_once_what_cannot_be_taken(
    question: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def never(_: Settings) -> StandIn:
        raise AssertionError("loaded")

    with pytest.raises(SystemExit) as caught:
        ask_once(Settings(), question, load=never)
    assert caught.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("advisor: The message ")


def test_ask_tells_a_failure_from_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        ask_once(Settings(), "break", load=lambda _: StandIn())
    assert caught.value.code == 1
    assert "Sorry" in capsys.readouterr().out


# History


def test_history_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "chat_history"
    history = open_history(path)
    history.store_string("what about \udcff pay?\x1b")
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(KeptHistory(str(path)).load_history_strings()) == ["what about  pay?"]


def test_history_that_cannot_be_kept_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where a folder should be")
    history = open_history(tmp_path / "var" / "chat_history")
    history.append_string("pay?")
    assert history.get_strings() == ["pay?"]


def test_a_script_sees_the_choices_that_it_is_asked_to_make() -> None:
    answer = {"kind": "offer", "lead": "Which?", "points": [], "caveat": "", "source": ""}
    buttons = [{"title": title, "payload": title} for title in ("The pay", "Something else")]
    structured = {"custom": {"data": {"answers": [answer]}}}
    offer = read_reply([{"text": "Which?", "buttons": buttons}, structured])
    assert offer.unadorned == "Which?\n- The pay\n- Something else"

    told = {"custom": {"data": {"answers": [{**answer, "kind": "fact"}]}}}
    assert read_reply([{"text": "Which?", "buttons": buttons}, told]).unadorned == "Which?"
