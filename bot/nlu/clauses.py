"""How a message parts into clauses: rules of English form, without meaning.

The rules propose freely; whether a part is a question of its own is decided by what the
intent model makes of it (see `choice.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rasa.shared.nlu.training_data.message import Message

TEXT = "text"
"""Message property that holds what was typed; Rasa's own name for it."""

CLAUSES = "clauses"
"""Message property that holds the `Clause` list; not part of the output."""

SPELLING = "spelling"
"""Message property: misspelt words, and how to read them; not part of the output."""

CLAUSE_VECTORS = "clause_vectors"
"""Message property: sentence vectors of all clauses and parts in the order of `flattened`."""

CONTEXT_VECTOR = "context_vector"
"""Property of a training example that leans on the conversation: its vector behind that."""

ENCODE = "encode"
"""Message property: a function from texts to their sentence vectors, for what is read later."""

BEFORE = "before"
"""Key of a message's metadata, or a training example's: what the conversation was about."""

ABOUT = "about"
"""Key of an intent's metadata in the training data: what the conversation is about after it."""

WORD = re.compile(r"[^\W\d_]+")
"""A run of letters."""

_MOST_CLAUSES = 8
_MOST_LEANING_WORDS = 30
_MOST_PARTS = 4
_FRAGMENT_WORDS = 6


@dataclass(frozen=True)
class Clause:
    """A stretch of a message that may be a question of its own.

    Attributes:
        text: its words.
        start: index of its first character in the message.
        end: index behind its last character in the message.
        asks: whether it has the form of a question or a request.
        fragment: whether it is a few words without a subject ("the median", "pay in winter"),
            which beside a question asks as well.
        states: whether it begins with a person and asks nothing ("I make 85k").
        negated: whether it says what is not asked ("I don't want to know the pay").
        courtesy: whether it holds nothing but words such as "hi" or "thanks", or gives data that
            were taken out ("call me at [removed]").
        parts: what it may part into at a comma, a slash or an "and".
    """

    text: str
    start: int
    end: int
    asks: bool
    fragment: bool = False
    states: bool = False
    negated: bool = False
    courtesy: bool = False
    parts: tuple[Clause, ...] = ()


def clauses_of(message: Message) -> list[Clause]:
    """Returns the clauses found in a message; empty where it has only one, without parts."""
    clauses: list[Clause] = message.get(CLAUSES, [])
    return clauses


def before(message: Message) -> str:
    """Returns what the conversation was about before a message; empty where nothing says so."""
    metadata = message.get("metadata") or {}
    return str(metadata.get(BEFORE) or _before_example(message))


def is_example_in_context(message: Message) -> bool:
    """Returns whether a training example leans on what the conversation was about."""
    return bool(_before_example(message))


def _before_example(message: Message) -> str:
    # Where Rasa keeps the metadata that a training example was written with.
    example = (message.get("metadata") or {}).get("example")
    return str(example.get(BEFORE) or "") if isinstance(example, dict) else ""


def behind(before: str, text: str) -> str:
    """Returns a text behind what the conversation was about: "the team: how many?".

    Empty for a long text, for one without words, and where nothing was before it.
    """
    leans = before and WORD.search(text) and len(text.split()) <= _MOST_LEANING_WORDS
    return f"{before}: {text}" if leans else ""


def texts_of(message: Message) -> list[str]:
    """Returns what is to be read of a message: its text, and that of each clause and part.

    Where a `SpellingCorrector` has corrected words, the texts hold the corrected ones.
    """
    spelling: dict[str, str] = message.get(SPELLING, {})
    texts = [message.get(TEXT) or "", *(part.text for part in flattened(clauses_of(message)))]
    return [respelled(text, spelling) for text in texts]


def respelled(text: str, spelling: dict[str, str]) -> str:
    """Replaces whole words of a text.

    Args:
        text: the text.
        spelling: replacements by the word in lower case.
    """
    if not spelling:
        return text
    return WORD.sub(lambda match: spelling.get(match.group().lower(), match.group()), text)


def flattened(clauses: list[Clause]) -> list[Clause]:
    """Returns each clause, followed by its parts."""
    return [item for clause in clauses for item in (clause, *clause.parts)]


_SUBJECT = (
    r"(?:i|you|u|we|they|he|she|it|there|this|that|these|those|the|a|an|my|your|their|its|any|"
    r"anyone|someone|somebody|people|one|most|all|some|many)"
)
_WH = (
    r"(?:whether|what|whats|what's|who|whos|who's|whom|whose|which|when|where|wheres|where's|why|how|"
    r"hows|how's)"
)
_AUXILIARY = (
    r"(?:(?:is|are|am|was|were|does|did|can|could|should|would|will|shall|isn't|isnt|aren't|arent|"
    r"doesn't|doesnt|can't|cant|won't|wont)\s+\w|"
    rf"(?:do|don't|dont|may|might|must|has|have|had)\s+{_SUBJECT}\b)"
)
_REQUEST = (
    r"(?:(?:please |pls |plz |kindly )?(?:tell|show|give|explain|describe|list|compare|name|define|"
    r"remind|walk|state|summari[sz]e|outline|say|specify|clarify|confirm)\s+"
    r"(?:me|us|the|all|a|an|any|what|how|why|who|which|where|when|whether|if|it|this|that)\b|"
    r"let me know|"
    r"i(?:'d| would| should)?(?: also)? (?:want|need|like|love)d? (?:to )?"
    r"(?:know|see|hear|learn|understand|ask)|"
    r"i(?:'m| am| was)(?: also| just)? (?:wondering|curious|asking|looking for)|"
    r"i(?: also| just| do)? wonder|wondering|curious|"
    r"i(?:'d| would) like|any (?:idea|info|information|chance))"
)
_ASKING = rf"(?:{_WH}\b|{_AUXILIARY}|{_REQUEST})"
# The question word stands last, as in "the fee is how much".
_ASKED_LAST = (
    r"\b(?:is|are|be|was|were|takes?|costs?|pays?|earns?|makes?|lasts?)\s+(?:around |about |like )?"
    r"(?:how\s+(?:much|many|long|far|often|hard|big)|what|which(?:\s+ones?)?|where|when|who)\s*[?!.]*$"
)
_LINK = r"(?:and|n|also|plus|but|then|&|so|oh|ok|okay|well|btw|by the way|or)"

_ASKS = re.compile(
    rf"^(?:(?:{_LINK}|hi|hey|hello|please|thanks)\b[\s,]*)*{_ASKING}|\?\s*$|\b{_REQUEST}|{_ASKED_LAST}",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    rf"^(?:(?:{_LINK}|now|look|listen|please)(?!\w)[\s,]*)*(?:not\s+(?:the|about|what|how|my|your|interested|asking)\b|"
    r"forget\b|never\s?mind\b|"
    r"(?:i\s+)?(?:do not|don't|dont|didn't|didnt|did not)\s+(?:really\s+)?"
    r"(?:(?:want|need|care)\s+(?:to\s+(?:know|hear|see)|about)|care\b|ask|mean|tell|give|show|"
    r"start|begin|recite|repeat|talk|bother|quote|mention|discuss)|"
    r"no\s+(?:more\s+)?(?:\w+\s+)?talk\b|enough\s+(?:about|of|with)\b|(?:skip|leave\s+out)\b|"
    r"i(?:'m|m| am)\s+not\s+(?:asking|interested|looking)|(?:there(?:'s| is)\s+)?no need)",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"^(?:because\s+|since\s+)?(?:everybody|everyone|nobody|people|they|he|she|we|"
    r"my\s+\w+\s+(?:already|has|have|had|told|knows?)|"
    r"i(?:'ve|\s+have)?\s+(?:already|know|heard|read|looked|saw|seen|googled))\b(?!.*\?)",
    re.IGNORECASE,
)
_COURTESY = re.compile(
    r"^(?:(?:hi|hello|hey|hiya|there|good|morning|afternoon|evening|day|thanks|thank|you|thx|ty|"
    r"please|pls|ok|okay|so|well|oh|great|cool|nice|perfect|awesome|sorry|excuse|me|yes|yeah|yep|"
    r"no|nope|now|everyone|all|team|much|a|lot|very|again|sure|right|alright|um|uh|hmm|lol)\b[\s,.!]*)+$",
    re.IGNORECASE,
)
# What stands for personal data that were taken out; a clause that gives them asks nothing.
_TAKEN_OUT = re.compile(r"\[\w+\]")
_SENTENCE_END = re.compile(
    r"(?:[!?]+[!?.]*|(?<!\b[a-z])(?<!\b(?:vs|mr|ms|dr|st|eg|ie))(?<!\b(?:mrs|etc))\.+)(?=\s|$)|"
    r"\n+|;",
    re.IGNORECASE,
)
_ASKING_BOUNDARY = re.compile(
    rf"(?:\s*,\s*|\s+)(?:(?:and|n|also|plus|but|then|&)\s+)+(?={_ASKING})|\s*,\s*(?={_ASKING})",
    re.IGNORECASE,
)
_PART_BOUNDARY = re.compile(
    r"\s*,(?!\d)\s*(?:(?:and|n|also|plus|but)\s+)*|"
    r"\s+(?:and|n|also|plus(?!\s+(?:point|side))|but|&|\+|as well as)\s+(?:(?:also|then)\s+)?|"
    r"(?<!\d)\s*/\s*(?!\d)|\s+(?=(?:what|how|where|when|why|who)(?:'s|s)?\s+"
    r"(?:is|are|do|does|did|can|should|would|about|much|many|long|far|to)\b)|"
    r"\s+(?=(?:is|are|do|does|did|can|could|should|would|will)\s+(?:i|you|u|we|they|he|she|it|there)\b)",
    re.IGNORECASE,
)
_AUXILIARY_FIRST = re.compile(
    r"(?:is|are|do|does|did|can|could|should|would|will)\b", re.IGNORECASE
)
# What a question has before another one can follow without a word between: "what is it do i ...".
_FINITE = re.compile(
    r"\b(?:is|are|was|do|does|did|can|could|should|would|will|has|have|whats|hows|wheres)\b|'s\b",
    re.IGNORECASE,
)
# "You are not saving this, are you": asks with what stands before it, not by itself.
_TAG = re.compile(
    r"(?:is|are|am|was|were|do|does|did|has|have|had|can|could|should|would|will|shall)"
    r"(?:n't|nt)?\s+(?:i|you|u|we|they|he|she|it|there|that|this)(?:\s+not)?\s*[?!.]*\s*$",
    re.IGNORECASE,
)
_LEADING_LINKS = re.compile(r"^(?:(?:and|n|also|plus|but|then|&|so)\b[\s,]*)+", re.IGNORECASE)
# As in "okay, I have two quick questions".
_ANNOUNCES = re.compile(
    r"^(?:(?:hi|hey|hello|ok|okay|so|well|and|please)\b[\s,!]*)*(?:i(?:'ve|\s+have)?\s+(?:got\s+)?)?"
    r"(?:a|one|two|three|four|five|[2-5]|several|some|a\s+few|a\s+couple(?:\s+of)?)\s+"
    r"(?:(?:quick|more|other|last|small)\s+)*(?:questions?|things?|qs)\b[\s,:-]*",
    re.IGNORECASE,
)
_SUBJECTS = re.compile(
    r"\b(?:i|i'm|im|i've|ive|i'd|we|we're|you|you're|he|he's|she|she's|it|it's|its|they|they're|"
    r"there's|that|that's|thats|this|these|those|everybody|everyone|somebody|someone|nobody|my|our|"
    r"am|are|is|was|were)\b",
    re.IGNORECASE,
)
_STATES = re.compile(
    r"^(?:so |well |now |currently |right now )*(?:i|i'm|im|i've|ive|i'd|my|we|we're|our|he|he's|"
    r"she|she's|his|her|they|they're|their|it|it's|its|that|that's|thats|this)\b",
    re.IGNORECASE,
)
_REFERS_BACK = re.compile(r"\b(?:it|that|this|them|those|these|one)\b", re.IGNORECASE)
_GOVERNS = re.compile(
    r"\b(?:know|knows|tell|me|wonder|wondering|curious|about|of|on|explain|understand|see|ask|"
    r"asking|idea|to|in|for|or|and|mean|sure|is|are)$",
    re.IGNORECASE,
)


def split(text: str) -> list[Clause]:
    """Parts a message into clauses, each with the parts that it may have.

    Returns:
        The clauses in order; none where the message is one clause without parts.
    """
    spans = [
        span for start, end in _sentences(text) for span in _cut(text, start, end, _ASKING_BOUNDARY)
    ]
    clauses = [_clause(text, start, end) for start, end in spans][:_MOST_CLAUSES]
    if len(clauses) < 2 and not any(clause.parts for clause in clauses):
        return []
    topics = [_is_topic(text, clause, following) for clause, following in pairwise(clauses)]
    return [
        replace(clause, fragment=False) if topic else clause
        for clause, topic in zip(clauses, [*topics, False], strict=True)
    ]


def _is_topic(text: str, clause: Clause, following: Clause) -> bool:
    """Returns whether a clause names what the next one asks about ("the team, what is it?")."""
    beside = text[clause.end : following.start].strip() == ","
    return beside and bool(_REFERS_BACK.search(following.text))


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _SENTENCE_END.finditer(text):
        yield from _trimmed(text, start, match.end())
        start = match.end()
    yield from _trimmed(text, start, len(text))


def _cut(text: str, start: int, end: int, boundary: re.Pattern[str]) -> list[tuple[int, int]]:
    spans = []
    begin = start
    for match in boundary.finditer(text, start, end):
        before = text[begin : match.start()]
        bare = not match.group().strip()
        if bare and (len(before.split()) < 3 or _GOVERNS.search(before)):
            continue
        inverted = bare and _AUXILIARY_FIRST.match(text, match.end())
        if inverted and not _FINITE.search(before):
            continue
        if "," in match.group() and _TAG.match(text[match.end() : end]):
            continue
        spans += _trimmed(text, begin, match.start())
        begin = match.end()
    spans += _trimmed(text, begin, end)
    return spans


def _trimmed(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Returns the span without white space, linking words and announcements; none if empty."""
    while start < end and not (text[start].isalnum() or text[start] in "$€£#\"'(&"):
        start += 1
    for leading in (_LEADING_LINKS, _ANNOUNCES):
        found = leading.match(text[start:end])
        if found and found.end() < end - start:
            start += found.end()
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",;"):
        end -= 1
    return [(start, end)] if any(c.isalnum() for c in text[start:end]) else []


def _clause(text: str, start: int, end: int) -> Clause:
    spans = _cut(text, start, end, _PART_BOUNDARY)
    parts: tuple[Clause, ...] = ()
    if 1 < len(spans) <= _MOST_PARTS:
        parts = tuple(_plain(text, *span) for span in spans)
    whole = _plain(text, start, end)
    # "Don't tell me the pay, just the duties" asks; "..., everybody does" only says why.
    negated = whole.negated and all(
        part.negated or part.courtesy or _REASON.match(part.text) for part in parts
    )
    return replace(whole, negated=negated, parts=parts)


def _plain(text: str, start: int, end: int) -> Clause:
    words = text[start:end]
    asks = bool(_ASKS.search(words))
    gives = not asks and bool(_TAKEN_OUT.search(words))
    short = len(words.split()) <= _FRAGMENT_WORDS
    return Clause(
        text=words,
        start=start,
        end=end,
        asks=asks,
        fragment=short and not gives and not _SUBJECTS.search(words),
        states=bool(_STATES.match(words)) and not asks,
        negated=bool(_NEGATED.match(words)),
        courtesy=gives or bool(_COURTESY.match(words)),
    )
