"""How log lines look: for people, or as one JSON object a line; never with personal data."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any

import structlog

from bot.apology import place_of
from bot.masking import mask

Entry = MutableMapping[str, Any]
# Written in front of a line of text rather than behind it as key=value.
HEAD = ("timestamp", "level", "logger", "event")


def formatter(log_format: str, debug: bool = False) -> logging.Formatter:
    """A formatter for the lines of all loggers.

    A line has the values of its record's `extra` and, within a turn, channel and conversation.

    Args:
        log_format: "text" or "json".
        debug: whether exceptions are written whole; else only their kind and place, for their
            messages may quote what users wrote.
    """
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.ExtraAdder(),
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info if debug else _kind_and_place,
            _mask,
            structlog.processors.JSONRenderer(sort_keys=True, default=str)
            if log_format == "json"
            else _as_text,
        ],
    )


def _kind_and_place(_logger: object, _method: str, entry: Entry) -> Entry:
    info = entry.pop("exc_info", None)
    if isinstance(info, tuple) and info[0] is not None:
        entry["exception"] = info[0].__name__
        entry["at"] = place_of(info[2])
    return entry


def _mask(_logger: object, _method: str, entry: Entry) -> Entry:
    """Libraries may log what no channel has masked, such as the address of a request."""
    for key, value in entry.items():
        if isinstance(value, str) and key not in HEAD[:3]:
            entry[key] = mask(value)
    return entry


def _as_text(_logger: object, _method: str, entry: Entry) -> str:
    head = "{timestamp} {level} {logger}: {event}".format_map(
        {**entry, "level": entry["level"].upper()}
    )
    rest = [f"{key}={value}" for key, value in entry.items() if key not in HEAD]
    rest = [part for part in rest if part not in head]
    return " ".join([head, *rest])
