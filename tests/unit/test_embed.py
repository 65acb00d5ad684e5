"""`advisor embed` prints a tag, or says what it needs."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from bot.cli import app


def test_it_prints_the_tag_of_an_address():
    result = CliRunner().invoke(app, ["embed", "https://Advisor.example.edu/", "--title", 'A "B"'])

    assert result.exit_code == 0
    assert result.output == (
        '<script src="https://advisor.example.edu/widget.js" data-title="A &quot;B&quot;" '
        'data-accent="#1f4e79" async></script>\n'
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["advisor.example.edu"], "https://advisor.example.edu"),
        (['https://a"><script>'], "is no address"),
        (["https://a.example", "--accent", "red;"], "#1f4e79"),
    ],
)
def test_what_cannot_be_used_is_refused_with_an_example(arguments: list[str], said: str):
    result = CliRunner().invoke(app, ["embed", *arguments])

    assert result.exit_code == 1
    assert said in result.output
