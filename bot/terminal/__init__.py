"""The advisor in a terminal, in a script, and for one question."""

from bot.terminal.asking import ask_once
from bot.terminal.chat import run

__all__ = ["ask_once", "run"]
