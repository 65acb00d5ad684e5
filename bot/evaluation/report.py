"""The result of an evaluation: figures per subject, confusions, and a page that shows them."""

from __future__ import annotations

import base64
import io
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape

from bot.evaluation.running import Outcome
from bot.knowledge import Knowledge

MOST_CONFUSIONS = 25


@dataclass(frozen=True)
class Row:
    """One line of the table: a subject, how many messages, how many right, how many offered."""

    subject: str
    asked: int
    right: int
    offered: int

    @property
    def share(self) -> float:
        """The share that is right, from 0 to 1."""
        return self.right / self.asked if self.asked else 0.0


@dataclass(frozen=True)
class Report:
    """An evaluation's figures.

    Attributes:
        rows: Totals by form of message, then by subject.
        confusions: Expected label, topics answered, how often; most frequent first.
        dialogues: Conversations and how many of them are right in every turn.
        declined: In-scope messages that were wrongly declined.
        unnamed: Silent topics answered without naming what was asked about.
        surplus: Messages that got more answers than they have questions.
        unproven: Messages whose reply has a number that nothing accounts for.
    """

    rows: tuple[Row, ...]
    confusions: tuple[tuple[str, str, int], ...]
    dialogues: Row
    declined: Row
    unnamed: Row
    surplus: Row
    unproven: tuple[str, ...]

    @property
    def total(self) -> Row:
        """All messages."""
        return self.rows[0]


def build_report(outcomes: Sequence[Outcome], knowledge: Knowledge) -> Report:
    """Count outcomes into a report."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups["all messages"].append(outcome)
        form = outcome.case.expect.form
        groups[f"- alone: {form}" if not outcome.dialogue else "- in dialogues"].append(outcome)
    for outcome in sorted(outcomes, key=lambda outcome: _subject(outcome, knowledge)):
        groups[_subject(outcome, knowledge)].append(outcome)
    confusions = Counter(
        (outcome.case.expect.label, " + ".join(outcome.topics))
        for outcome in outcomes
        if outcome.verdict != "right"
    )
    return Report(
        rows=tuple(_row(name, found) for name, found in groups.items()),
        confusions=tuple(
            (expected, got, count)
            for (expected, got), count in confusions.most_common(MOST_CONFUSIONS)
        ),
        dialogues=_dialogues(outcomes),
        declined=_declined(outcomes),
        unnamed=_unnamed(outcomes),
        surplus=_surplus(outcomes),
        unproven=tuple(outcome.case.text for outcome in outcomes if outcome.unproven),
    )


def _row(subject: str, outcomes: Sequence[Outcome]) -> Row:
    verdicts = Counter(outcome.verdict for outcome in outcomes)
    return Row(subject, len(outcomes), verdicts["right"], verdicts["offered"])


def _subject(outcome: Outcome, knowledge: Knowledge) -> str:
    expect = outcome.case.expect
    if expect.form != "facts":
        return expect.form if expect.form == "parts" else f"{expect.form}: {expect.label}"
    section = knowledge.facts[expect.label].section
    return f"facts: {section}"


def _dialogues(outcomes: Sequence[Outcome]) -> Row:
    whole: dict[tuple[str, str], bool] = {}
    for outcome in outcomes:
        if outcome.dialogue:
            key = (outcome.voice, outcome.dialogue)
            whole[key] = whole.get(key, True) and outcome.verdict == "right"
    return Row("dialogues wholly right", len(whole), sum(whole.values()), 0)


def _declined(outcomes: Sequence[Outcome]) -> Row:
    refusals = {"out_of_scope", "miss_first", "miss_second", "miss_third"}
    asked = [o for o in outcomes if o.case.expect.form != "kind"]
    declined = [o for o in asked if refusals & set(o.topics) and o.verdict != "right"]
    return Row("in scope, wrongly declined", len(asked), len(declined), 0)


def _unnamed(outcomes: Sequence[Outcome]) -> Row:
    asked = [o for o in outcomes if o.case.expect.names and o.verdict == "right"]
    return Row("named back", len(asked), sum(o.named for o in asked), 0)


def _surplus(outcomes: Sequence[Outcome]) -> Row:
    more = [o for o in outcomes if len(o.topics) > max(1, len(o.case.expect.parts))]
    return Row("more answers than questions", len(outcomes), len(more), 0)


def as_dict(report: Report) -> dict[str, Any]:
    """Return the report as plain data."""

    def row(entry: Row) -> dict[str, Any]:
        return {
            "subject": entry.subject,
            "asked": entry.asked,
            "right": entry.right,
            "offered": entry.offered,
            "share": round(entry.share, 4),
        }

    return {
        "rows": [row(entry) for entry in report.rows],
        "dialogues": row(report.dialogues),
        "declined": row(report.declined),
        "named_back": row(report.unnamed),
        "surplus": row(report.surplus),
        "unproven": list(report.unproven),
        "confusions": [list(entry) for entry in report.confusions],
    }


def write(report: Report, outcomes: Sequence[Outcome], folder: Path, knowledge: Knowledge) -> Path:
    """Write ``report.json`` and ``report.html`` and return the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(as_dict(report), indent=2, ensure_ascii=False)
    (folder / "report.json").write_text(text + "\n", encoding="utf-8")
    environment = Environment(loader=PackageLoader("bot"), autoescape=select_autoescape())
    page = folder / "report.html"
    wrong = [outcome for outcome in outcomes if outcome.verdict != "right"]
    page.write_text(
        environment.get_template("evaluation.html").render(
            report=report, wrong=wrong, picture=confusion_picture(outcomes, knowledge)
        ),
        encoding="utf-8",
    )
    return page


def confusion_picture(outcomes: Sequence[Outcome], knowledge: Knowledge) -> str:
    """Draw which group of topics was expected against which was answered, as base64 PNG."""
    from matplotlib.figure import Figure as Canvas

    pairs = [
        (_group_expected(outcome, knowledge), _group_answered(outcome, knowledge))
        for outcome in outcomes
        if outcome.case.expect.form != "parts"
    ]
    rows = sorted({expected for expected, _ in pairs})
    columns = [*rows, *sorted({answered for _, answered in pairs} - set(rows))]
    counts = Counter(pairs)
    canvas = Canvas(figsize=(2 + 0.5 * len(columns), 2 + 0.36 * len(rows)), layout="constrained")
    axes = canvas.subplots()
    table = [[counts[(row, column)] for column in columns] for row in rows]
    most = max((max(row) for row in table), default=1)
    axes.imshow([[value**0.5 for value in row] for row in table], cmap="Blues", aspect="auto")
    axes.set_xticks(range(len(columns)), columns, rotation=45, ha="right")
    axes.set_yticks(range(len(rows)), rows)
    axes.set_xlabel("answered")
    axes.set_ylabel("expected")
    for y, row in enumerate(table):
        for x, value in enumerate(row):
            if value:
                colour = "white" if value > most * 0.4 else "black"
                axes.text(x, y, str(value), ha="center", va="center", color=colour, fontsize=9)
    buffer = io.BytesIO()
    canvas.savefig(buffer, format="png", dpi=110)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def _group_expected(outcome: Outcome, knowledge: Knowledge) -> str:
    expect = outcome.case.expect
    if expect.form == "kind":
        return expect.kind
    return "silent" if expect.form == "silent" else knowledge.facts[expect.label].section


def _group_answered(outcome: Outcome, knowledge: Knowledge) -> str:
    expected = _group_expected(outcome, knowledge)
    if outcome.verdict == "right":
        return expected
    for name in outcome.topics:
        topic = knowledge.topics.get(name)
        if topic is not None:
            return "silent" if topic.silence else topic.group
    return outcome.topics[0] if outcome.topics else "nothing"
