"""What Slack sends, in the forms of its documentation."""

from __future__ import annotations

import itertools
import json
from typing import Any

from tests.channels.slack.stand_in import BOT, TEAM

Payload = dict[str, Any]

_numbers = itertools.count(1)


def timestamp() -> str:
    return f"1700000000.{next(_numbers):06}"


def _event(event: Payload) -> Payload:
    return {
        "token": "verification",
        "team_id": TEAM,
        "api_app_id": "A0APP",
        "event": {"event_ts": event.get("ts", timestamp()), **event},
        "type": "event_callback",
        "event_id": f"Ev{next(_numbers):08}",
        "event_time": 1700000000,
        "authorizations": [
            {"enterprise_id": None, "team_id": TEAM, "user_id": BOT, "is_bot": True}
        ],
        "is_ext_shared_channel": False,
    }


def direct(text: str, channel: str = "D0ASKER", user: str = "U0ASKER", **more: Any) -> Payload:
    return _event(
        {
            "type": "message",
            "channel": channel,
            "user": user,
            "text": text,
            "ts": timestamp(),
            "channel_type": "im",
            **more,
        }
    )


def in_channel(text: str, channel: str = "C0OPEN", user: str = "U0ASKER", **more: Any) -> Payload:
    return direct(text, channel, user, **{"channel_type": "channel", **more})


def mention(post: Payload) -> Payload:
    """The other event of a post that mentions the bot."""
    event = {name: value for name, value in post["event"].items() if name != "channel_type"}
    return _event({**event, "type": "app_mention"})


def command(text: str, response_url: str, user: str = "U0ASKER") -> Payload:
    return {
        "token": "verification",
        "team_id": TEAM,
        "team_domain": "team",
        "channel_id": "C0OPEN",
        "channel_name": "open",
        "user_id": user,
        "user_name": "asker",
        "command": "/career",
        "text": text,
        "api_app_id": "A0APP",
        "response_url": response_url,
        "trigger_id": f"13345224609.738474920.{next(_numbers):032}",
    }


def _interaction(kind: str, user: str) -> Payload:
    return {
        "type": kind,
        "user": {"id": user, "username": "asker", "team_id": TEAM},
        "api_app_id": "A0APP",
        "token": "verification",
        "trigger_id": f"12321423423.333649436676.{next(_numbers):032}",
        "team": {"id": TEAM, "domain": "team"},
    }


def _action(button: Payload) -> Payload:
    return {
        "type": "button",
        "block_id": "b1",
        "action_id": button["action_id"],
        "text": button["text"],
        "value": button["value"],
        "action_ts": timestamp(),
    }


def click(post: Payload, button: Payload, response_url: str, user: str = "U0ASKER") -> Payload:
    """A click on a button of a message that was posted."""
    container = {"type": "message", "message_ts": post["ts"], "channel_id": post["channel"]}
    message = {"type": "message", "bot_id": "B0BOT", **post}
    if post.get("thread_ts"):
        container["thread_ts"] = post["thread_ts"]
    return _interaction("block_actions", user) | {
        "container": {**container, "is_ephemeral": False},
        "channel": {"id": post["channel"], "name": "open"},
        "message": message,
        "response_url": response_url,
        "actions": [_action(button)],
    }


def click_at_home(button: Payload, user: str = "U0ASKER") -> Payload:
    return _interaction("block_actions", user) | {
        "container": {"type": "view", "view_id": "V0HOME"},
        "view": {"id": "V0HOME", "type": "home"},
        "actions": [_action(button)],
    }


def shortcut(text: str, response_url: str, user: str = "U0ASKER") -> Payload:
    return _interaction("message_action", user) | {
        "callback_id": "ask_the_advisor",
        "message_ts": timestamp(),
        "response_url": response_url,
        "channel": {"id": "C0OPEN", "name": "open"},
        "message": {"type": "message", "user": "U0OTHER", "ts": timestamp(), "text": text},
    }


def home_opened(user: str = "U0ASKER") -> Payload:
    return _event({"type": "app_home_opened", "user": user, "channel": "D0ASKER", "tab": "home"})


def chat_started(user: str = "U0ASKER") -> Payload:
    thread = {"user_id": user, "context": {}, "channel_id": "D0ASKER", "thread_ts": timestamp()}
    return _event({"type": "assistant_thread_started", "assistant_thread": thread})


def click_alone(button: Payload, response_url: str, user: str = "U0ASKER") -> Payload:
    """A click on a message that one person alone sees: Slack does not send the message along."""
    container = {
        "type": "message",
        "message_ts": timestamp(),
        "channel_id": "C0OPEN",
        "is_ephemeral": True,
    }
    return _interaction("block_actions", user) | {
        "container": container,
        "channel": {"id": "C0OPEN", "name": "open"},
        "response_url": response_url,
        "actions": [_action(button)],
    }


def dialog(view: Payload, reason: str, comment: str | None, user: str = "U0ASKER") -> Payload:
    """A dialog that was filled in and sent."""
    option = {"text": {"type": "plain_text", "text": "a reason"}, "value": reason}
    values = {
        "reason": {"reason": {"type": "radio_buttons", "selected_option": option}},
        "comment": {"comment": {"type": "plain_text_input", "value": comment}},
    }
    return _interaction("view_submission", user) | {
        "view": {
            **view,
            "id": f"V{next(_numbers):010}",
            "team_id": TEAM,
            "app_installed_team_id": TEAM,
            "state": {"values": values},
            "hash": "156772938.1827394",
            "root_view_id": "V0ROOT",
        },
        "response_urls": [],
    }


def value_of(thumb: Payload) -> tuple[str, str]:
    """What a thumb is about: a conversation, and the id of a message in it."""
    conversation, message = json.loads(thumb["value"])
    return conversation, message
