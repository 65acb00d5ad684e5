"""One setting: what is known of it, and how its value is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field
from pathlib import Path
from typing import Any

from bot.settings import values

PROJECT = Path(__file__).resolve().parents[2]


class SettingsError(ValueError):
    """A setting has a value that cannot be used; the message says which and what to do."""


def about(
    variable: str, purpose: str, remedy: str, parse: Callable[[str], Any] = values.text
) -> dict[str, Any]:
    """The metadata of a setting's field.

    Args:
        variable: of the environment.
        purpose: what it is for.
        remedy: what a right value looks like, as a sentence that begins with "Give".
        parse: reads the variable's text, or raises ValueError.
    """
    return {"variable": variable, "purpose": purpose, "remedy": remedy, "parse": parse}


def read(setting: Field[Any], raw: str) -> Any:
    """The value that a text gives a setting.

    Raises:
        SettingsError: names the variable, its value unless secret, and the remedy.
    """
    about = setting.metadata
    try:
        return about["parse"](raw)
    except ValueError:
        shown = repr(raw) if setting.repr else "its value (not shown)"
        raise SettingsError(
            f"{about['variable']} ({about['purpose']}): {shown} cannot be used. {about['remedy']}"
        ) from None
