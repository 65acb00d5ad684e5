"""What `advisor slack check` and `advisor slack preview` do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.slack.blocks import Rated, Said, said
from bot.settings import Settings

# What the app must be allowed, with the reason; docs/slack.md and the manifest say the same.
SCOPES = {
    "app_mentions:read": "hears where it is mentioned",
    "channels:history": "reads replies in threads of public channels that it was added to",
    "chat:write": "answers, and shows that it is looking something up",
    "commands": "has the command /career and the shortcut",
    "files:write": "shows pay figures as a picture; without it answers go as text alone",
    "groups:history": "as channels:history, in private channels that it was added to",
    "im:history": "reads direct messages to it",
    "im:write": "opens a direct message, for a question asked in App Home or answered late",
}
SENDER = "slack-preview"
# Stands where Slack would give the id of the uploaded picture.
NO_FILE = "F0PREVIEW00"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `text` says what is missing where it is not `good`."""

    good: bool
    text: str


def check(settings: Settings) -> list[Finding]:
    """Looks whether tokens, scopes and connection are in order; asks Slack."""
    if not settings.slack_bot_token:
        return [Finding(False, "SLACK_BOT_TOKEN is not set: install the app and copy its token.")]
    return asyncio.run(_check(settings))


async def _check(settings: Settings) -> list[Finding]:
    import aiohttp
    from slack_sdk.errors import SlackApiError

    from bot.channels.slack.calls import reason_of
    from bot.channels.slack.connection import web_client

    client = web_client(settings)
    findings = []
    try:
        found = await client.auth_test()
        findings.append(Finding(True, f"SLACK_BOT_TOKEN: {found['user']} in {found['team']}."))
        findings.append(_scopes(str(_header(found.headers, "x-oauth-scopes"))))
    except SlackApiError as error:
        text = f"Slack refuses SLACK_BOT_TOKEN ({reason_of(error)}): install the app anew."
        return [Finding(False, text)]
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
        kind = type(error).__name__
        text = f"{settings.slack_api_url} cannot be reached ({kind}): look at the network."
        return [Finding(False, text)]
    if settings.slack_app_token:
        try:
            await client.apps_connections_open(app_token=settings.slack_app_token)
            findings.append(Finding(True, "SLACK_APP_TOKEN: Socket Mode opens a connection."))
        except SlackApiError as error:
            remedy = "make an app-level token with connections:write, and switch Socket Mode on."
            text = f"Slack refuses SLACK_APP_TOKEN ({reason_of(error)}): {remedy}"
            findings.append(Finding(False, text))
    if settings.slack_signing_secret:
        findings.append(Finding(True, "SLACK_SIGNING_SECRET is set; only a request can prove it."))
    if not settings.slack_is_served:
        text = "Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP."
        findings.append(Finding(False, text))
    return findings


def preview(settings: Settings, question: str) -> Said:
    """Answers a question as it would be in Slack.

    Raises:
        IntakeError: the question cannot be taken.
        StartUpError: the advisor cannot be loaded.
    """
    from bot.channels.intake import clean_text
    from bot.channels.slack.text import plain
    from bot.runtime.agent import Advisor, load_agent

    text = clean_text(plain(question))
    advisor = Advisor(load_agent(settings, remember=False))
    try:
        messages = asyncio.run(advisor.reply(text, SENDER, "slack"))
        return said(messages, rated=Rated(SENDER, "preview"))
    finally:
        advisor.close()


def as_json(reply: Said) -> str:
    """The message as it is sent."""
    return json.dumps({"text": reply.text, "blocks": reply.with_picture(NO_FILE)}, indent=2)


def picture(reply: Said) -> str:
    """Roughly what a reader sees, as lines of text."""
    return "\n".join(line for block in reply.with_picture(NO_FILE) for line in _drawn(block))


def chart_as_png(reply: Said) -> bytes | None:
    """The picture that Slack would show; None where there is none."""
    from bot.channels.slack.chart import draw

    return None if reply.chart is None else draw(reply.chart)


def _drawn(block: Mapping[str, Any]) -> Sequence[str]:
    if block["type"] == "actions":
        return ["  ".join(f"[ {button['text']['text']} ]" for button in block["elements"])]
    if block["type"] == "image":
        return [f"  [picture] {block['alt_text']}"]
    if block["type"] == "context":
        return [f"  {element['text']}" for element in block["elements"]]
    lines = []
    for element in block["elements"]:
        points = element["type"] == "rich_text_list"
        for section in element["elements"] if points else [element]:
            text = "".join(part["text"] for part in section["elements"])
            lines.append(f"  • {text}" if points else text)
    return lines


def _scopes(given: str) -> Finding:
    missing = sorted(set(SCOPES) - {scope.strip() for scope in given.split(",")})
    if not missing:
        return Finding(True, "The app has all the scopes that it needs.")
    reasons = "; ".join(f"{scope} ({SCOPES[scope]})" for scope in missing)
    return Finding(False, f"Scopes are missing: {reasons}. Add them and install the app anew.")


def _header(headers: Mapping[str, Any], name: str) -> Any:
    return next((value for key, value in headers.items() if key.lower() == name), "")
