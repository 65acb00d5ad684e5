"""Checks that go across a knowledge file: references, figures, hedges, labels, caveats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from bot.knowledge.model import Career, Conversation, Figure, Topic
from bot.knowledge.problems import Location, Problem
from bot.knowledge.texts import (
    DIGIT,
    NUMBER_WORD,
    PLACEHOLDER,
    figure_references,
    find_figure,
    general_values,
)

SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
MOST_SUGGESTIONS = 3
LONGEST_QUESTION = 60

PAY_VALUES = frozenset({"pay", "given", "gap_low", "gap_high", "gap_median", "hours_per_year"})
TALK_VALUES = frozenset({"helpline", "helpline_area", "error_id"})


def check_career(career: Career) -> list[Problem]:
    """Return every problem of a career that its types alone cannot show."""
    problems: list[Problem] = []
    for check in CAREER_CHECKS:
        problems.extend(check(career))
    return problems


def check_conversation(conversation: Conversation, career: Career) -> list[Problem]:
    """Return every problem of the conversation file against a career's topics."""
    problems = list(_duplicates("talks", (talk.id for talk in conversation.talks)))
    if not conversation.helplines:
        problems.append(Problem(("helplines",), "there is no helpline", "Name one for distress"))
    topics = {topic.id for topic in career.topics}
    allowed = set(general_values(career)) | TALK_VALUES
    for position, talk in enumerate(conversation.talks):
        where: Location = ("talks", position)
        if not talk.texts:
            problems.append(
                Problem((*where, "texts"), f"the talk {talk.id} has no text", "Write at least one")
            )
        problems.extend(_dangling((*where, "suggest"), talk.suggest, topics, "topic"))
        for index, text in enumerate(talk.texts):
            problems.extend(_check_text((*where, "texts", index), text, career, allowed))
    return problems


def career_texts(career: Career) -> Iterator[tuple[Location, str]]:
    """Yield every text of a career that can be said, with its place."""
    for i, fact in enumerate(career.facts):
        yield ("facts", i, "statement"), fact.statement
        if fact.item:
            yield ("facts", i, "item"), fact.item
    for i, caveat in enumerate(career.caveats):
        yield ("caveats", i, "text"), caveat.text
    for i, pointer in enumerate(career.pointers):
        yield ("pointers", i, "text"), pointer.text
    for i, topic in enumerate(career.topics):
        yield from _topic_texts(("topics", i), topic)
    for name in type(career.pay_comparison).__fields__:
        yield ("pay_comparison", name), getattr(career.pay_comparison, name)
    check = career.fit_check
    yield ("fit_check", "intro"), check.intro
    yield ("fit_check", "closing", "text"), check.closing.text
    for i, criterion in enumerate(check.criteria):
        yield ("fit_check", "criteria", i, "question"), criterion.question
        for j, option in enumerate(criterion.options):
            yield ("fit_check", "criteria", i, "options", j, "reason"), option.reason


def _topic_texts(where: Location, topic: Topic) -> Iterator[tuple[Location, str]]:
    yield (*where, "title"), topic.title
    yield (*where, "question"), topic.question
    if topic.lead:
        yield (*where, "lead"), topic.lead
    for j, variant in enumerate(topic.variants):
        yield (*where, "variants", j, "lead"), variant.lead
    if topic.silence:
        yield (*where, "silence", "says"), topic.silence.says
        yield (*where, "silence", "subject"), topic.silence.subject
        yield (*where, "silence", "nearest", "text"), topic.silence.nearest.text
    if topic.why:
        yield (*where, "why", "text"), topic.why.text


def _duplicates(part: str, ids: Iterable[str]) -> Iterator[Problem]:
    names = list(ids)
    counts = Counter(names)
    for position, name in enumerate(names):
        if counts[name] > 1 and names.index(name) != position:
            yield Problem(
                (part, position, "id"),
                f"the id {name} stands here a second time",
                "Give each entry an id of its own",
            )


def _dangling(
    where: Location, ids: Iterable[str], known: set[str] | frozenset[str], kind: str
) -> Iterator[Problem]:
    for name in ids:
        if name not in known:
            yield Problem(
                where,
                f"there is no {kind} with the id {name}",
                f"Correct the id, or add that {kind}",
            )


def check_ids(career: Career) -> Iterator[Problem]:
    """Find ids that stand twice."""
    yield from _duplicates("facts", (fact.id for fact in career.facts))
    yield from _duplicates("caveats", (caveat.id for caveat in career.caveats))
    yield from _duplicates("pointers", (pointer.id for pointer in career.pointers))
    yield from _duplicates("groups", (group.id for group in career.groups))
    yield from _duplicates("topics", (topic.id for topic in career.topics))


def check_references(career: Career) -> Iterator[Problem]:
    """Find references to facts, topics and other parts that are not there."""
    facts = {fact.id for fact in career.facts}
    caveats = {caveat.id for caveat in career.caveats}
    pointers = {pointer.id for pointer in career.pointers}
    groups = {group.id for group in career.groups}
    topics = {topic.id for topic in career.topics}
    for i, fact in enumerate(career.facts):
        yield from _dangling(
            ("facts", i, "section"), [fact.section], set(career.article.sections), "section"
        )
    for i, caveat in enumerate(career.caveats):
        yield from _dangling(("caveats", i, "facts"), caveat.facts, facts, "fact")
    for i, pointer in enumerate(career.pointers):
        yield from _dangling(("pointers", i, "facts"), pointer.facts, facts, "fact")
    yield from _dangling(("contact", "facts"), career.contact.facts, facts, "fact")
    for i, group in enumerate(career.groups):
        yield from _dangling(("groups", i, "overview"), [group.overview], topics, "topic")
        for name in ("named", "refined"):
            targets = getattr(group, name).values()
            yield from _dangling(("groups", i, name), targets, topics, "topic")
        yield from _dangling(("groups", i, "general"), group.general, topics, "topic")
        for name in ("own_pay", "where"):
            if target := getattr(group, name):
                yield from _dangling(("groups", i, name), [target], topics, "topic")
    for i, topic in enumerate(career.topics):
        where: Location = ("topics", i)
        yield from _dangling((*where, "group"), [topic.group], groups, "group")
        yield from _dangling((*where, "next"), topic.next, topics, "topic")
        yield from _dangling((*where, "caveats"), topic.caveats, caveats, "caveat")
        for name in ("facts", "points", "more"):
            yield from _dangling((*where, name), getattr(topic, name), facts, "fact")
        for j, variant in enumerate(topic.variants):
            yield from _dangling((*where, "variants", j, "facts"), variant.facts, facts, "fact")
        if topic.silence:
            silence = topic.silence
            nearest = (*where, "silence", "nearest", "facts")
            yield from _dangling(nearest, silence.nearest.facts, facts, "fact")
            yield from _dangling((*where, "silence", "look"), silence.look, pointers, "pointer")
        if topic.why:
            yield from _dangling((*where, "why", "facts"), topic.why.facts, facts, "fact")
    for i, criterion in enumerate(career.fit_check.criteria):
        for j, option in enumerate(criterion.options):
            place = ("fit_check", "criteria", i, "options", j, "facts")
            yield from _dangling(place, option.facts, facts, "fact")


def check_figures(career: Career) -> Iterator[Problem]:
    """Find pay figures that lack what must be said beside them."""
    for i, fact in enumerate(career.facts):
        seen: set[str] = set()
        for j, figure in enumerate(fact.figures):
            where: Location = ("facts", i, "figures", j)
            if figure.statistic in seen:
                yield Problem(
                    (*where, "statistic"),
                    f"the fact {fact.id} has the statistic {figure.statistic} twice",
                    "Give each figure of a fact a statistic of its own",
                )
            seen.add(figure.statistic)
            if figure.unit == "count":
                continue
            for name in ("occupation", "source", "area"):
                if getattr(figure, name) is None:
                    yield Problem(
                        where,
                        f"the pay figure {fact.id}.{figure.statistic} has no {name}",
                        f"Add the {name} as the article states it",
                    )
            occupation = figure.occupation
            if occupation and occupation.relation == "related" and occupation.name is None:
                yield Problem(
                    (*where, "occupation"),
                    "a related occupation has no name",
                    "Add the name that the article gives it",
                )
        for _, statistic in figure_references(fact.statement):
            if statistic not in seen:
                yield Problem(
                    ("facts", i, "statement"),
                    f"the statement says {{{fact.id}.{statistic}}}, which is not among its figures",
                    "Add the figure under `figures`, or take it out of the statement",
                )
        said = {statistic for _, statistic in figure_references(fact.statement)}
        for j, figure in enumerate(fact.figures):
            if figure.statistic not in said:
                yield Problem(
                    ("facts", i, "figures", j),
                    f"the statement of {fact.id} does not say its figure {figure.statistic}",
                    f"Write {{{fact.id}.{figure.statistic}}} into the statement",
                )


def _check_text(where: Location, text: str, career: Career, allowed: set[str]) -> Iterator[Problem]:
    bare = PLACEHOLDER.sub("", text)
    if DIGIT.search(bare) or NUMBER_WORD.search(bare):
        yield Problem(
            where,
            "a figure is typed into the text and is not among the facts' figures",
            "Put it under `figures` of its fact and write it as {FACT.statistic}",
        )
    if "{" in bare or "}" in bare:
        yield Problem(
            where, "a brace does not belong to a placeholder", "Write {FACT.statistic} or {phone}"
        )
    for name, statistic, _ in PLACEHOLDER.findall(text):
        if statistic:
            if find_figure(career, name, statistic) is None:
                yield Problem(
                    where,
                    f"there is no figure {name}.{statistic}",
                    "Correct the reference, or add the figure to that fact",
                )
        elif name not in allowed:
            yield Problem(
                where,
                f"nobody fills the placeholder {{{name}}}",
                "Use one of: " + ", ".join(sorted(allowed)),
            )


def check_texts(career: Career) -> Iterator[Problem]:
    """Find typed figures, unknown placeholders and figures without the label they need."""
    general = set(general_values(career))
    for where, text in career_texts(career):
        allowed = set(general)
        if where[-2:] == ("silence", "says"):
            allowed.add("names")
        if where[0] == "pay_comparison":
            if where[1] in ("low", "high", "median"):
                yield from _check_pay_reference(where, text, career)
                continue
            allowed |= PAY_VALUES
        yield from _check_text(where, text, career, allowed)
        yield from _check_labels(where, text, career)


def _check_pay_reference(where: Location, text: str, career: Career) -> Iterator[Problem]:
    fact_id, _, statistic = text.partition(".")
    if find_figure(career, fact_id, statistic) is None:
        yield Problem(where, f"there is no figure {text}", "Write it as FACT.statistic")


def _check_labels(where: Location, text: str, career: Career) -> Iterator[Problem]:
    for sentence in SENTENCE_END.split(text):
        for name, statistic in figure_references(sentence):
            figure = find_figure(career, name, statistic)
            if figure is None or figure.occupation is None:
                continue
            if missing := _missing_label(figure, sentence):
                yield Problem(
                    where,
                    f"{name}.{statistic} is said without its label",
                    f"Say “{missing}” in the same sentence",
                )


def _missing_label(figure: Figure, sentence: str) -> str | None:
    assert figure.occupation is not None
    if figure.occupation.relation == "related":
        name = figure.occupation.name or ""
        return None if name.lower() in sentence.lower() else name
    if figure.occupation.relation == "not_stated":
        return None if "article" in sentence.lower() else "the article reports"
    return None


def check_topics(career: Career) -> Iterator[Problem]:
    """Find topics without an answer, without a needed caveat, or too long for a button."""
    pay_caveats = {caveat.id for caveat in career.caveats if caveat.covers == "pay"}
    for i, topic in enumerate(career.topics):
        where: Location = ("topics", i)
        if (topic.lead is None) == (topic.silence is None):
            yield Problem(
                where,
                "a topic needs either a lead or a silence",
                "Give it a `lead`, or `silence` where the article does not say",
            )
        if len(topic.next) > MOST_SUGGESTIONS:
            yield Problem(
                (*where, "next"),
                f"there are {len(topic.next)} suggestions",
                f"Keep {MOST_SUGGESTIONS} at most",
            )
        if len(topic.question) > LONGEST_QUESTION:
            yield Problem(
                (*where, "question"),
                f"the question has {len(topic.question)} characters",
                f"Keep it to {LONGEST_QUESTION}, so that it fits a button",
            )
        silence = topic.silence
        if silence and silence.names_from and "{names}" not in silence.says:
            yield Problem(
                (*where, "silence", "says"),
                "what was named would not be said back",
                "Write {names} into it, or take `names_from` out",
            )
        if topic.variants and topic.variants_by is None:
            yield Problem(
                (*where, "variants"), "nothing picks the variants", "Add `variants_by: ENTITY`"
            )
        if _says_pay(career, topic) and not pay_caveats & set(topic.caveats):
            yield Problem(
                (*where, "caveats"),
                "the topic says a pay figure without the caveat on pay",
                "Add one of: " + ", ".join(sorted(pay_caveats) or ["a caveat with `covers: pay`"]),
            )


def _says_pay(career: Career, topic: Topic) -> bool:
    texts = [text for place, text in _topic_texts((), topic) if place[0] != "why"]
    points = [fact.statement for fact in career.facts if fact.id in topic.points]
    for text in [*texts, *points]:
        for name, statistic in figure_references(text):
            figure = find_figure(career, name, statistic)
            if figure is not None and figure.unit != "count":
                return True
    return False


def check_coverage(career: Career) -> Iterator[Problem]:
    """Find facts that no answer would ever tell."""
    told = {name for topic in career.topics for name in topic_facts(topic)}
    told |= {name for caveat in career.caveats for name in caveat.facts}
    for i, fact in enumerate(career.facts):
        if fact.id not in told:
            yield Problem(
                ("facts", i, "id"),
                f"no topic tells the fact {fact.id}",
                "Name it under `facts`, `points` or `more` of a topic",
            )


def topic_facts(topic: Topic) -> set[str]:
    """Return the ids of every fact that a topic tells, in its answer or on 'tell me more'."""
    names = {*topic.facts, *topic.points, *topic.more}
    for _, text in _topic_texts((), topic):
        names |= {name for name, _ in figure_references(text)}
    for variant in topic.variants:
        names |= set(variant.facts)
    if topic.silence:
        names |= set(topic.silence.nearest.facts)
    if topic.why:
        names |= set(topic.why.facts)
    return names


def check_review(career: Career) -> Iterator[Problem]:
    """Find a review date that lies before the last review."""
    if career.review_by <= career.reviewed_on:
        yield Problem(
            ("review_by",),
            f"{career.review_by} is not after reviewed_on, {career.reviewed_on}",
            "Set the date by which somebody must look again",
        )


CAREER_CHECKS: Sequence[Callable[[Career], Iterator[Problem]]] = (
    check_ids,
    check_references,
    check_figures,
    check_texts,
    check_topics,
    check_coverage,
    check_review,
)
