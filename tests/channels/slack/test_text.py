from __future__ import annotations

import pytest

from bot.channels.slack.text import escaped, mentions, plain


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("whats the median pay", "whats the median pay"),
        ("<@U0BOT> whats the pay", "whats the pay"),
        ("<@U0BOT|advisor>: pay?", ": pay?"),
        ("<@U1|ana> asks about pay", "@ana asks about pay"),
        ("<@U1> asks about pay", "@someone asks about pay"),
        ("see <#C1|jobs> and <#C2>", "see #jobs and #channel"),
        ("<!here> what do they earn", "@here what do they earn"),
        ("<!subteam^S1|@mentors> pay?", "@mentors pay?"),
        ("since <!date^1700000000^{date}|Nov 14>", "since Nov 14"),
        ("is <https://a.example/x?y=1&amp;z=2> right?", "is https://a.example/x?y=1&z=2 right?"),
        ("is <https://a.example|this page> right?", "is this page right?"),
        # A bare link before a labelled one: all that stands between them is kept.
        (
            "<https://a.example> and the pay in <https://b.example|Boston>",
            "https://a.example and the pay in Boston",
        ),
        ("write to <mailto:a@b.example|a@b.example>", "write to a@b.example"),
        ("call <tel:+18552951866|855-295-1866>", "call 855-295-1866"),
        ("R&amp;D or &lt;90k&gt; a year?", "R&D or <90k> a year?"),
        ("&amp;lt; stays", "&lt; stays"),
        (":wave: hello :slightly_smiling_face:", "👋 hello"),
        (":+1::skin-tone-3:", "👍"),
        (":grapes:", "grapes"),
        ("at 10:30:45 or 9:15:00", "at 10:30:45 or 9:15:00"),
        ("&gt; what do they earn\nwho knows?", "what do they earn\nwho knows?"),
        ("*bold* _italic_ ~struck~ `code`", "bold italic struck code"),
        ("5*3*2 and snake_case_name", "5*3*2 and snake_case_name"),
        ("```\nwhats the pay\n```", "whats the pay"),
        ("• duties\n• pay\n    ◦ median", "duties\npay\nmedian"),
        ("pay\u00a0now", "pay now"),
        ("", ""),
    ],
)
def test_text_is_read_as_a_person_reads_it(written: str, read: str) -> None:
    assert plain(written, "U0BOT") == read


def test_text_is_written_so_that_nothing_acts() -> None:
    assert escaped("<!channel> & <https://a.example|b>") == (
        "&lt;!channel&gt; &amp; &lt;https://a.example|b&gt;"
    )


def test_only_the_very_user_is_mentioned() -> None:
    assert mentions("hi <@U1>", "U1")
    assert mentions("hi <@U1|ana>", "U1")
    assert not mentions("hi <@U12>", "U1")


@pytest.mark.parametrize("piece", [":a", ":-", "*a ", "*_~", "<a|", "\n> ", "~a_*", " ", ":", "a"])
@pytest.mark.parametrize("opening", ["", ":", "*", "<", "`"])
def test_text_made_to_be_slow_is_read_in_steps_that_grow_with_its_length(
    opening: str, piece: str
) -> None:
    # Where they grew with its square this would take minutes, and the suite would say so.
    text = opening + piece * 20_000
    assert len(plain(text)) <= len(text)
