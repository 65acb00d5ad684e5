"""The Slack app."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.settings import values
from bot.settings.setting import about


@dataclass(frozen=True)
class SlackSettings:
    """The Slack app; without its tokens there is none."""

    slack_bot_token: str = field(
        default="",
        repr=False,
        metadata=about(
            "SLACK_BOT_TOKEN",
            "token of the Slack app's bot; with it the advisor answers in Slack",
            "Give the Bot User OAuth Token of your Slack app, which begins with xoxb-.",
            values.token("xoxb-"),
        ),
    )
    slack_app_token: str = field(
        default="",
        repr=False,
        metadata=about(
            "SLACK_APP_TOKEN",
            "token by which the advisor connects to Slack, without a public address",
            "Give an App-Level Token with connections:write, which begins with xapp-.",
            values.token("xapp-"),
        ),
    )
    slack_signing_secret: str = field(
        default="",
        repr=False,
        metadata=about(
            "SLACK_SIGNING_SECRET",
            "secret by which requests of Slack to /webhooks/slack are known, where Slack calls",
            "Give the Signing Secret of your Slack app.",
        ),
    )
    slack_api_url: str = field(
        default="https://slack.com/api/",
        metadata=about(
            "SLACK_API_URL",
            "where Slack's Web API is",
            "Give a URL such as https://slack.com/api/ or https://slack-gov.com/api/.",
            values.web_api,
        ),
    )
