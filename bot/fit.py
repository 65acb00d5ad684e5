"""The fit check: the article's criteria asked one by one and given back as reasons, no score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.answers import Answer, source_line
from bot.knowledge import Knowledge
from bot.knowledge.model import Criterion, Option
from bot.understanding import Question

ASKING = frozenset(
    (
        *("what", "how", "which", "who", "when", "where", "why"),
        *("do", "does", "did", "can", "could", "is", "are", "am", "was"),
        *("will", "would", "should"),
    )
)

# A longer reply may speak of something else; it counts where it opens with a plain answer.
SHORT = 4
YES_NO = frozenset(
    (
        *("yes", "yeah", "yep", "yup", "yea", "y", "sure", "definitely", "absolutely"),
        *("no", "nope", "nah", "n", "not", "never", "maybe"),
    )
)


def criteria(knowledge: Knowledge) -> tuple[Criterion, ...]:
    """Return the questions in the order in which they are asked."""
    return knowledge.career.fit_check.criteria


def ask(knowledge: Knowledge, criterion_id: str, *, resumed: bool, turn: int = 0) -> Answer:
    """Ask one question of the check.

    Args:
        knowledge: Where the questions stand.
        criterion_id: Which one; equals the form's slot.
        resumed: Whether something else was answered in between.
        turn: How often the check was resumed before, for the wording.
    """
    asked = criteria(knowledge)
    position = next(i for i, criterion in enumerate(asked) if criterion.id == criterion_id)
    criterion = asked[position]
    before = ""
    if resumed:
        texts = knowledge.talks["fit_resume"].texts
        before = f"{texts[turn % len(texts)]} "
    elif position == 0:
        before = f"{knowledge.fill(knowledge.career.fit_check.intro)} "
    number = position + 1
    step = f"({number} of {len(asked)})"
    return Answer(
        topic="fit_check",
        kind="fit",
        lead=f"{before}{step} {knowledge.fill(criterion.question)}",
        suggestions=tuple(option.label for option in criterion.options),
        facts=tuple(dict.fromkeys(f for option in criterion.options for f in option.facts)),
        step=(number, len(asked)),
    )


def result(knowledge: Knowledge, chosen: Mapping[str, str | None]) -> Answer:
    """Give the answers back as reasons, each met or open, with the article's sections.

    Args:
        knowledge: Where the reasons stand.
        chosen: Criterion id -> the value of the option chosen; missing ones count as open.
    """
    points: list[str] = []
    facts: list[str] = []
    for criterion in criteria(knowledge):
        option = _option(criterion, chosen.get(criterion.id))
        state = "met" if option.met else "open"
        points.append(f"{criterion.title}: {state}; {knowledge.fill(option.reason)}")
        facts += option.facts
    check = knowledge.career.fit_check
    told = tuple(dict.fromkeys([*facts, *check.closing.facts]))
    topic = knowledge.topics["fit_check"]
    return Answer(
        topic="fit_check",
        kind="fit",
        lead="Your answers beside the article's points:",
        points=tuple(points),
        caveat=knowledge.fill(check.closing.text),
        source=source_line(knowledge, told),
        suggestions=tuple(knowledge.topics[name].question for name in topic.next),
        facts=told,
    )


def option_for(criterion: Criterion, questions: Sequence[Question], text: str) -> str | None:
    """Return the value of the option that a reply chooses, or None where it chooses none.

    Args:
        criterion: The question that was asked.
        questions: What the reply was understood as; option values are intents.
        text: The reply as typed; an option's label chooses it.
    """
    said = text.strip().strip(".!").casefold()
    for option in criterion.options:
        if said == option.label.casefold():
            return option.value
    if len(questions) != 1 or questions[0].decision == "decline":
        return None
    question = questions[0]
    words = text.split()
    if len(words) <= SHORT or words[0].strip(",.!").casefold() in YES_NO:
        for option in criterion.options:
            if question.intent == option.value:
                return option.value
    if _is_statement(text):
        for option in criterion.options:
            if any(named.value in option.accepts for named in question.named):
                return option.value
    return None


def _is_statement(text: str) -> bool:
    """Whether a reply tells something, such as "I've been a nurse for ten years"."""
    first = text.lower().split()[:1]
    return "?" not in text and not ASKING.intersection(first)


def _option(criterion: Criterion, value: str | None) -> Option:
    for option in criterion.options:
        if option.value == value:
            return option
    return next(option for option in criterion.options if not option.met)
