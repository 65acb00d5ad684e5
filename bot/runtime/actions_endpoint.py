"""Runs the custom actions inside Rasa's own process, where stock Rasa calls a second server."""

from __future__ import annotations

import asyncio
import json
import logging
import marshal
from typing import Any

from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from bot import apology

logger = logging.getLogger(__name__)

# Above the action's own time, so that this guard is only met where that one failed.
MARGIN = 2.0


class InProcessActions(EndpointConfig):
    """An action endpoint without a network, and the last guard around the actions."""

    def __init__(self, package: str, timeout: float) -> None:
        """Imports the actions.

        Args:
            package: Python package that holds them.
            timeout: seconds that an action may take by its own account.

        Raises:
            SystemExit: the package cannot be imported.
        """
        # The domain goes only to actions that it marks with `send_domain: true`.
        super().__init__(url=f"in-process:{package}", enable_selective_domain=True)
        self._timeout = timeout + MARGIN
        self._executor = ActionExecutor()
        self._executor.register_package(package)

    @property
    def names(self) -> frozenset[str]:
        """The names of the actions that can be run."""
        return frozenset(self._executor.actions)

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Runs the action that `json["next_action"]` names.

        Returns:
            What the action server would answer: `events` and `responses`. For a failed action one
            apology and no events.

        Raises:
            ClientResponseError: status 400, the action rejected its execution.
        """
        # Actions share nothing with Rasa, as on a server: they get a copy of plain values, which
        # takes a quarter of the time of one through JSON, and what they return goes through JSON.
        call = marshal.loads(marshal.dumps(kwargs["json"]))
        name = str(call.get("next_action"))
        try:
            result = await asyncio.wait_for(self._executor.run(call), self._timeout)
            return _checked(json.loads(json.dumps(result, allow_nan=False)))
        except ActionExecutionRejection as rejection:
            body = json.dumps({"error": rejection.message, "action_name": rejection.action_name})
            raise ClientResponseError(400, "Bad Request", body) from rejection
        except (Exception, SystemExit) as error:  # noqa: BLE001  # the last guard
            text = apology.report(logger, f"action {name}", error)
            return {"events": [], "responses": [{"text": text}]}


def _checked(result: Any) -> dict[str, Any]:
    """The result, if Rasa can use it.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(result, dict):
        raise TypeError
    for part in ("events", "responses"):
        entries = result.get(part)
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise TypeError
    return result
