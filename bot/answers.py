"""From a question to an answer: facts looked up, texts filled in, sources named. Pure.

An :class:`Answer` carries the ids of its facts to the channel, so that a citation, a thumb and
the proof over all replies speak of the same thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot import pay
from bot.knowledge import Knowledge
from bot.knowledge.model import Figure, Topic
from bot.knowledge.texts import cited_facts, figure_references
from bot.understanding import Named, Question

Kind = Literal["fact", "silent", "source", "talk", "offer", "miss", "fit"]

MOST_SUGGESTIONS = 3
MOST_MORE = 3
MOST_PAYS = 2
LONGEST_NAME = 40


@dataclass(frozen=True)
class Answer:
    """One answer, in parts that each channel renders in its own way.

    Attributes:
        topic: The topic or talk it comes from.
        kind: Whether it tells facts, says that the article is silent, or talks around them.
        lead: The answer in one or two sentences.
        points: List items, for facts that are a list.
        caveat: The limits that belong to it, and where to look instead; may be empty.
        source: Where it stands in the article; empty where no fact is told.
        suggestions: Questions to ask next, as a user would ask them.
        facts: The ids of the facts told, those of the lead first.
        beside: The ids of the facts behind the caveat and behind where to look instead.
        figures: References of the figures said, such as ``M6.median``.
        named: What the user named and the answer says back.
        own: Amounts of the user's own pay, in US dollars a year.
        step: Of a question of the fit check: its number, and how many there are.
    """

    topic: str
    kind: Kind
    lead: str
    points: tuple[str, ...] = ()
    caveat: str = ""
    source: str = ""
    suggestions: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    own: tuple[int, ...] = ()
    step: tuple[int, int] | None = None


def answer_topic(knowledge: Knowledge, question: Question) -> Answer:
    """Answer a question on a topic of the knowledge file.

    Raises:
        KeyError: The question's intent is no topic.
    """
    topic = knowledge.topics[question.intent]
    if topic.id == "salary_own_pay" and question.pay:
        return _own_pay(knowledge, topic, question)
    if topic.silence is not None:
        return _silent(knowledge, topic, question.named)
    lead, facts = topic.lead or "", topic.facts
    for variant in topic.variants:
        if any(n.entity == topic.variants_by and n.value in variant.when for n in question.named):
            lead, facts = variant.lead, variant.facts
            break
    return _fact_answer(knowledge, topic, lead, facts, topic.points)


def tell_more(knowledge: Knowledge, topic_id: str, told: Iterable[str], turn: int) -> Answer:
    """Tell the facts beside a topic that have not been told yet, a few at a time."""
    topic = knowledge.topics[topic_id]
    told = set(told)
    fresh = [name for name in topic.more if name not in told][:MOST_MORE]
    if not fresh:
        return talk(knowledge, "nothing_more", turn, topic=topic)
    if len(fresh) == 1:
        statement = knowledge.facts[fresh[0]].statement
        return _fact_answer(knowledge, topic, statement, fresh, (), more=True)
    lead = f"More from the article on {topic.title}:"
    return _fact_answer(knowledge, topic, lead, (), fresh, more=True)


def tell_why(knowledge: Knowledge, topic_id: str, turn: int) -> Answer:
    """Give the article's reason for what a topic says, or say that it gives none."""
    topic = knowledge.topics[topic_id]
    if topic.why is None:
        return talk(knowledge, "no_reason", turn, topic=topic)
    return _fact_answer(knowledge, topic, topic.why.text, topic.why.facts, ())


def tell_source(knowledge: Knowledge, topic_id: str, facts: Sequence[str]) -> Answer:
    """Say where the facts of the last answer stand in the article and who published figures."""
    topic = knowledge.topics[topic_id]
    known = [name for name in facts if name in knowledge.facts]
    article = knowledge.career.article
    date = "without a date" if article.date == "unknown" else f"of {article.date}"
    lead = f"That is from “{article.title}” by {article.author}, {date}"
    lead += f": {_sections(knowledge, known)}."
    lost = [
        figure
        for name in known
        for figure in knowledge.facts[name].figures
        if figure.source is not None and figure.source.status == "lost"
    ]
    if lost:
        lead += " The article does not name who published the pay figures."
    return Answer(
        topic=topic.id,
        kind="source",
        lead=lead,
        suggestions=_suggestions(knowledge, ("salary_source",) if lost else topic.next),
        facts=tuple(known),
    )


def tell_where(knowledge: Knowledge, topic_id: str, turn: int) -> Answer:
    """Say where to look for what the article does not say on a topic."""
    topic = knowledge.topics[topic_id]
    if topic.silence is None:
        return talk(knowledge, "nowhere", turn, topic=topic)
    look = topic.silence.look
    facts = tuple(dict.fromkeys(f for name in look for f in knowledge.pointers[name].facts))
    return Answer(
        topic=topic.id,
        kind="silent",
        lead=_where(knowledge, look),
        source=source_line(knowledge, facts),
        suggestions=_suggestions(knowledge, topic.next),
        facts=facts,
    )


def talk(
    knowledge: Knowledge,
    talk_id: str,
    turn: int,
    *,
    kind: Kind = "talk",
    topic: Topic | None = None,
    suggestions: Sequence[str] | None = None,
) -> Answer:
    """Say what is said around the facts.

    Args:
        knowledge: The knowledge.
        talk_id: Which talk.
        turn: How often it was said before in this conversation; its texts are used in turn.
        kind: What the answer counts as.
        topic: The topic it is about, where it is about one.
        suggestions: Questions to offer instead of the talk's own.
    """
    entry = knowledge.talks[talk_id]
    helpline = knowledge.conversation.helplines[0]
    text = knowledge.fill(
        entry.texts[turn % len(entry.texts)],
        helpline=helpline.number,
        helpline_area=helpline.area,
        title=topic.title if topic else knowledge.career.article.title,
    )
    if suggestions is None:
        suggestions = _suggestions(knowledge, topic.next if topic else entry.suggest)
    return Answer(topic=talk_id, kind=kind, lead=text, suggestions=tuple(suggestions))


def _fact_answer(
    knowledge: Knowledge,
    topic: Topic,
    lead: str,
    facts: Sequence[str],
    points: Sequence[str],
    *,
    more: bool = False,
) -> Answer:
    items = [knowledge.facts[name] for name in points]
    texts = [fact.statement if more or not fact.item else fact.item for fact in items]
    told = tuple(dict.fromkeys([*cited_facts(lead), *facts, *points]))
    figures = _references([lead, *texts])
    # The topic's own caveats belong to its answer, not to the facts beside it.
    caveats = [] if more else list(topic.caveats)
    if _has_pay(knowledge, figures):
        caveats += [c.id for c in knowledge.career.caveats if c.covers == "pay"]
    return Answer(
        topic=topic.id,
        kind="fact",
        lead=knowledge.fill(lead),
        points=tuple(knowledge.fill(text) for text in texts),
        caveat=_caveat(knowledge, caveats),
        source=source_line(knowledge, told),
        suggestions=_suggestions(knowledge, topic.next),
        facts=told,
        beside=_caveat_facts(knowledge, caveats, told),
        figures=figures,
    )


def _silent(knowledge: Knowledge, topic: Topic, named: Sequence[Named]) -> Answer:
    silence = topic.silence
    assert silence is not None
    names = _names(named, silence.names_from)
    says = knowledge.fill(silence.says, names=_listed(names, "or") or silence.subject)
    nearest = silence.nearest
    items = [knowledge.facts[name] for name in topic.points]
    told = tuple(dict.fromkeys([*cited_facts(nearest.text), *nearest.facts, *topic.points]))
    caveats = topic.caveats
    look = [name for name in silence.look if not _is_said(knowledge, name, nearest.text)]
    pointed = [fact for name in look for fact in knowledge.pointers[name].facts]
    beside = (*_caveat_facts(knowledge, caveats, told), *pointed)
    return Answer(
        topic=topic.id,
        kind="silent",
        lead=f"{says} {knowledge.fill(nearest.text)}",
        points=tuple(knowledge.fill(fact.item or fact.statement) for fact in items),
        caveat=f"{_caveat(knowledge, caveats)} {_where(knowledge, look)}".strip(),
        source=source_line(knowledge, told),
        suggestions=_suggestions(knowledge, topic.next),
        facts=told,
        beside=tuple(name for name in dict.fromkeys(beside) if name not in told),
        figures=_references([nearest.text]),
        named=tuple(names),
    )


def _own_pay(knowledge: Knowledge, topic: Topic, question: Question) -> Answer:
    lead = " ".join(pay.compare(knowledge, own) for own in question.pay[:MOST_PAYS])
    comparison = knowledge.career.pay_comparison
    references = (comparison.low, comparison.high, comparison.median)
    told = tuple(dict.fromkeys(reference.partition(".")[0] for reference in references))
    return Answer(
        topic=topic.id,
        kind="fact",
        lead=lead,
        caveat=_caveat(knowledge, topic.caveats),
        source=source_line(knowledge, told),
        suggestions=_suggestions(knowledge, topic.next),
        facts=told,
        beside=_caveat_facts(knowledge, topic.caveats, told),
        figures=references,
        named=tuple(own.text for own in question.pay if own.text),
        own=tuple(round(o.amount_per_year) for o in question.pay if o.amount_per_year is not None),
    )


def source_line(knowledge: Knowledge, facts: Sequence[str]) -> str:
    """Name the sections that facts stand in: ``the article, section Salary; undated``.

    Where a figure's publisher is lost from the article, the line says so.
    """
    if not facts:
        return ""
    article = knowledge.career.article
    line = f"the article, {_sections(knowledge, facts)}"
    line += "; undated" if article.date == "unknown" else f"; {article.date}"
    figures = [figure for name in facts for figure in knowledge.facts[name].figures]
    if any(figure.source and figure.source.status == "lost" for figure in figures):
        line += "; it does not name who published the figures"
    return line


def _sections(knowledge: Knowledge, facts: Sequence[str]) -> str:
    titles = knowledge.career.article.sections
    names = list(dict.fromkeys(titles[knowledge.facts[name].section] for name in facts))
    return ("section " if len(names) == 1 else "sections ") + _listed(names, "and")


def _caveat(knowledge: Knowledge, caveats: Sequence[str]) -> str:
    texts = [knowledge.caveats[name].text for name in dict.fromkeys(caveats)]
    return " ".join(knowledge.fill(text) for text in texts)


def _is_said(knowledge: Knowledge, pointer: str, text: str) -> bool:
    """Whether a text has the phone number that a pointer would give again."""
    return "{phone}" in text and "{phone}" in knowledge.pointers[pointer].text


def _where(knowledge: Knowledge, pointers: Sequence[str]) -> str:
    look = _listed([knowledge.pointers[name].text for name in pointers], "or")
    return f"For more, {knowledge.fill(look)}." if look else ""


def _caveat_facts(
    knowledge: Knowledge, caveats: Sequence[str], told: Sequence[str]
) -> tuple[str, ...]:
    names = [fact for name in caveats for fact in knowledge.caveats[name].facts]
    return tuple(name for name in dict.fromkeys(names) if name not in told)


def _suggestions(knowledge: Knowledge, topics: Sequence[str]) -> tuple[str, ...]:
    return tuple(knowledge.topics[name].question for name in topics[:MOST_SUGGESTIONS])


def _references(texts: Iterable[str]) -> tuple[str, ...]:
    found = [f"{name}.{kind}" for text in texts for name, kind in figure_references(text)]
    return tuple(dict.fromkeys(found))


def _has_pay(knowledge: Knowledge, references: Sequence[str]) -> bool:
    figures: list[Figure] = [knowledge.figure(reference) for reference in references]
    return any(figure.unit != "count" for figure in figures)


def _names(named: Sequence[Named], entities: Sequence[str]) -> list[str]:
    """The names to say back; words that name several kinds of things count as the first kind."""
    known: dict[str, str] = {}
    for entity in entities:
        for name in named:
            if name.entity == entity:
                known.setdefault(name.text.lower(), _spoken(name))
    return list(dict.fromkeys(known.values()))


def _spoken(named: Named) -> str:
    """The name to say back: canonical, and harmless whatever was typed."""
    name = named.text.lower() if named.entity == "background" else named.value
    kept = "".join(c for c in name if c.isalnum() or c in " -'.,&+/")
    return " ".join(kept.split())[:LONGEST_NAME]


def _listed(names: Sequence[str], joint: str) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {joint} {names[-1]}"
