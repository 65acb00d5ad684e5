"""A tracker store whose cost grows neither with a conversation nor with their number."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.runtime.errors import UnavailableError
from bot.runtime.stores import journal
from bot.runtime.stores.database import PATIENCE, Database
from bot.runtime.stores.schema import set_up
from bot.runtime.stores.tracker import (
    StoredTracker,
    as_text,
    from_text,
    load,
    narrowed,
    read_event,
)
from bot.settings import current_settings

T = TypeVar("T")

logger = logging.getLogger(__name__)

# Events. The window is narrowed to the first when it is longer than the second: a turn has six or
# seven, and a reply looks back to the turn before it.
SHORTEST = 10
LONGEST = 24


class WindowedTrackerStore(TrackerStore):
    """Keeps conversations in SQLite or PostgreSQL; loads the recent events, stores the new ones.

    Slots, the active loop and the last action are carried from before the window by events of
    their own, which are never stored as part of the conversation.

    Where the database fails it raises `UnavailableError`, and the turn is not answered as if there
    was nothing to remember.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        host: str | None = None,
        shortest: int = SHORTEST,
        longest: int = LONGEST,
        patience: float = PATIENCE,
        **kwargs: Any,
    ) -> None:
        """Opens the database and creates or takes over its tables.

        Args:
            domain: of the model.
            event_broker: gets the new events too.
            host: SQLAlchemy URL (`url` in endpoints.yml); None takes the settings' database.
            shortest: events that stay in the window at least.
            longest: events in the window before it is narrowed.
            patience: seconds that the database may take for one call.
            kwargs: for `TrackerStore`.

        Raises:
            UnavailableError: the database cannot be used.
        """
        self.shortest = shortest
        self.longest = longest
        self.database = Database(host or current_settings().database_address, patience)
        self.database.write_now(set_up)
        super().__init__(domain, event_broker, **kwargs)

    def init_tracker(self, sender_id: str) -> StoredTracker:
        """Makes an empty tracker; see `TrackerStore.init_tracker`."""
        return StoredTracker(sender_id, self.domain.slots)

    async def retrieve(self, sender_id: str) -> StoredTracker | None:
        """Loads the recent events of the latest session.

        Raises:
            UnavailableError: the database did not answer in time.
        """
        found = await self.database.read(lambda c: journal.load_window(c, sender_id))
        return None if found is None else self._loaded(sender_id, found)

    def _loaded(self, sender_id: str, found: journal.Loaded) -> StoredTracker:
        return load(
            sender_id,
            from_text(found.carried),
            _events(found.stored),
            found.following,
            self.domain.slots,
        )

    async def begin(
        self, sender_id: str, message_id: str
    ) -> tuple[list[dict[str, Any]] | None, StoredTracker]:
        """Loads what a turn begins with, in one transaction.

        Args:
            sender_id: id of the conversation.
            message_id: the id that the channel gave to the message.

        Returns:
            What was said to this message, as `replies_to` returns it; and the tracker, as
            `retrieve` returns it or a new one.

        Raises:
            UnavailableError: the database did not answer in time.
        """

        def read(connection: Connection) -> tuple[list[str] | None, journal.Loaded | None]:
            window = journal.load_window(connection, sender_id)
            # A conversation that there is not has no message either.
            if window is None:
                return None, None
            return journal.load_replies(connection, sender_id, message_id), window

        said, window = await self.database.read(read)
        tracker = (
            self.init_tracker(sender_id) if window is None else self._loaded(sender_id, window)
        )
        return _messages(said), tracker

    async def retrieve_full_tracker(self, conversation_id: str) -> StoredTracker | None:
        """Loads all events of all sessions; see `retrieve`."""
        found = await self.database.read(lambda c: journal.load_all(c, conversation_id))
        if not found:
            return None
        return load(conversation_id, [], _events(found), len(found), self.domain.slots)

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations."""
        return await self.database.read(journal.senders)

    async def exists(self, conversation_id: str) -> bool:
        """Whether there is such a conversation."""
        found = await self.database.read(lambda c: journal.load_window(c, conversation_id))
        return found is not None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Stores the new events; when it returns they are on the disk.

        Raises:
            UnavailableError: the database did not answer in time, or has a message of the same id.
                The events may be stored or not; a message with an id can be sent again.
        """
        new = await self._new_events(tracker)
        if not new:
            return
        expected = tracker.sequence if isinstance(tracker, StoredTracker) else -1
        window = self._window(tracker) if isinstance(tracker, StoredTracker) else None

        def write(connection: Connection) -> int:
            return journal.append(connection, tracker.sender_id, expected, new, window)

        first = await self._written(write)
        if isinstance(tracker, StoredTracker):
            if first != expected:
                logger.warning("a conversation was written to by two turns at once; both are kept")
            tracker.sequence = first
            tracker.has_stored(len(new))
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, new, tracker.sender_id)

    async def _written(self, write: Callable[[Connection], T]) -> T:
        try:
            return await self.database.write(write)
        except IntegrityError:
            pass
        # Two turns began the same conversation at once: now it is there, and is waited for.
        try:
            return await self.database.write(write)
        except IntegrityError as error:
            raise UnavailableError("This message has been stored by another turn.") from error

    def _window(self, tracker: StoredTracker) -> journal.Window | None:
        """The window for the next turn, where this one's has become too long."""
        if len(tracker.events) - tracker.carried <= self.longest:
            return None
        place = narrowed(tracker, self.shortest)
        if place is None:
            return None
        begins, carried = place
        # The first event that is held but not carried has this number.
        oldest = tracker.sequence - (tracker.held - tracker.carried)
        return journal.Window(oldest + begins - tracker.carried, as_text(carried))

    async def _new_events(self, tracker: DialogueStateTracker) -> list[Event]:
        if isinstance(tracker, StoredTracker):
            return tracker.new_events
        # Made elsewhere: what follows the last stored event is new, and all where it has not that.
        given = list(tracker.events)
        last = await self.database.read(lambda c: journal.last_timestamp(c, tracker.sender_id))
        known = [i for i, event in enumerate(given, 1) if event.timestamp == last]
        return given[known[-1] :] if known else given

    async def replies_to(self, sender_id: str, message_id: str) -> list[dict[str, Any]] | None:
        """What the bot said to a message that is stored.

        Args:
            sender_id: id of the conversation.
            message_id: the id that the channel gave to the message.

        Returns:
            The messages, as `OutputChannel.send_response` takes them; None where the conversation
            has no message of this id.

        Raises:
            UnavailableError: the database did not answer in time.
        """
        return _messages(
            await self.database.read(lambda c: journal.load_replies(c, sender_id, message_id))
        )

    async def recent_sayings(self, sender_id: str, at_most: int) -> list[str]:
        """The JSON of the last events in which the user or the bot said something, in order.

        Raises:
            UnavailableError: the database did not answer in time.
        """
        return await self.database.read(lambda c: journal.load_sayings(c, sender_id, at_most))

    async def keep_feedback(
        self,
        sender_id: str,
        message_id: str,
        reply: int,
        helpful: bool,
        reason: str | None,
        facts: Sequence[str],
        comment: str | None = None,
    ) -> None:
        """Stores what a user says of a reply; the last word on it counts.

        Args:
            sender_id: id of the conversation.
            message_id: of the question.
            reply: place among the replies to it, from 0.
            helpful: thumb up or down.
            reason: why not, if one was given.
            facts: ids of the facts that the reply told.
            comment: in the user's own words, if there are any; cleaned and masked.

        Raises:
            UnavailableError: the database did not answer in time.
        """
        given = {
            "sender_id": sender_id,
            "message_id": message_id,
            "reply": reply,
            "given_at": time.time(),
            "helpful": helpful,
            "reason": reason,
            "comment": comment,
            "facts": json.dumps(list(facts)),
        }
        await self._written(lambda c: journal.keep_feedback(c, given))

    async def forget(self, sender_id: str) -> bool:
        """Deletes all that is stored of a conversation.

        Returns:
            Whether there was anything.

        Raises:
            UnavailableError: the database did not answer in time.
        """
        found = await self.database.write(lambda c: journal.forget(c, sender_id))
        await self.scrub()
        return found

    async def scrub(self) -> None:
        """Takes what was deleted out of SQLite's log too, unless somebody is reading it."""
        await self.database.empty_log()

    async def forget_older(self, before: float, at_most: int) -> int:
        """Deletes conversations that have had no event for long; call `scrub` at last.

        Args:
            before: seconds since 1970; a conversation with a later event stays.
            at_most: so many conversations; call it again for more.

        Returns:
            How many were deleted.

        Raises:
            UnavailableError: the database did not answer in time.
        """
        return await self.database.write(lambda c: journal.forget_older(c, before, at_most))

    def probe(self) -> None:
        """Asks the database a trivial question.

        Raises:
            UnavailableError: it did not answer in time.
        """
        self.database.read_now(journal.probe)

    def close(self) -> None:
        """Lets the database go."""
        self.database.close()


def _events(stored: list[str]) -> list[Event]:
    return [read_event(json.loads(data)) for data in stored]


def _messages(said: list[str] | None) -> list[dict[str, Any]] | None:
    """What the bot said, as `OutputChannel.send_response` takes it; None for None."""
    if said is None:
        return None
    return [event.message() for event in _events(said) if isinstance(event, BotUttered)]
