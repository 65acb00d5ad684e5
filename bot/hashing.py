"""Ids of conversations, hashed for logs: one can be followed there, and nobody be found by it."""

from __future__ import annotations

import hashlib
import secrets
from functools import lru_cache

from bot.settings import current_settings


def conversation_hash(sender: str) -> str:
    """Twelve characters that stand for a conversation in logs and counters.

    The same in all processes that share ADVISOR_LOG_KEY, as the workers of one parent do; without
    it, in this process alone.
    """
    return hashlib.blake2b(sender.encode(), key=_key(), digest_size=6).hexdigest()


@lru_cache(maxsize=1)
def _key() -> bytes:
    given = current_settings().log_key
    return hashlib.blake2b(given.encode()).digest() if given else secrets.token_bytes(64)
