"""Ids of conversations, hashed for logs: one can be followed there, and nobody be found by it."""

from __future__ import annotations

import hashlib
import secrets
from functools import lru_cache

from bot.settings import current_settings

_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def conversation_hash(sender: str) -> str:
    """Twelve letters that stand for a conversation in logs and counters.

    No digits: what masks telephone numbers in logs would take some for one.

    The same in all processes that share ADVISOR_LOG_KEY, as the workers of one parent do; without
    it, in this process alone.
    """
    digest = hashlib.blake2b(sender.encode(), key=_key(), digest_size=6).hexdigest()
    return digest.translate(_LETTERS)


@lru_cache(maxsize=1)
def _key() -> bytes:
    given = current_settings().log_key
    return hashlib.blake2b(given.encode()).digest() if given else secrets.token_bytes(64)
