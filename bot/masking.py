"""Personal data in what users write, replaced before anything reads, stores or logs it.

Masked are e-mail addresses, telephone numbers, social security numbers and payment card numbers.
Pay, years, counts and the numbers that the knowledge itself gives out stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# One for all kinds: what says which kind it was is understood as a question about it.
REMOVED = "[removed]"

# A digit before or after, also behind a point, a comma or a hyphen, would make it another number.
_START = r"(?<![\d$€£])(?<!\d[.,-])"
_END = r"(?![-.,]?\d)"

_EMAIL = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,5}[^\W\d_]{2,24}"
)
# In fours, as fifteen digits of American Express, or without a gap.
_CARD = re.compile(
    _START + r"(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5})" + _END
)
_CARD_ISSUER = re.compile(r"3[04-9]|[456]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)")
_SSN = re.compile(_START + r"\d{3}([-. \u2010-\u2013])\d{2}\1\d{4}" + _END)
# Nine digits in a row are a number like any other until they are called by their name.
_SSN_NAMED = re.compile(
    r"((?:\bssn\b|\bsocial(?:\s+security)?(?:\s+(?:number|no\.?|#))?)\D{0,12})(?<!\d)\d{9}(?!\d)",
    re.IGNORECASE,
)
_GAP = r"[-. \u2010-\u2013]"
_PHONE = re.compile(
    # North America: 617-555-0142, (617) 555 0142, +1 617.555.0142, 6175550142
    rf"(?:(?<!\w)\+?1{_GAP}?)?(?<!\w)\(\d{{3}}\)\s?\d{{3}}{_GAP}?\d{{4}}{_END}"
    rf"|{_START}(?:\+?1{_GAP})?\d{{3}}({_GAP})\d{{3}}(?:\1|{_GAP})\d{{4}}{_END}"
    rf"|{_START}1?[2-9]\d{{2}}[2-9]\d{{6}}{_END}"
    # Elsewhere: +44 20 7946 0958, 06 12 34 56 78, 020 7946 0958, 98765 43210
    rf"|(?<![\w+])\+\d(?:[ .()-]{{0,2}}\d){{6,14}}{_END}"
    rf"|{_START}0\d(?:[ .-]\d\d){{4}}{_END}"
    rf"|{_START}0\d{{2,4}}[ -]\d{{3,4}}[ -]?\d{{3,4}}{_END}"
    rf"|{_START}[6-9]\d{{4}}[ -]\d{{5}}{_END}"
)
# Seven digits, or ten of any kind, once they are called a telephone number.
_PHONE_NAMED = re.compile(
    r"(\b(?:phone|telephone|cell|mobile|call me|text me|reach me|whatsapp|my number)\b"
    r"[^\d\n]{0,20})"
    rf"(?<![\d.,$€£])\d{{3}}{_GAP}?(?:\d{{3}}{_GAP}?)?\d{{4}}{_END}",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\D")
# Most messages hold neither an "@" nor seven digits near each other.
_WORTH_A_LOOK = re.compile(r"@|\d(?:\D{0,3}\d){6}")


def mask(text: str, public: Iterable[str] = ()) -> str:
    """Replaces personal data by "[removed]".

    Args:
        text: what a user wrote, of bounded length.
        public: telephone numbers and e-mail addresses that everyone may know, however they are
            written.
    """
    if not _WORTH_A_LOOK.search(text):
        return text
    known = {_bare(value) for value in public}

    def hide(found: re.Match[str]) -> str:
        return found[0] if _bare(found[0]) in known else REMOVED

    text = _EMAIL.sub(hide, text)
    text = _CARD.sub(lambda found: REMOVED if _is_card(found[0]) else found[0], text)
    text = _SSN.sub(REMOVED, text)
    text = _SSN_NAMED.sub(rf"\1{REMOVED}", text)
    text = _PHONE.sub(hide, text)
    return _PHONE_NAMED.sub(
        lambda found: found[0] if _ends_in(found[0], known) else found[1] + REMOVED, text
    )


def public_contacts(texts: Iterable[str]) -> frozenset[str]:
    """The telephone numbers and e-mail addresses that texts for everyone give out."""
    return frozenset(
        _bare(found[0])
        for text in texts
        for pattern in (_PHONE, _EMAIL)
        for found in pattern.finditer(text)
    )


def _bare(contact: str) -> str:
    """An address in lower case, or a number's digits without the country code of North America."""
    if "@" in contact:
        return contact.lower()
    digits = _DIGITS.sub("", contact)
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits


def _ends_in(text: str, numbers: Iterable[str]) -> bool:
    digits = _DIGITS.sub("", text)
    return any(digits.endswith(number) for number in numbers if number.isdigit())


def _is_card(text: str) -> bool:
    """Whether the digits begin as cards do and their last is the check digit of the others."""
    digits = _DIGITS.sub("", text)
    if not (13 <= len(digits) <= 19 and _CARD_ISSUER.match(digits)):
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
