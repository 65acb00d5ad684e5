from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
import yaml

from bot.settings import PROJECT, Settings
from bot.slack_command import SCOPES, Finding, check
from tests.channels.slack.limits import hold
from tests.channels.slack.stand_in import Slack, failing


async def checked(settings: Settings) -> list[Finding]:
    return await asyncio.to_thread(check, settings)


async def test_an_app_in_order_passes(slack: Slack, slack_settings: Settings) -> None:
    assert all(finding.good for finding in await checked(slack_settings))


async def test_a_refused_token_is_named(slack: Slack, slack_settings: Settings) -> None:
    slack.instead["auth.test"].append(failing(200, "invalid_auth"))
    (finding,) = await checked(slack_settings)
    assert not finding.good
    assert "SLACK_BOT_TOKEN (invalid_auth)" in finding.text
    assert slack_settings.slack_bot_token not in finding.text


async def test_a_missing_scope_is_named_with_its_reason(
    slack: Slack, slack_settings: Settings
) -> None:
    slack.scopes = "chat:write,commands"
    bad = [finding.text for finding in await checked(slack_settings) if not finding.good]
    assert len(bad) == 1
    assert f"im:history ({SCOPES['im:history']})" in bad[0]


async def test_socket_mode_that_is_off_is_named(slack: Slack, slack_settings: Settings) -> None:
    slack.instead["apps.connections.open"].append(failing(200, "not_allowed_token_type"))
    bad = [finding.text for finding in await checked(slack_settings) if not finding.good]
    assert len(bad) == 1
    assert "SLACK_APP_TOKEN (not_allowed_token_type)" in bad[0]


def test_without_tokens_it_says_which_to_set() -> None:
    (finding,) = check(Settings())
    assert not finding.good
    assert "SLACK_BOT_TOKEN" in finding.text


async def test_one_of_the_two_ways_is_needed(slack: Slack, slack_settings: Settings) -> None:
    alone = replace(slack_settings, slack_app_token="", slack_signing_secret="")
    bad = [finding.text for finding in await checked(alone) if not finding.good]
    assert bad == ["Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP."]


def test_the_manifest_and_the_page_name_the_same_scopes() -> None:
    manifest = yaml.safe_load((PROJECT / "deploy/slack/manifest.yml").read_text())
    page = (PROJECT / "docs/slack.md").read_text()
    assert manifest["oauth_config"]["scopes"]["bot"] == sorted(SCOPES)
    assert all(f"| `{scope}` |" in page for scope in SCOPES)


@pytest.mark.model
@pytest.mark.slow
def test_the_preview_draws_a_reply_and_prints_its_blocks() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "slack", "preview", "whats the *median* pay"],
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    message = json.loads(done.stdout)
    hold(message)
    assert "roughly $90,000" in message["text"]
    assert "roughly $90,000" in done.stderr
    assert "[ " in done.stderr
