"""From what Slack sends to what is to be answered, and where. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.channels.intake import IntakeError, clean_text
from bot.channels.slack.blocks import ASK, THUMB, UP
from bot.channels.slack.text import mentions, plain
from bot.channels.slack.thumbs import read_dialog, read_rated

Payload = Mapping[str, Any]

# Kinds of messages that a person wrote; all others are edits, deletions, notices and bots.
WRITTEN = frozenset({None, "file_share", "me_message", "thread_broadcast"})
# Characters that are read: links, entities and marks may make up most of them.
LONGEST_RAW = 12_000
NO_FILES = "I cannot open files; please ask me in words."
BRIEFLY = "Ask in 1 to 1,000 characters."
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
        user: who asked, to get a direct message where there is no other way.
        spend: the message whose buttons were used, as it was: `ts`, `text`, `blocks`; and what
            was done to it: `asked` or `thanks`.
        rating: what somebody says of the answer to the message `message_id`: `helpful`, `reason`,
            `comment`. Nothing is asked then.
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
    rating: dict[str, Any] | None = None

    @property
    def is_click(self) -> bool:
        """Whether it came by a button of a message."""
        return self.key.startswith(("click:", "thumb:"))


def message_id(key: str) -> str:
    """The key of a job as an id that a message may have."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def from_event(event: Payload, team: str, bot_user: str) -> Job | None:
    """A message or a mention, if somebody wrote it and it may be for the advisor.

    A post in a channel that mentions the advisor arrives as a message and as a mention: both have
    the same key.
    """
    if event.get("subtype") not in WRITTEN or event.get("bot_id") or not event.get("user"):
        return None
    if event["user"] == bot_user or "edited" in event:
        return None
    channel, at, thread = event["channel"], event["ts"], event.get("thread_ts") or ""
    raw = event.get("text") or ""
    direct = event.get("channel_type") == "im" or channel.startswith("D")
    called = direct or event["type"] == "app_mention" or mentions(raw, bot_user)
    if not called and not thread:
        return None
    if not direct:
        thread = thread or at
    job = Job(
        key=f"{channel}:{at}",
        conversation=_shared(team, channel, thread),
        text="",
        line=NO_FILES if event.get("files") else "",
        channel=channel,
        thread=thread,
        at=at,
        invited=called,
    )
    return _asking(job, raw, bot_user)


def from_command(body: Payload, team: str) -> Job:
    """The slash command: answered to the asker alone."""
    job = Job(
        key=f"command:{body['trigger_id']}",
        conversation=_alone(team, body["channel_id"], body["user_id"]),
        text="",
        channel=body["channel_id"],
        response_url=body["response_url"],
        user=body["user_id"],
    )
    return _asking(job, body.get("text") or "")


def from_shortcut(body: Payload, team: str) -> Job:
    """The shortcut on a message: answered to the one who used it alone."""
    channel, user = body["channel"]["id"], body["user"]["id"]
    job = Job(
        key=f"shortcut:{body['trigger_id']}",
        conversation=_alone(team, channel, user),
        text="",
        channel=channel,
        response_url=body["response_url"],
        user=user,
    )
    return _asking(job, body["message"].get("text") or "")


def from_click(body: Payload, team: str) -> Job | None:
    """A question that was asked by a button, or a thumb; the first of each on a message counts."""
    action = body["actions"][0]
    name = str(action.get("action_id"))
    if name.startswith(ASK):
        return _asked(body, action, team)
    return _rated(body, action, team) if name.startswith(THUMB) else None


def from_dialog(body: Payload, team: str) -> Job:
    """The reason and the comment to a thumb; the thumb itself has been a job of its own.

    Raises:
        ValueError: it speaks of a conversation that is not of this workspace.
    """
    rated, reason, comment = read_dialog(body["view"])
    return Job(
        key=f"reason:{body['view']['id']}",
        conversation=_own(rated.conversation, team),
        text="",
        rating={
            "message_id": rated.message_id,
            "helpful": False,
            "reason": reason,
            "comment": comment,
        },
    )


def direct(job: Job, team: str, channel: str) -> Job:
    """A job for a user, with the channel of direct messages with that user."""
    return replace(job, channel=channel, conversation=_shared(team, channel, ""))


def _asked(body: Payload, action: Payload, team: str) -> Job | None:
    container, user = body["container"], body["user"]["id"]
    question = str(action.get("value") or "")
    if container["type"] == "view":  # App Home has no channel: the answer is a direct message
        job = Job(f"home:{user}:{action['action_ts']}", conversation="", text="", user=user)
        return _asking(job, question, written=False)
    job = _on_message(body, "click", _alone(team, container["channel_id"], user))
    if job.spend is not None:
        spend = job.spend | {"asked": action["text"]["text"]}
        job = replace(job, conversation=_shared(team, job.channel, job.thread), spend=spend)
    return _asking(job, question, written=False)


def _rated(body: Payload, action: Payload, team: str) -> Job:
    rated = read_rated(action.get("value"))
    job = _on_message(body, "thumb", _own(rated.conversation, team))
    rating = {
        "message_id": rated.message_id,
        "helpful": action["action_id"] == UP,
        "reason": None,
        "comment": None,
    }
    return replace(job, rating=rating)


def _on_message(body: Payload, kind: str, conversation: str) -> Job:
    """A click on a message, which Slack shows us unless only one person sees it."""
    container = body["container"]
    channel, at = container["channel_id"], container["message_ts"]
    job = Job(f"{kind}:{channel}:{at}", conversation, "", channel=channel, user=body["user"]["id"])
    if container.get("is_ephemeral"):
        return replace(job, response_url=body["response_url"])
    message = body["message"]
    thread = container.get("thread_ts") or message.get("thread_ts") or ""
    spend = {
        "ts": at,
        "text": str(message.get("text") or ""),
        "blocks": [block for block in message["blocks"] if isinstance(block, dict)],
    }
    return replace(job, thread=thread, at=at, spend=spend)


def _asking(job: Job, raw: str, bot_user: str = "", *, written: bool = True) -> Job:
    """The job with a text that may be handed to Rasa, or with a line that says why it has none.

    Args:
        job: without a text.
        raw: what was asked.
        bot_user: id of the bot itself.
        written: whether a person wrote it in Slack's way; else it is plain text.
    """
    if len(raw) > LONGEST_RAW:
        return replace(job, line=f"The message is too long to read. {BRIEFLY}")
    text = plain(raw, bot_user) if written else raw
    if not text.strip():
        return job if job.line else replace(job, text=BEGIN)
    try:
        return replace(job, text=clean_text(text))
    except IntakeError as error:
        return replace(job, line=f"{error.detail} {BRIEFLY}")


def _shared(team: str, channel: str, thread: str) -> str:
    """The conversation of all who speak in a place."""
    return f"slack-{team}-{channel}-{thread}" if thread else f"slack-{team}-{channel}"


def _alone(team: str, channel: str, user: str) -> str:
    return f"slack-{team}-{channel}-{user}-alone"


def _own(conversation: str, team: str) -> str:
    if not conversation.startswith(f"slack-{team}-"):
        raise ValueError("This conversation is not of this workspace.")
    return conversation
