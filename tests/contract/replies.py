"""Every reply that the advisor can give, composed from all facts in all contexts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from bot import fit
from bot.answers import Answer
from bot.dialogue import Memory, respond
from bot.knowledge import Knowledge
from bot.rendering import plain_text
from bot.understanding import Named, Pay, Question

NAMES = {"background": "nursing", "place": "Boston", "certification": "PMP"}
PAYS = (
    Pay("$38,500", "USD", "year", 38_500),
    Pay("$61,000", "USD", "year", 61_000),
    Pay("$84,700", "USD", "year", 84_700),
    Pay("$90,000", "USD", "year", 90_000),
    Pay("$131,000", "USD", "year", 131_000),
    Pay("$246,800", "USD", None, 246_800),
    Pay("$47 an hour", "USD", "hour", 97_760),
    Pay("€70,000", "EUR", "year", None),
    Pay("forty", "USD", None, None),
)
FOLLOW_UPS = ("follow_more", "follow_more", "follow_more", "follow_why", "follow_source",
              "follow_where", "follow_same",
              "follow_repeat", "follow_correction")  # fmt: skip


@dataclass(frozen=True)
class Reply:
    """One reply: how it came about, what is shown, what it cites, the user's own numbers."""

    context: str
    text: str
    answers: tuple[Answer, ...]
    pay: Pay | None = None

    @property
    def facts(self) -> tuple[str, ...]:
        return tuple(fact for answer in self.answers for fact in (*answer.facts, *answer.beside))


def all_replies(knowledge: Knowledge) -> Iterator[Reply]:
    """Yield the replies to each intent, with each kind of thing named, followed up in each way."""
    for question in _questions(knowledge):
        turn = respond(knowledge, [question], Memory())
        yield _reply(f"{question.intent} {question.named}", turn.answers, *question.pay)
        memory = turn.memory
        for follow_up in FOLLOW_UPS:
            asked = Question(follow_up, named=question.named, pay=question.pay)
            turn = respond(knowledge, [asked], memory, previous=turn.answers)
            memory = turn.memory
            yield _reply(f"{question.intent} then {follow_up}", turn.answers, *question.pay)
    yield from _talks(knowledge)
    yield from _misunderstandings(knowledge)
    yield from _fit_check(knowledge)
    yield from _pairs(knowledge)


def _questions(knowledge: Knowledge) -> Iterator[Question]:
    entities = sorted({name for group in knowledge.career.groups for name in group.named})
    for topic in knowledge.career.topics:
        yield Question(topic.id)
        for entity in entities:
            value = NAMES.get(entity, "Something Named")
            yield Question(topic.id, named=(Named(entity, value, value.lower()),))
        for variant in topic.variants:
            for value in variant.when:
                yield Question(topic.id, named=(Named(topic.variants_by or "", value, value),))
        for pay in PAYS if topic.id == "salary_own_pay" else ():
            yield Question(topic.id, pay=(pay,))


def _talks(knowledge: Knowledge) -> Iterator[Reply]:
    for talk in knowledge.conversation.talks:
        if talk.id == "apology":
            text = knowledge.fill(talk.texts[0], error_id="abcdefab")
            yield Reply(talk.id, text, ())
            continue
        memory = Memory()
        for _ in talk.texts:
            turn = respond(knowledge, [Question(talk.id)], memory)
            memory = turn.memory
            yield _reply(talk.id, turn.answers)


def _misunderstandings(knowledge: Knowledge) -> Iterator[Reply]:
    readings = tuple((name, 0.2) for name in knowledge.topics)
    memory = Memory()
    for decision in ("offer", "offer", "decline", "decline", "decline"):
        question = Question("salary_median", decision=decision, readings=readings)
        turn = respond(knowledge, [question], memory)
        memory = turn.memory
        yield _reply(f"misunderstood {memory.misses}", turn.answers)


def _fit_check(knowledge: Knowledge) -> Iterator[Reply]:
    asked = fit.criteria(knowledge)
    for criterion, resumed in product(asked, (False, True)):
        yield _reply(criterion.id, (fit.ask(knowledge, criterion.id, resumed=resumed),))
    for values in product(("affirm", "deny", "unsure", None), repeat=len(asked)):
        chosen = {criterion.id: value for criterion, value in zip(asked, values, strict=True)}
        yield _reply(f"fit {values}", (fit.result(knowledge, chosen),))


def _pairs(knowledge: Knowledge) -> Iterator[Reply]:
    topics = list(knowledge.topics)
    for first, second in zip(topics, topics[7:] + topics[:7], strict=True):
        turn = respond(knowledge, [Question(first), Question(second)], Memory())
        yield _reply(f"{first} and {second}", turn.answers)


def _reply(context: str, answers: tuple[Answer, ...], pay: Pay | None = None) -> Reply:
    return Reply(context, plain_text(answers), answers, pay)


def mutated(text: str, place: int) -> str:
    """Return a text with the digit at a place changed to the next one."""
    return text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]
