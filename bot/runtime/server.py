"""The server: Rasa's channels on Sanic, with the actions in the same process."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot import apology
from bot.runtime.agent import close_agent, load_agent, require_files
from bot.runtime.errors import StartUpError
from bot.runtime.lean import collecting_later
from bot.runtime.quiet import hush
from bot.settings import Settings, SettingsError, current_settings

if TYPE_CHECKING:
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import InputChannel
    from sanic import Sanic

logger = logging.getLogger(__name__)

# Seconds. Longer than the proxies that stand before such servers keep their connections.
KEEP_ALIVE = 75
# Seconds beyond an action's own time that turns under way get when the server is stopped.
GRACE = 7.0
REST = "/webhooks/rest/webhook"


def serve(
    settings: Settings, listener: socket.socket | None = None, pulse: int | None = None
) -> None:
    """Serves until SIGTERM or SIGINT; turns under way are finished first.

    Args:
        settings: say where to listen, and all else.
        listener: takes the messages instead, where a supervisor has bound the port.
        pulse: the supervisor's pipe, to beat into while the event loop turns.

    Raises:
        StartUpError: the port, the model, the database or the channels cannot be used. Nothing
            has listened then.
    """
    listener = listener or bind(settings.host, settings.port, "HOST and PORT")
    admin = None
    if settings.admin_port:
        variables = "ADVISOR_ADMIN_HOST and ADVISOR_ADMIN_PORT"
        admin = bind(settings.admin_host, settings.admin_port, variables)
    require_files(settings)
    with collecting_later():
        hush(settings.log_level, settings.log_format)
        channels = _channels(settings)
        agent = load_agent(settings)
    try:
        app = _app(agent, channels, settings, admin)
        if pulse is not None:
            _add_heartbeat(app, pulse)
        app.run(
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
        if admin is not None:
            admin.close()


def main(
    settings: Settings | None = None,
    *,
    host: str | None = None,
    port: int | None = None,
    listener: socket.socket | None = None,
    pulse: int | None = None,
) -> int:
    """Serves, and says on standard error why where it cannot.

    Args:
        settings: None reads the environment.
        host: listen here instead of where the settings say.
        port: as `host`.
        listener: as for `serve`.
        pulse: as for `serve`.

    Returns:
        The exit code: 0 after SIGTERM or SIGINT, 1 where the server could not start.
    """
    try:
        serve((settings or current_settings()).listening_on(host, port), listener, pulse)
    except (StartUpError, SettingsError) as error:
        print(f"The advisor cannot start. {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # while it was still loading
        return 130
    return 0


def bind(host: str, port: int, variables: str) -> socket.socket:
    """Takes a port, before the seconds that loading takes.

    Args:
        host: address of this machine.
        port: the port.
        variables: what sets the two, for the message.

    Raises:
        StartUpError: the address cannot be listened on.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise StartUpError(
            f"{host}:{port} cannot be listened on: {error.strerror}. Stop what uses it, or choose "
            f"another with {variables}."
        ) from error
    return listener


def _app(
    agent: Agent, channels: list[InputChannel], settings: Settings, admin: socket.socket | None
) -> Sanic:
    from rasa.core.channels import channel
    from sanic import Sanic

    from bot.channels.guard import the_guard
    from bot.channels.web.pages import add_site
    from bot.runtime.strict_request import StrictRequest

    app = Sanic("advisor", configure_logging=False, request_class=StrictRequest)
    app.config.KEEP_ALIVE_TIMEOUT = KEEP_ALIVE
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = settings.action_timeout + GRACE
    app.ctx.agent = agent
    the_guard().protect(app)
    channel.register(channels, app, "/webhooks/")
    names = {found.name() for found in channels}
    if "web" in names:
        add_site(app, settings)
    else:
        add_index(app, [REST] if "rest" in names else [])
    add_pages(app, agent)
    _add_background(app, agent, admin, settings.retention)

    async def announce(*_: object) -> None:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        print(f"The advisor listens on http://{host}:{settings.port}", flush=True)

    app.register_listener(announce, "after_server_start")
    return app


def _channels(settings: Settings) -> list[InputChannel]:
    """The channels of credentials.yml that may be served.

    Raises:
        StartUpError: the file cannot be used, or nothing is left to serve.
    """
    from rasa.core.run import create_http_input_channels
    from rasa.shared.exceptions import RasaException

    credentials = settings.home / "credentials.yml"
    try:
        channels: list[InputChannel] = create_http_input_channels(None, str(credentials))
    except (RasaException, OSError, ValueError) as error:
        raise StartUpError(f"The channels in {credentials} cannot be used: {error}") from error
    offered = [found for found in channels if found.name() != "slack" or settings.slack_is_served]
    served = [found for found in offered if found.name() != "rest" or settings.rest_is_served]
    if len(served) < len(offered):
        reason = (
            "ADVISOR_REST=off"
            if settings.rest == "off"
            else f"callers may name any conversation on it, and {settings.host} is not loopback"
        )
        message = f"The REST channel is off: {reason}."
        remedy = "Set ADVISOR_REST=on if only trusted callers reach it, or HOST=127.0.0.1"
        if not served:
            raise StartUpError(f"{message} {credentials} names no other channel. {remedy}.")
        logger.warning("%s %s to have it.", message, remedy)
    return served


def _add_background(
    app: Sanic, agent: Agent, listener: socket.socket | None, retention: float
) -> None:
    """What runs beside the channels for as long as the server does."""
    from bot.runtime.admin import start_admin
    from bot.runtime.knowledge_watch import watch_knowledge
    from bot.runtime.retention import keep_retention

    async def begin(app: Sanic, *_: object) -> None:
        app.ctx.watch = asyncio.create_task(watch_knowledge())
        app.ctx.retention = asyncio.create_task(keep_retention(agent.tracker_store, retention))
        app.ctx.admin = await start_admin(agent, listener) if listener else None

    async def end(app: Sanic, *_: object) -> None:
        app.ctx.watch.cancel()
        app.ctx.retention.cancel()
        if app.ctx.admin is not None:
            await app.ctx.admin.cleanup()

    app.register_listener(begin, "before_server_start")
    app.register_listener(end, "before_server_stop")


def _add_heartbeat(app: Sanic, pulse: int) -> None:
    from bot.runtime.heartbeat import beat

    async def begin(app: Sanic, *_: object) -> None:
        app.ctx.heartbeat = asyncio.create_task(beat(pulse))

    async def end(app: Sanic, *_: object) -> None:
        app.ctx.heartbeat.cancel()

    app.register_listener(begin, "before_server_start")
    # Not before: turns under way may take their time.
    app.register_listener(end, "after_server_stop")


def add_index(app: Sanic, questions: Sequence[str]) -> None:
    """Adds a root that says what is offered, for a server without pages.

    Args:
        app: the server.
        questions: the paths that questions may be posted to.
    """
    from sanic import response
    from sanic.request import Request
    from sanic.response import HTTPResponse

    @app.get("/")
    async def about(request: Request) -> HTTPResponse:
        about = {"name": "Career advisor", "health": "GET /health"}
        for path in questions:
            about["ask"] = (
                f'POST {path} with {{"sender": "an id of the conversation", '
                '"message": "a question"}'
            )
        return response.json(about)


def add_pages(app: Sanic, agent: Agent) -> None:
    """Adds what every server of the advisor offers, and how it says no.

    Args:
        app: the server.
        agent: whose health is asked.
    """
    from sanic import response
    from sanic.exceptions import PayloadTooLarge, SanicException, ServiceUnavailable
    from sanic.request import Request
    from sanic.response import HTTPResponse

    from bot.runtime.health import failing_parts

    @app.get("/health/live")
    async def live(request: Request) -> HTTPResponse:
        return response.json({"status": "ok"})

    async def ready(request: Request) -> HTTPResponse:
        failing = await failing_parts(agent)
        if failing:
            return response.json({"status": "failing", "reasons": failing}, status=503)
        return response.json({"status": "ok"})

    app.add_route(ready, "/health", name="health")
    app.add_route(ready, "/health/ready", name="ready")

    async def explain(request: Request, error: Exception) -> HTTPResponse:
        if isinstance(error, ServiceUnavailable):  # Sanic's word for a caller that has left
            return response.json({"error": str(error), "remedy": "Send it again."}, status=503)
        if isinstance(error, SanicException) and error.status_code < 500:
            remedy = "See GET / for what is offered."
            if isinstance(error, PayloadTooLarge):
                remedy = "Send at most 8 KB, with characters as UTF-8 and not as \\uXXXX."
            return response.json({"error": str(error), "remedy": remedy}, error.status_code)
        text = apology.report(logger, "request", error)
        return response.json({"error": text, "remedy": "Try again."}, status=500)

    app.error_handler.add(Exception, explain)


if __name__ == "__main__":
    sys.exit(main())
