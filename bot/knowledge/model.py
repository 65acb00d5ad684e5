"""The typed shape of what the advisor knows: one career's facts and how answers are made of them.

Every text may hold placeholders in braces: ``{M6.median}`` says a figure of fact ``M6`` with its
hedge, ``{phone}``, ``{job}`` and ``{jobs}`` say the contact number and the job's name. A digit
typed into a text is an error, so a figure stands in one place only.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal, TypeAlias

from pydantic import BaseModel, ConstrainedStr, Extra, Field

if TYPE_CHECKING:
    Identifier: TypeAlias = str
    Text: TypeAlias = str
    Phone: TypeAlias = str
else:

    class Identifier(ConstrainedStr):
        """A name that other parts of the file refer to."""

        regex = r"^[A-Za-z][A-Za-z0-9_]*$"

    class Text(ConstrainedStr):
        """A text that is not empty."""

        min_length = 1
        strip_whitespace = True

    class Phone(ConstrainedStr):
        """A telephone number in the form 855-295-1866."""

        regex = r"^[0-9]{3}-[0-9]{3}-[0-9]{4}$"


Statistic = Literal["average", "median", "low", "high", "percent", "count"]
Unit = Literal["usd_per_year", "percent", "count"]


class Model(BaseModel):
    """Base of all parts: immutable, and strict about keys it does not know."""

    class Config:
        extra = Extra.forbid
        allow_mutation = False
        frozen = True


class Occupation(Model):
    """The job that a figure belongs to, and how that job relates to the career."""

    name: Text | None = Field(None, description="The occupation as the article names it.")
    relation: Literal["same", "related", "not_stated"]


class FigureSource(Model):
    """Who published a figure, as far as the article tells."""

    as_stated: Text | None = Field(None, description="The publisher as the article names it.")
    status: Literal["stated", "lost"] = Field(
        description="'lost' where the article's text no longer holds the publisher's name."
    )


class Figure(Model):
    """One number of the article, with everything that must be said beside it."""

    value: int = Field(description="The exact number as printed, without separators.")
    unit: Unit
    statistic: Statistic
    hedge: Text | None = Field(None, description="The word printed before it: about, roughly.")
    occupation: Occupation | None = Field(None, description="Required for pay figures.")
    source: FigureSource | None = Field(None, description="Required for pay figures.")
    area: Text | None = Field(None, description="The area it holds for; required for pay figures.")
    date: Literal["unknown"] | date = Field("unknown", description="When it was measured.")


class Fact(Model):
    """One statement of the article, in our own words."""

    id: Identifier
    section: Identifier
    statement: Text = Field(description="A full sentence, hedges kept.")
    item: Text | None = Field(None, description="The same as a short list item.")
    figures: tuple[Figure, ...] = ()


class Caveat(Model):
    """A limit that belongs to some answers, such as that pay varies by place."""

    id: Identifier
    covers: Literal["pay"] | None = Field(None, description="Required where pay is answered.")
    text: Text
    facts: tuple[Identifier, ...] = ()


class Pointer(Model):
    """Where to look when the article does not say."""

    id: Identifier
    text: Text
    facts: tuple[Identifier, ...] = ()


class Claim(Model):
    """A short text together with the facts it rests on."""

    text: Text
    facts: tuple[Identifier, ...] = Field((), description="Facts beyond those in placeholders.")


class Variant(Model):
    """What a topic says instead of its lead when a given kind of thing is named."""

    when: tuple[Text, ...] = Field(description="Entity values, for example 'nursing'.")
    lead: Text
    facts: tuple[Identifier, ...] = ()


class Silence(Model):
    """What is said on a topic on which the article is silent."""

    says: Text = Field(description="A sentence with {names} for what was asked about.")
    subject: Text = Field(description="What stands for {names} when nothing was named.")
    names_from: tuple[Identifier, ...] = Field((), description="Entities that can be named back.")
    nearest: Claim = Field(description="The nearest fact that the article has.")
    look: tuple[Identifier, ...] = Field(description="Pointers: where to look instead.")


class Topic(Model):
    """One kind of question: what is answered first, and where to go from there."""

    id: Identifier = Field(description="Equals the intent of the training data.")
    group: Identifier
    title: Text = Field(description="A noun phrase: 'the median wage'.")
    question: Text = Field(description="The question as a button: what a user would ask.")
    lead: Text | None = Field(None, description="The answer in one or two sentences.")
    silence: Silence | None = Field(None, description="Instead of a lead: the article is silent.")
    facts: tuple[Identifier, ...] = Field((), description="Facts beyond those in placeholders.")
    points: tuple[Identifier, ...] = Field((), description="Facts shown as a list.")
    variants_by: Identifier | None = Field(None, description="The entity that picks a variant.")
    variants: tuple[Variant, ...] = ()
    caveats: tuple[Identifier, ...] = ()
    more: tuple[Identifier, ...] = Field((), description="Facts told on 'tell me more'.")
    why: Claim | None = Field(None, description="What is said to a bare 'why?'.")
    next: tuple[Identifier, ...] = Field((), description="Topics suggested next, three at most.")


class Article(Model):
    """The source that everything is cited from."""

    title: Text
    author: Text
    date: Literal["unknown"] | date
    areas: tuple[Text, ...] = Field(
        description="Names of the area that its figures hold for, so that it is not silent on it."
    )
    sections: dict[Identifier, Text]


class Contact(Model):
    """The person-to-person way out, as the page offers it."""

    phone: Phone
    offers: tuple[Text, ...]
    facts: tuple[Identifier, ...]


class Group(Model):
    """A family of topics, and which topic a bare 'what about X?' means within it."""

    id: Identifier
    title: Text
    overview: Identifier = Field(description="The topic that stands for the whole group.")
    named: dict[Identifier, Identifier] = Field(
        {},
        description="Entity -> topic: 'what about Boston?' after a pay question; first match wins.",
    )
    general: tuple[Identifier, ...] = Field(
        (), description="Topics that give way when one of `refined` is named in the question."
    )
    refined: dict[Identifier, Identifier] = Field(
        {}, description="Entity -> topic: 'what does it pay in Boston?' is about that place."
    )
    where: Identifier | None = Field(
        None, description="The topic that answers a bare 'where do I find that?'."
    )
    own_pay: Identifier | None = Field(
        None, description="The general topics give way to it when an amount of pay is given."
    )


class Option(Model):
    """One answer that can be clicked in the fit check."""

    value: Identifier
    label: Text
    accepts: tuple[Text, ...] = Field(
        (), description="Backgrounds that choose it: 'I am a nurse' under a clinical question."
    )
    met: bool = Field(description="Whether it meets the criterion; otherwise it is open.")
    reason: Text
    facts: tuple[Identifier, ...] = ()


class Criterion(Model):
    """One question of the fit check."""

    id: Identifier = Field(description="The slot that holds the answer.")
    title: Text
    question: Text
    options: tuple[Option, ...]


class FitCheck(Model):
    """The questions of the fit check and what is said around them."""

    intro: Text
    closing: Claim
    criteria: tuple[Criterion, ...]


class PayComparison(Model):
    """The figures that a user's own pay is placed within."""

    low: Text
    high: Text
    median: Text
    below: Text
    within: Text
    above: Text
    hourly: Text
    counted: Text
    foreign: Text
    missing: Text


class Job(Model):
    """The career's names."""

    name: Text
    short_name: Text
    plural: Text
    aliases: tuple[Text, ...]


class Career(Model):
    """A whole knowledge file."""

    job: Job
    article: Article
    reviewed_on: date
    review_by: date
    contact: Contact
    profiles: tuple[Text, ...] = Field(description="Official occupation profiles, all related.")
    facts: tuple[Fact, ...]
    caveats: tuple[Caveat, ...]
    pointers: tuple[Pointer, ...]
    groups: tuple[Group, ...]
    topics: tuple[Topic, ...]
    pay_comparison: PayComparison
    fit_check: FitCheck


class Helpline(Model):
    """A number that may be said although the article does not have it."""

    id: Identifier
    number: Text
    area: Text


class Talk(Model):
    """What is said around the facts, for one intent; the wordings are used in turn."""

    id: Identifier
    texts: tuple[Text, ...]
    suggest: tuple[Identifier, ...] = ()


class Conversation(Model):
    """The wording that holds for every career: greetings, misunderstandings, care."""

    helplines: tuple[Helpline, ...]
    talks: tuple[Talk, ...]
