"""The server: Rasa's channels on Sanic, with the actions in the same process."""

from __future__ import annotations

import logging
import socket
import sys
from typing import TYPE_CHECKING

from bot import apology
from bot.runtime.agent import close_agent, load_agent
from bot.runtime.errors import StartUpError
from bot.settings import Settings, SettingsError, current_settings

if TYPE_CHECKING:
    from rasa.core.agent import Agent
    from sanic import Sanic

logger = logging.getLogger(__name__)

# Seconds. Longer than the proxies that stand before such servers keep their connections.
KEEP_ALIVE = 75
# Seconds beyond an action's own time that turns under way get when the server is stopped.
GRACE = 7.0
REST = "/webhooks/rest/webhook"


def serve(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT; turns under way are finished first.

    Raises:
        StartUpError: the port, the model, the database or the channels cannot be used. Nothing
            has listened then.
    """
    listener = _bind(settings)
    agent = load_agent(settings)
    try:
        _app(agent, settings).run(
            sock=listener,
            workers=1,
            motd=False,
            access_log=False,
            debug=False,
            auto_reload=False,
        )
    finally:
        close_agent(agent)
        listener.close()


def main(
    settings: Settings | None = None, *, host: str | None = None, port: int | None = None
) -> int:
    """Serves, and says on standard error why where it cannot.

    Args:
        settings: None reads the environment.
        host: listen here instead of where the settings say.
        port: as `host`.

    Returns:
        The exit code: 0 after SIGTERM or SIGINT, 1 where the server could not start.
    """
    try:
        serve((settings or current_settings()).listening_on(host, port))
    except (StartUpError, SettingsError) as error:
        print(f"The advisor cannot start. {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # while it was still loading
        return 130
    return 0


def _bind(settings: Settings) -> socket.socket:
    """Takes the port before the seconds that loading takes."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise StartUpError(
            f"{settings.host}:{settings.port} cannot be listened on: {error.strerror}. Stop what "
            "uses it, or choose another with HOST and PORT."
        ) from error
    return listener


def _app(agent: Agent, settings: Settings) -> Sanic:
    from rasa.core.channels import channel
    from rasa.core.run import create_http_input_channels
    from rasa.shared.exceptions import RasaException
    from sanic import Sanic

    credentials = settings.home / "credentials.yml"
    app = Sanic("advisor", configure_logging=False)
    app.config.KEEP_ALIVE_TIMEOUT = KEEP_ALIVE
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = settings.action_timeout + GRACE
    app.ctx.agent = agent
    try:
        channel.register(create_http_input_channels(None, str(credentials)), app, "/webhooks/")
    except (RasaException, OSError, ValueError) as error:
        raise StartUpError(f"The channels in {credentials} cannot be used: {error}") from error
    _add_pages(app, agent)

    async def announce(*_: object) -> None:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        print(f"The advisor listens on http://{host}:{settings.port}", flush=True)

    app.register_listener(announce, "after_server_start")
    return app


def _add_pages(app: Sanic, agent: Agent) -> None:
    from sanic import response
    from sanic.exceptions import SanicException
    from sanic.request import Request
    from sanic.response import HTTPResponse

    from bot.runtime.health import failing_parts

    @app.get("/")
    async def about(request: Request) -> HTTPResponse:
        return response.json(
            {
                "name": "Career advisor",
                "ask": f'POST {REST} with {{"sender": "an id of the conversation", '
                '"message": "a question"}',
                "health": "GET /health",
            }
        )

    @app.get("/health")
    async def health(request: Request) -> HTTPResponse:
        failing = await failing_parts(agent)
        if failing:
            return response.json({"status": "failing", "reasons": failing}, status=503)
        return response.json({"status": "ok"})

    async def explain(request: Request, error: Exception) -> HTTPResponse:
        if isinstance(error, SanicException) and error.status_code < 500:
            remedy = f"See GET / for what is offered; questions go to POST {REST}."
            return response.json({"error": str(error), "remedy": remedy}, error.status_code)
        text = apology.report(logger, "request", error)
        return response.json({"error": text, "remedy": "Try again."}, status=500)

    app.error_handler.add(Exception, explain)


if __name__ == "__main__":
    sys.exit(main())
