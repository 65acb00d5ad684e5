"""The contacts that the advisor itself gives out: they are nobody's personal data."""

from __future__ import annotations

from bot.knowledge import knowledge


def public_contacts() -> frozenset[str]:
    """Telephone numbers and e-mail addresses that masking leaves as they are."""
    return knowledge().contacts
