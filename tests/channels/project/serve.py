"""Starts the server as `advisor serve` does, with this project's actions beside the advisor's."""

import sys

import misbehaviour  # noqa: F401  # the SDK finds every subclass of Action

from bot.runtime.server import main

sys.exit(main())
