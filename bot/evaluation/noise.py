"""Noise as phones and hurry make it, the same for the same text: to see what it costs."""

from __future__ import annotations

import random
import zlib

NEIGHBOURS = {
    "a": "qsz", "b": "vgn", "c": "xvd", "d": "sfe", "e": "wrd", "f": "dgr", "g": "fht", "h": "gjy",
    "i": "uok", "j": "hku", "k": "jlo", "l": "kop", "m": "nj", "n": "bmh", "o": "ipl", "p": "ol",
    "q": "wa", "r": "etf", "s": "adw", "t": "ryg", "u": "yij", "v": "cbf", "w": "qes", "x": "zcs",
    "y": "tuh", "z": "xa",
}  # fmt: skip
MARKS = str.maketrans("", "", ",.?!'’;:")
SHORTEST = 4


def noisy(text: str) -> str:
    """Return a text with one kind of noise in about every sixth word.

    A word gets a slip to a neighbouring key, loses a letter, has two letters swapped or is said
    twice; half of the texts also lose their punctuation, and a fifth are shouted or lower-cased.
    """
    chance = random.Random(zlib.crc32(text.encode("utf-8")))
    words = [_slip(word, chance) if chance.random() < 1 / 6 else word for word in text.split()]
    changed = " ".join(words)
    if chance.random() < 0.5:
        changed = changed.translate(MARKS)
    style = chance.random()
    return changed.upper() if style < 0.1 else changed.lower() if style < 0.2 else changed


def _slip(word: str, chance: random.Random) -> str:
    if len(word) < SHORTEST or not word.isalpha():
        return word
    place = chance.randrange(1, len(word) - 1)
    kind = chance.choice(("neighbour", "missing", "swapped", "doubled"))
    if kind == "neighbour":
        letter = chance.choice(NEIGHBOURS.get(word[place].lower(), word[place]))
        return word[:place] + letter + word[place + 1 :]
    if kind == "missing":
        return word[:place] + word[place + 1 :]
    if kind == "swapped":
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return f"{word} {word}"
