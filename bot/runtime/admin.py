"""Metrics and health on an address of their own, which the public cannot reach."""

from __future__ import annotations

import socket

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from rasa.core.agent import Agent

from bot.runtime.health import failing_parts


async def start_admin(agent: Agent, listener: socket.socket) -> web.AppRunner:
    """Serves `/metrics`, `/health/live` and `/health/ready`, in the loop that runs.

    Args:
        agent: whose health is asked.
        listener: bound to the address.

    Returns:
        What is to be cleaned up at the end.
    """

    async def ready(_request: web.Request) -> web.Response:
        failing = await failing_parts(agent)
        if failing:
            return web.json_response({"status": "failing", "reasons": failing}, status=503)
        return web.json_response({"status": "ok"})

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/health", ready)
    app.router.add_get("/health/ready", ready)
    app.router.add_get("/health/live", live)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    return runner


async def metrics(_request: web.Request) -> web.Response:
    """All that this process has counted."""
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def live(_request: web.Request) -> web.Response:
    """The process runs, and its loop turns."""
    return web.json_response({"status": "ok"})
