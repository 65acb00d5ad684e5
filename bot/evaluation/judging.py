"""Whether a reply is right: by the topics and fact ids that it carries, never by its wording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.evaluation.cases import Expectation

Verdict = Literal["right", "offered", "wrong"]

# What the evaluation set calls a silent topic -> the topics that may answer it.
SILENT = {
    "pay_seniority": {"salary_seniority"},
    "pay_period": {"salary_period"},
    "pay_extras": {"salary_extras"},
    "pay_place": {"salary_place"},
    "pay_employer": {"salary_employer"},
    "pay_year": {"salary_year", "article_date"},
    "growth_numbers": {"outlook_numbers"},
    "ai_risk": {"outlook_ai"},
    "certification": {"education_certification"},
    "other_license": {"education_license"},
    "other_major": {"education_major"},
    "doctorate": {"education_doctorate"},
    "grades": {"education_grades"},
    "years_experience": {"education_years"},
    "study_length": {"education_length"},
    "languages": {"education_languages"},
    "tools": {"education_tools"},
    "age": {"fit_age"},
    "background_check": {"fit_record"},
    "hours": {"work_hours"},
    "remote": {"work_remote"},
    "travel": {"work_travel"},
    "on_call": {"work_on_call"},
    "dress": {"work_dress"},
    "union": {"work_union"},
    "team_size": {"work_team_size"},
    "reporting_line": {"work_boss"},
    "employers": {"work_employers"},
    "stress": {"work_stress"},
    "tuition": {"program_tuition"},
    "aid": {"program_aid"},
    "programs": {"program_schools"},
    "email_hours": {"program_hours"},
    "admission": {"program_admission"},
    "visa": {"work_visa"},
    "hiring": {"work_hiring"},
    "other_jobs": {"job_comparison"},
}
KINDS = {
    "greeting": {"greet"},
    "thanks": {"thanks"},
    "goodbye": {"goodbye", "thanks"},
    "capabilities": {"capabilities"},
    "bot": {"bot_challenge"},
    "small_talk": {"small_talk"},
    "out_of_scope": {"out_of_scope", "miss_first", "miss_second", "miss_third"},
    "distress": {"distress"},
    "abuse": {"abuse"},
    "other_language": {
        "language_spanish",
        "language_french",
        "language_chinese",
        "language_hindi",
        "language_other",
    },
    "human": {"human", "program_contact"},
    "unclear": {"miss_first", "miss_second", "miss_third", "offer", "out_of_scope"},
    "fit_check": {"fit_check"},
}


@dataclass(frozen=True)
class Reply:
    """One reply, as the channels get it.

    Attributes:
        text: What is shown.
        answers: The structured answers.
        suggestions: The questions on the buttons.
    """

    text: str
    answers: Sequence[Mapping[str, Any]]
    suggestions: Sequence[str]

    @property
    def topics(self) -> list[str]:
        """The topics that it answers."""
        return [answer["topic"] for answer in self.answers]

    @property
    def facts(self) -> set[str]:
        """The facts that it tells; those behind a caveat do not count."""
        return {fact for answer in self.answers for fact in answer["facts"]}

    @property
    def named(self) -> list[str]:
        """What the user named and the reply says back."""
        return [name for answer in self.answers for name in answer["named"]]

    @property
    def own(self) -> list[int]:
        """Amounts of the user's own pay that the reply speaks of."""
        return [amount for answer in self.answers for amount in answer["own"]]

    @property
    def cited(self) -> set[str]:
        """All facts that it rests on."""
        return self.facts | {fact for answer in self.answers for fact in answer["beside"]}


def judge(expect: Expectation, reply: Reply, before: Reply | None) -> Verdict:
    """Judge a reply.

    Args:
        expect: What a right reply carries.
        reply: The reply.
        before: The reply before it in the conversation, for "say that again" and the like.

    Returns:
        ``right``; ``offered`` where readings were offered instead of an answer; else ``wrong``.
    """
    if _is_right(expect, reply, before):
        return "right"
    return "offered" if "offer" in reply.topics else "wrong"


def named_back(expect: Expectation, reply: Reply) -> bool:
    """Whether a reply on a silent topic names what was asked about."""
    return all(name.casefold() in reply.text.casefold() for name in expect.names)


def _is_right(expect: Expectation, reply: Reply, before: Reply | None) -> bool:
    if expect.parts:
        return all(_is_right(part, reply, before) for part in expect.parts)
    if expect.facts:
        return set(expect.facts) <= reply.facts
    if expect.any:
        return bool(set(expect.any) & reply.facts)
    if expect.silent:
        return bool(SILENT[expect.silent] & set(reply.topics))
    if expect.kind in KINDS:
        return bool(KINDS[expect.kind] & set(reply.topics))
    return _leans(expect.kind, reply, before)


def _leans(kind: str, reply: Reply, before: Reply | None) -> bool:
    if before is None:
        return False
    if kind == "repeat":
        return reply.topics == before.topics and reply.facts == before.facts
    if kind == "source":
        known = {"salary_source", "article_author", "salary_official"}
        cites = any(answer["kind"] == "source" for answer in reply.answers)
        return cites or bool(known & set(reply.topics))
    if kind == "more":
        return "nothing_more" in reply.topics or bool(reply.facts - before.facts)
    if kind == "why":
        return "no_reason" in reply.topics or bool(reply.facts)
    raise ValueError(f"there is no kind {kind}; use one of {', '.join([*KINDS, 'more', 'repeat'])}")
