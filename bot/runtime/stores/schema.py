"""The tables: events, as stock Rasa keeps them but numbered, one row a conversation, thumbs."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    inspect,
    text,
)
from sqlalchemy.engine import Connection

metadata = MetaData()

# Columns and names of Rasa's SQLTrackerStore, so that its readers, such as `rasa export`, find
# what they expect, and `sequence` and `message_id` beside them.
events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sender_id", String(255), nullable=False),
    Column("type_name", String(255), nullable=False),
    Column("timestamp", Float),
    Column("intent_name", String(255)),
    Column("action_name", String(255)),
    Column("data", Text),
    # The event's number in its conversation, from 0.
    Column("sequence", Integer),
    # Of a user's message: the id that its channel gave it.
    Column("message_id", String(255)),
)
# Two writers cannot take the same number: whoever comes second takes the next.
Index("events_sender_sequence", events.c.sender_id, events.c.sequence, unique=True)
# Nor can a message become two turns, whoever sends it again and whenever.
Index(
    "events_message_once",
    events.c.sender_id,
    events.c.message_id,
    unique=True,
    sqlite_where=events.c.message_id.isnot(None),
    postgresql_where=events.c.message_id.isnot(None),
)

conversations = Table(
    "conversations",
    metadata,
    Column("sender_id", String(255), primary_key=True),
    # How many events there are: the next one's number.
    Column("events", Integer, nullable=False),
    # Number of the first event of the latest session.
    Column("session_start", Integer, nullable=False),
    # Number of the first event that is loaded for a turn.
    Column("window_start", Integer, nullable=False),
    # JSON list of events that stand for those of the session before the window; none: NULL.
    Column("carried", Text),
    # Seconds since 1970, of the last event.
    Column("last_event_at", Float, nullable=False, index=True),
)

# What users say of replies; deleted with their conversation.
feedback = Table(
    "feedback",
    metadata,
    Column("sender_id", String(255), primary_key=True),
    # Id of the question, and the reply's place among the replies to it.
    Column("message_id", String(255), primary_key=True),
    Column("reply", Integer, primary_key=True),
    # Seconds since 1970.
    Column("given_at", Float, nullable=False),
    Column("helpful", Boolean, nullable=False),
    Column("reason", String(255)),
    # In the user's own words, where a channel asks for them.
    Column("comment", Text),
    # JSON list of the ids of the facts that the reply told.
    Column("facts", Text, nullable=False),
)

# Events without a number: an index that is empty, so that the question costs nothing at a start.
Index(
    "events_unnumbered",
    events.c.sender_id,
    sqlite_where=events.c.sequence.is_(None),
    postgresql_where=events.c.sequence.is_(None),
)

# Any number that other users of the database do not lock: one process sets up at a time.
SETTING_UP = 7_203_511_944


def set_up(connection: Connection) -> None:
    """Creates what is missing, and takes over the events that stock Rasa has written.

    Safe where several processes start at once: call it in a transaction that may write.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SETTING_UP})
    found = inspect(connection)
    if found.has_table("events"):
        columns = {column["name"] for column in found.get_columns("events")}
        for column, kind in (("sequence", "INTEGER"), ("message_id", "VARCHAR(255)")):
            if column not in columns:
                connection.execute(text(f"ALTER TABLE events ADD COLUMN {column} {kind}"))
    if found.has_table("feedback"):
        columns = {column["name"] for column in found.get_columns("feedback")}
        if "comment" not in columns:
            connection.execute(text("ALTER TABLE feedback ADD COLUMN comment TEXT"))
    metadata.create_all(connection)
    for index in events.indexes:
        index.create(connection, checkfirst=True)
    if connection.execute(text(f"{UNNUMBERED} LIMIT 1")).first() is not None:
        for statement in (FORGET_HEADS, NUMBER, COUNT):
            connection.execute(text(statement))


UNNUMBERED = "SELECT sender_id FROM events WHERE sequence IS NULL"
FORGET_HEADS = f"DELETE FROM conversations WHERE sender_id IN ({UNNUMBERED})"
# Events that stock Rasa has written follow the conversation's last that has a number.
NUMBER = """
UPDATE events SET sequence = numbered.sequence
FROM (
    SELECT
        id,
        ROW_NUMBER() OVER (PARTITION BY sender_id ORDER BY id) - 1 + COALESCE(
            (SELECT MAX(known.sequence) + 1 FROM events AS known
             WHERE known.sender_id = new.sender_id),
            0
        ) AS sequence
    FROM events AS new
    WHERE sequence IS NULL
) AS numbered
WHERE events.id = numbered.id
"""
# A conversation without a row is loaded from the beginning of its latest session.
COUNT = """
INSERT INTO conversations
    (sender_id, events, session_start, window_start, carried, last_event_at)
SELECT
    sender_id,
    MAX(sequence) + 1,
    COALESCE(MAX(CASE WHEN type_name = 'session_started' THEN sequence END), 0),
    COALESCE(MAX(CASE WHEN type_name = 'session_started' THEN sequence END), 0),
    NULL,
    COALESCE(MAX(timestamp), 0)
FROM events
WHERE sender_id NOT IN (SELECT sender_id FROM conversations)
GROUP BY sender_id
"""
