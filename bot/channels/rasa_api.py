"""Rasa's HTTP API beside the channels, under `rasa run --enable-api`: not without a token."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from sanic import Sanic

# A route that Rasa's API has and no channel of ours.
API_ROUTE = "domain"
OPTION = "--auth-token"


def require_token(app: Sanic, arguments: Sequence[str] = tuple(sys.argv)) -> None:
    """Ends the process where the API is on and asks for no token.

    It shows transcripts and replaces the model; Rasa starts it without a token as readily as with
    one, and does not let a channel know.

    Args:
        app: may have Rasa's API among its routes.
        arguments: of `rasa run`.

    Raises:
        SystemExit: with the reason.
    """
    if API_ROUTE not in {route.path for route in app.router.routes}:
        return
    asked = any(argument.partition("=")[0] == OPTION for argument in arguments)
    if not asked and not app.config.get("USE_JWT"):
        raise SystemExit(
            "The advisor does not serve beside Rasa's HTTP API without a token: it shows all "
            f"conversations and replaces the model. Leave --enable-api out, or add {OPTION} with a "
            "long random text."
        )
