"""What is asked of the tables, each as one function on an open transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rasa.shared.core.events import BotUttered, Event, SessionStarted, UserUttered
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection

from bot.runtime.stores.schema import conversations, events, feedback


@dataclass(frozen=True)
class Loaded:
    """The recent events of a conversation, as the store has them."""

    carried: str | None
    stored: list[str]
    # The number that the next event will get.
    following: int


@dataclass(frozen=True)
class Window:
    """From which event on a conversation is loaded, and what is carried from before it."""

    start: int
    carried: str | None


# Built once: SQLAlchemy compiles a statement for each new object otherwise.
_OF = bindparam("sender")
_HEAD = select(conversations.c.events, conversations.c.window_start, conversations.c.carried).where(
    conversations.c.sender_id == _OF
)
_SET = [column for column in conversations.columns if not column.primary_key]
_LOCKED_HEAD = select(*_SET).where(conversations.c.sender_id == _OF).with_for_update()
_FROM = (
    select(events.c.sequence, events.c.data)
    .where(events.c.sender_id == _OF, events.c.sequence >= bindparam("start"))
    .order_by(events.c.sequence)
)
_LAST = (
    select(events.c.timestamp)
    .where(events.c.sender_id == _OF)
    .order_by(events.c.sequence.desc())
    .limit(1)
)
_APPEND = insert(events)
_BEGIN = insert(conversations)
_GO_ON = (
    update(conversations)
    .where(conversations.c.sender_id == _OF)
    .values({column: bindparam(column.name) for column in _SET})
)
_MESSAGE = select(events.c.sequence).where(
    events.c.sender_id == _OF, events.c.message_id == bindparam("message")
)
_AFTER = (
    select(events.c.type_name, events.c.data)
    .where(events.c.sender_id == _OF, events.c.sequence > bindparam("start"))
    .order_by(events.c.sequence)
)
_PROBE = select(conversations.c.events).limit(1)


# A conversation before its first event.
NOTHING = {"events": 0, "session_start": 0, "window_start": 0, "carried": None}


def probe(connection: Connection) -> None:
    """Reads the table, to see whether it can be read."""
    connection.execute(_PROBE).first()


def load_window(connection: Connection, sender: str) -> Loaded | None:
    """The events of a conversation's window; None where there is no such conversation."""
    head = connection.execute(_HEAD, {"sender": sender}).first()
    if head is None:
        return None
    rows = connection.execute(_FROM, {"sender": sender, "start": head.window_start}).all()
    # Another process may have written between the two: what was read last counts.
    following = rows[-1].sequence + 1 if rows else head.events
    return Loaded(head.carried, [row.data for row in rows], following)


def load_all(connection: Connection, sender: str) -> list[str]:
    """All events of a conversation, over all its sessions."""
    return [row.data for row in connection.execute(_FROM, {"sender": sender, "start": 0})]


def last_timestamp(connection: Connection, sender: str) -> float | None:
    """When the last event of a conversation was, in seconds since 1970; None if there is none."""
    row = connection.execute(_LAST, {"sender": sender}).first()
    return None if row is None else row.timestamp


def senders(connection: Connection) -> list[str]:
    """The ids of all conversations."""
    return list(connection.execute(select(conversations.c.sender_id)).scalars())


def append(
    connection: Connection,
    sender: str,
    expected: int,
    new: Sequence[Event],
    window: Window | None,
) -> int:
    """Writes events at the end of a conversation.

    Args:
        connection: in a transaction that may write.
        sender: id of the conversation.
        expected: number of the first new event, if nobody else has written since it was loaded.
        new: the events, at least one.
        window: where the conversation is loaded from now on; None leaves it as it is, or takes
            the session that begins with the new events. Not used where somebody else has written.

    Returns:
        The number that the first event got: above `expected` where somebody else has written
        (his events come first, and none is lost), 0 where the conversation was deleted.
    """
    found = connection.execute(_LOCKED_HEAD, {"sender": sender}).mappings().first()
    head: dict[str, Any] = dict(found or NOTHING)
    first: int = head["events"]
    rows = list(_rows(sender, first, new))
    head |= {"events": first + len(rows), "last_event_at": rows[-1]["timestamp"]}
    begins = [row["sequence"] for row in rows if row["type_name"] == SessionStarted.type_name]
    if begins:
        head |= {"session_start": begins[-1], "window_start": begins[-1], "carried": None}
    if window is not None and first == expected:
        head |= {"window_start": window.start, "carried": window.carried}
    if found is None:
        connection.execute(_BEGIN, head | {"sender_id": sender})
    else:
        connection.execute(_GO_ON, head | {"sender": sender})
    connection.execute(_APPEND, rows)
    return first


def _rows(sender: str, first: int, new: Sequence[Event]) -> Iterator[dict[str, Any]]:
    for sequence, event in enumerate(new, first):
        data = event.as_dict()
        yield {
            "sender_id": sender,
            "type_name": event.type_name,
            "timestamp": event.timestamp,
            "intent_name": (data.get("parse_data", {}).get("intent") or {}).get("name"),
            "action_name": data.get("name"),
            "data": json.dumps(data),
            "sequence": sequence,
            "message_id": event.message_id if isinstance(event, UserUttered) else None,
        }


def load_replies(connection: Connection, sender: str, message_id: str) -> list[str] | None:
    """What the bot said to a message.

    Returns:
        The JSON of its events up to the user's next message; None where no message of this
        conversation has this id.
    """
    of = {"sender": sender}
    at = connection.execute(_MESSAGE, of | {"message": message_id}).scalar()
    if at is None:
        return None
    said = []
    for kind, data in connection.execute(_AFTER, of | {"start": at}):
        if kind == UserUttered.type_name:
            break
        if kind == BotUttered.type_name:
            said.append(data)
    return said


def load_sayings(connection: Connection, sender: str, at_most: int) -> list[str]:
    """The JSON of the last events in which the user or the bot said something, in order."""
    said = (
        select(events.c.data)
        .where(events.c.sender_id == sender)
        .where(events.c.type_name.in_([UserUttered.type_name, BotUttered.type_name]))
        .order_by(events.c.sequence.desc())
        .limit(at_most)
    )
    return list(connection.execute(said).scalars())[::-1]


def keep_feedback(connection: Connection, given: dict[str, Any]) -> None:
    """Writes what a user says of a reply, instead of what was said of it before.

    Args:
        connection: in a transaction that may write.
        given: the columns of `schema.feedback`.
    """
    key = [column == given[column.name] for column in feedback.primary_key]
    connection.execute(delete(feedback).where(*key))
    connection.execute(insert(feedback), [given])


def forget(connection: Connection, sender: str) -> bool:
    """Deletes a conversation; returns whether there was one."""
    head = delete(conversations).where(conversations.c.sender_id == sender)
    body = delete(events).where(events.c.sender_id == sender)
    thumbs = delete(feedback).where(feedback.c.sender_id == sender)
    # The head first: a turn that ends meanwhile waits for it, and begins a new conversation.
    found = [connection.execute(statement).rowcount for statement in (head, body, thumbs)]
    return any(found)


def forget_older(connection: Connection, before: float, at_most: int) -> int:
    """Deletes conversations without an event since a time.

    Args:
        connection: in a transaction that may write.
        before: seconds since 1970.
        at_most: so many conversations.

    Returns:
        How many were deleted.
    """
    old = select(conversations.c.sender_id).where(conversations.c.last_event_at < before)
    # One that is written to right now is locked, and not old.
    old = (
        old.order_by(conversations.c.last_event_at).limit(at_most).with_for_update(skip_locked=True)
    )
    found = list(connection.execute(old).scalars())
    connection.execute(delete(events).where(events.c.sender_id.in_(found)))
    connection.execute(delete(feedback).where(feedback.c.sender_id.in_(found)))
    connection.execute(delete(conversations).where(conversations.c.sender_id.in_(found)))
    return len(found)
