"""From what Slack sends to what is to be answered, and where. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.channels.intake import IntakeError, clean_text
from bot.channels.slack.blocks import Blocks, spent
from bot.channels.slack.text import mentions, plain

Payload = Mapping[str, Any]

# Kinds of messages that a person wrote; all others are edits, deletions, notices and bots.
WRITTEN = frozenset({None, "file_share", "me_message", "thread_broadcast"})
NO_FILES = "I cannot open files; please ask me in words."
BEGIN = "What can you do?"


@dataclass(frozen=True)
class Job:
    """One reply that is owed; holds no more of what was said than that takes.

    Attributes:
        key: tells it from all others; the same where Slack sends it again in another form.
        conversation: id of the conversation.
        text: what was asked, cleaned and masked; empty where only `line` is to be said.
        line: what is said before the answer.
        channel: where the reply goes.
        thread: the thread there; empty where it goes to none.
        at: the time of the message that asks, as Slack names messages; empty where it is none.
        response_url: replies to the asker alone, where it is set.
        invited: whether the advisor was addressed, or only perhaps, by a reply in a thread.
        user: who gets a direct message, where the channel is not known.
        spend: the message whose buttons were used, as it shall look: `ts`, `text`, `blocks`.
    """

    key: str
    conversation: str
    text: str
    line: str = ""
    channel: str = ""
    thread: str = ""
    at: str = ""
    response_url: str = ""
    invited: bool = True
    user: str = ""
    spend: dict[str, Any] | None = None


def message_id(key: str) -> str:
    """The key of a job as an id that a message may have."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def from_event(body: Payload, bot_user: str) -> Job | None:
    """A message or a mention, if somebody wrote it and it may be for the advisor.

    A post in a channel that mentions the advisor arrives as a message and as a mention: both have
    the same key.
    """
    event = body["event"]
    if event.get("subtype") not in WRITTEN or event.get("bot_id") or not event.get("user"):
        return None
    if event["user"] == bot_user or "edited" in event:
        return None
    channel, at, thread = event["channel"], event["ts"], event.get("thread_ts", "")
    raw = event.get("text") or ""
    direct = event.get("channel_type") == "im" or channel.startswith("D")
    called = direct or event["type"] == "app_mention" or mentions(raw, bot_user)
    if not called and not thread:
        return None
    if not direct:
        thread = thread or at
    base = f"slack-{body.get('team_id', '')}-{channel}"
    job = Job(
        key=f"{channel}:{at}",
        conversation=f"{base}-{thread}" if thread else base,
        text="",
        line=NO_FILES if event.get("files") else "",
        channel=channel,
        thread=thread,
        at=at,
        invited=called,
    )
    return _asking(job, plain(raw, bot_user))


def from_command(body: Payload) -> Job:
    """The slash command: answered to the asker alone."""
    job = Job(
        key=f"command:{body['trigger_id']}",
        conversation=_alone(body["team_id"], body["channel_id"], body["user_id"]),
        text="",
        channel=body["channel_id"],
        response_url=body["response_url"],
    )
    return _asking(job, plain(body.get("text") or ""))


def from_shortcut(body: Payload) -> Job:
    """The shortcut on a message: answered to the one who used it alone."""
    channel = body["channel"]["id"]
    job = Job(
        key=f"shortcut:{body['trigger_id']}",
        conversation=_alone(body["team"]["id"], channel, body["user"]["id"]),
        text="",
        channel=channel,
        response_url=body["response_url"],
    )
    return _asking(job, plain(body["message"].get("text") or ""))


def from_click(body: Payload) -> Job | None:
    """A question that was asked by a button; the first click on a message counts."""
    action, container = body["actions"][0], body["container"]
    question = str(action.get("value") or "")
    team = body["team"]["id"]
    if container["type"] == "view":  # App Home has no channel: the answer is a direct message
        job = Job(
            key=f"home:{body['user']['id']}:{action['action_ts']}",
            conversation="",
            text="",
            user=body["user"]["id"],
        )
        return _asking(job, question)
    if container["type"] != "message":
        return None
    channel, at = container["channel_id"], container["message_ts"]
    key = f"click:{channel}:{at}"
    if container.get("is_ephemeral"):
        conversation = _alone(team, channel, body["user"]["id"])
        job = Job(key, conversation, "", channel=channel, response_url=body["response_url"])
        return _asking(job, question)
    message = body["message"]
    blocks: Blocks = spent(message.get("blocks") or [], action["text"]["text"])
    thread = container.get("thread_ts") or message.get("thread_ts") or ""
    base = f"slack-{team}-{channel}"
    job = Job(
        key=key,
        conversation=f"{base}-{thread}" if thread else base,
        text="",
        channel=channel,
        thread=thread,
        at=at,
        spend={"ts": at, "text": message.get("text") or "", "blocks": blocks},
    )
    return _asking(job, question)


def direct(job: Job, team: str, channel: str) -> Job:
    """A job for a user, with the channel of direct messages with that user."""
    return replace(job, channel=channel, conversation=f"slack-{team}-{channel}")


def _asking(job: Job, text: str) -> Job:
    """The job with a text that may be handed to Rasa, or with a line that says why it has none."""
    if not text.strip():
        return job if job.line else replace(job, text=BEGIN)
    try:
        return replace(job, text=clean_text(text))
    except IntakeError as error:
        return replace(job, line=f"{error.detail} Ask in 1 to 1,000 characters.")


def _alone(team: str, channel: str, user: str) -> str:
    return f"slack-{team}-{channel}-{user}-alone"
