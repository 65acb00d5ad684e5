"""Keeps the libraries silent, so that what the advisor itself says can be seen."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import MutableMapping
from typing import Any

from bot.runtime.lean import without_extras

OURS = ("bot", "actions")
# These go on to log at a level of their own once they are imported.
CHATTY = ("tensorflow", "sanic.root", "sanic.error", "sanic.access", "apscheduler", "asyncio")


def hush(log_level: str = "INFO", log_format: str = "text") -> None:
    """Sets logging, warnings and telemetry up. Call it before anything imports rasa.

    Args:
        log_level: of the advisor's own lines. The libraries' warnings are always written, and
            everything that they have to say at DEBUG.
        log_format: "text", or "json" for one object a line.
    """
    debug = log_level == "DEBUG"
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    os.environ["SQLALCHEMY_SILENCE_UBER_WARNING"] = "1"
    without_extras()
    warnings.simplefilter("ignore")
    # Sanic switches DeprecationWarning on when it is imported: import it first, then filter.
    import sanic.app  # noqa: F401  # for what importing it does
    import structlog

    # Rasa's UserWarnings quote what the user wrote.
    warnings.simplefilter("default" if debug else "ignore")

    libraries = logging.DEBUG if debug else logging.WARNING
    from bot.runtime.logs import formatter

    logging.basicConfig()
    for handler in logging.getLogger().handlers:
        handler.setFormatter(formatter(log_format, debug))
    logging.getLogger().setLevel(libraries)
    for name in CHATTY:
        logging.getLogger(name).setLevel(libraries)
    for name in OURS:
        logging.getLogger(name).setLevel(log_level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            # Rasa passes what users wrote as further values, and its own set-up would add the
            # local variables of every frame of an exception: only the event's name is kept.
            _event_and_values if debug else _event_only,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(libraries),
        cache_logger_on_first_use=False,
    )


def _event_only(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    return str(event["event"])


def _event_and_values(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    return " ".join([str(event.pop("event")), *(f"{key}={value}" for key, value in event.items())])
