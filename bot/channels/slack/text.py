"""Slack's way of writing text: read as a person reads it, and written so that nothing acts."""

from __future__ import annotations

import re

# What Slack writes in angle brackets: a kind or address, and perhaps a label.
POINTED = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
# A name has at most 100 characters, and is no time such as 10:30:45. The bound keeps it fast.
EMOJI = re.compile(r":(?![\d_']*:)([a-z0-9_+'-]{1,100}):(?::skin-tone-\d:)?")
# Marks around words, not those within: 5*3 and snake_case stay.
EMPHASIS = re.compile(r"(?<![\w*_~])([*_~])(?=\S)([^*_~\n]+?)(?<=\S)\1(?![\w*_~])")
LINE_MARK = re.compile(r"(?m)^[ \t]*(?:>{1,3}|[•◦▪])[ \t]?")
BLANKS = re.compile(r"[ \t\u00a0]+")
# Those that say something; others are decoration.
TELLING = {
    "+1": "👍",
    "thumbsup": "👍",
    "-1": "👎",
    "thumbsdown": "👎",
    "white_check_mark": "yes",
    "heavy_check_mark": "yes",
    "wave": "👋",
    "question": "?",
    "grey_question": "?",
}


def plain(text: str, bot_user: str = "") -> str:
    """Reads what Slack sends: links, mentions, entities, emoji, quotes, code and lists.

    Args:
        text: as in an event's `text`.
        bot_user: id of the bot itself, whose mentions are left out.
    """
    said = POINTED.sub(lambda found: _pointed(found, bot_user), text)
    said = said.replace("```", "\n").replace("`", "")
    said = said.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    said = LINE_MARK.sub("", said)
    said = EMPHASIS.sub(r"\2", said)
    shown = EMOJI.sub(lambda found: f" {TELLING.get(found[1], '')} ", said)
    if not shown.strip():  # only emoji: better their names than nothing
        shown = EMOJI.sub(lambda found: f" {found[1].replace('_', ' ')} ", said)
    lines = (BLANKS.sub(" ", line).strip() for line in shown.splitlines())
    return "\n".join(line for line in lines if line)


def escaped(text: str) -> str:
    """Writes text so that Slack shows it as it is, without links, mentions or commands."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mentions(text: str, user: str) -> bool:
    """Whether a text mentions a user."""
    return re.search(rf"<@{re.escape(user)}(\|[^<>]*)?>", text) is not None


def _pointed(found: re.Match[str], bot_user: str) -> str:
    target, label = found[1], found[2] or ""
    if target.startswith("@"):
        return "" if target[1:] == bot_user else f"@{label or 'someone'}".replace("@@", "@")
    if target.startswith("#"):
        return f"#{label or 'channel'}"
    if target.startswith("!date"):
        return label
    if target.startswith("!"):
        return label or f"@{target[1:].partition('^')[0]}"
    return label or target.removeprefix("mailto:").removeprefix("tel:")
