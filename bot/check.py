"""Whether knowledge, training data, domain and rules agree; read as files, without Rasa."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.knowledge import Knowledge, KnowledgeError, load_knowledge
from bot.knowledge.schema import schema_texts
from bot.nlu.alike import alike
from bot.nlu.clauses import ABOUT
from bot.settings import PROJECT

FEWEST_EXAMPLES = 10
FEW_EXAMPLES = 30
# From this likeness on, from 0 to 1, two examples under different intents are worth a look.
ALIKE = 0.8

# Intents that lean on what was said, and talks that no intent asks for.
LEANING = frozenset(
    {
        "follow_more",
        "follow_repeat",
        "follow_why",
        "follow_source",
        "follow_same",
        "follow_where",
    }
)
UNASKED = frozenset(
    {
        "offer",
        "offer_none",
        "miss_first",
        "miss_second",
        "miss_third",
        "nothing_before",
        "nothing_more",
        "nothing_named",
        "no_reason",
        "other_reading",
        "nowhere",
        "apology",
        "fit_resume",
        "fit_unclear",
    }
)
# Intents that are all answered by the talk out_of_scope.
KINDS_OUT_OF_SCOPE = "out_of_scope_"
# Entities that a component finds by itself, without a lookup table.
FOUND_BY_COMPONENTS = frozenset({"money", "organisation", "place"})


@dataclass(frozen=True)
class Finding:
    """Something that does not agree; an error stops a release, a warning does not."""

    text: str
    error: bool = True


@dataclass(frozen=True)
class Data:
    """The training data, as far as it must agree with the knowledge.

    Attributes:
        examples: Intent -> its examples, each with the file it stands in.
        lookups: Names of the lookup tables.
        leaning: Short messages that lean on the conversation: intent, what was answered before,
            and the text.
        about: What the conversation is about after a question, by the question's intent.
    """

    examples: Mapping[str, tuple[tuple[str, str], ...]]
    lookups: frozenset[str]
    leaning: tuple[tuple[str, str, str], ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)

    @property
    def in_context(self) -> Counter[str]:
        """How many examples lean on the conversation, by intent."""
        return Counter(intent for intent, _, _ in self.leaning)


def check_project(root: Path = PROJECT, today: date | None = None) -> list[Finding]:
    """Check everything that an editor can change.

    Args:
        root: The project's folder.
        today: The day against which ``review_by`` is held; the current day by default.

    Returns:
        All findings; none where everything agrees.
    """
    folder = root / "knowledge"
    try:
        known = load_knowledge(
            folder / "is_clinical_project_manager.yml", folder / "conversation.yml"
        )
    except KnowledgeError as error:
        return [Finding(str(problem)) for problem in error.problems]
    try:
        data = read_data(root / "data")
        domain = _yaml(root / "domain.yml")
        rules = _yaml(root / "data" / "stories" / "rules.yml")
    except (OSError, YAMLError) as error:
        return [Finding(f"{error}. Correct the file, or restore its last version.")]
    return [
        *_check_review(known, today or date.today()),
        *_check_schemas(root),
        *_check_intents(known, data, set(domain.get("intents", []))),
        *_check_talks(known, data),
        *check_examples(data),
        *_check_leaning(known, data),
        *_check_questions(known, data),
        *_check_entities(known, data, _names(domain.get("entities", []))),
        *_check_rules(data, rules),
        *_check_form(known, domain),
    ]


def check_likeness(root: Path = PROJECT) -> list[Finding]:
    """Warn of examples under different intents that are nearly the same; takes seconds."""
    return [
        Finding(
            f"data/nlu: “{text}” ({intent}) and “{other}” ({beside}) are nearly the same "
            f"({likeness:.0%}). See whether both mean what they stand under.",
            error=False,
        )
        for (text, intent), (other, beside), likeness in near_examples(
            read_data(root / "data"), ALIKE
        )
    ]


def near_examples(
    data: Data, least: float
) -> Iterator[tuple[tuple[str, str], tuple[str, str], float]]:
    """Yield pairs of examples, each with its intent, and how like they are.

    Args:
        data: The training data.
        least: How like they must be, 0 to 1. Pairs that differ in case alone are left out.
    """
    lines = [(text, intent) for intent, found in data.examples.items() for text, _ in found]
    pairs = alike([text for text, _ in lines], [intent for _, intent in lines], least)
    for first, second, likeness in pairs:
        if lines[first][0].casefold() != lines[second][0].casefold():
            yield lines[first], lines[second], likeness


def read_data(folder: Path) -> Data:
    """Read the examples and lookup tables of a data folder."""
    examples: dict[str, list[tuple[str, str]]] = defaultdict(list)
    lookups: set[str] = set()
    leaning: list[tuple[str, str, str]] = []
    about: dict[str, str] = {}
    for path in sorted(folder.rglob("*.yml")):
        for item in _yaml(path).get("nlu", []):
            if "lookup" in item:
                lookups.add(item["lookup"])
                continue
            if named := (item.get("metadata") or {}).get(ABOUT):
                about[item["intent"]] = str(named)
            if isinstance(item.get("examples"), list):
                for entry in item["examples"]:
                    text = str(entry.get("text") or "").strip()
                    if before := (entry.get("metadata") or {}).get("before"):
                        leaning.append((item["intent"], str(before), text))
                    elif text:
                        examples[item["intent"]].append((text, path.name))
            elif "intent" in item:
                for line in str(item.get("examples", "")).splitlines():
                    if text := line.strip().removeprefix("-").strip():
                        examples[item["intent"]].append((text, path.name))
    plain = {name: tuple(found) for name, found in examples.items()}
    return Data(plain, frozenset(lookups), tuple(leaning), about)


def _yaml(path: Path) -> dict[str, Any]:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}


def _names(entries: Iterable[Any]) -> set[str]:
    return {next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries}


def _check_review(known: Knowledge, today: date) -> Iterator[Finding]:
    due = known.career.review_by
    if today > due:
        yield Finding(
            f"knowledge: the review was due by {due}. Compare the facts with the article, then "
            "set reviewed_on and review_by.",
            error=False,
        )


def _check_schemas(root: Path) -> Iterator[Finding]:
    for path, text in schema_texts().items():
        place = root / "knowledge" / "schema" / path.name
        if not place.is_file() or place.read_text(encoding="utf-8") != text:
            yield Finding(f"knowledge/schema/{path.name} is stale. Run `advisor schema`.")


def _check_intents(known: Knowledge, data: Data, domain: set[str]) -> Iterator[Finding]:
    for name in sorted(set(known.topics) - domain):
        yield Finding(f"domain.yml: the topic {name} has no intent. Add it under `intents`.")
    for name in sorted(domain - set(data.examples)):
        yield Finding(f"data/nlu: the intent {name} has no examples. Add a block for it.")
    for name in sorted(set(data.examples) - domain):
        yield Finding(f"domain.yml: the intent {name} has examples but is not listed. Add it.")


def _check_talks(known: Knowledge, data: Data) -> Iterator[Finding]:
    asked = {name for name in data.examples if not name.startswith(KINDS_OUT_OF_SCOPE)}
    wanted = (asked - set(known.topics) - LEANING) | UNASKED
    for name in sorted(wanted - set(known.talks)):
        yield Finding(f"knowledge/conversation.yml: there is no talk {name}. Add it.")
    for name in sorted(set(known.talks) - wanted):
        yield Finding(f"knowledge/conversation.yml: nothing says the talk {name}. Remove it.")


def check_examples(data: Data) -> Iterator[Finding]:
    """Yield intents with too few examples, and examples that stand twice."""
    seen: dict[str, str] = {}
    for intent, examples in data.examples.items():
        if len(examples) < FEWEST_EXAMPLES:
            yield Finding(f"data/nlu: {intent} has only {len(examples)} examples. Add more.")
        elif len(examples) < FEW_EXAMPLES:
            yield Finding(f"data/nlu: {intent} has few examples, {len(examples)}.", error=False)
        for text, file in examples:
            key = " ".join(text.casefold().split())
            if key in seen and seen[key] == intent:
                yield Finding(
                    f"data/nlu/{file}: “{text}” stands twice under {intent}. Remove one.",
                    error=False,
                )
            elif seen.setdefault(key, intent) != intent:
                yield Finding(
                    f"data/nlu/{file}: “{text}” stands under {intent} and under {seen[key]}. "
                    "Keep it under one."
                )


def _check_leaning(known: Knowledge, data: Data) -> Iterator[Finding]:
    titles = {topic.title for topic in known.career.topics}
    for before in sorted({before for _, before, _ in data.leaning} - titles):
        yield Finding(
            f"data/nlu/in_context: no topic has the title “{before}”. Write the title as it "
            "stands in the knowledge file now."
        )
    for intent in sorted({intent for intent, _, _ in data.leaning} - set(data.examples)):
        yield Finding(f"data/nlu/in_context: there is no intent {intent}. Correct its name.")


def _check_questions(known: Knowledge, data: Data) -> Iterator[Finding]:
    for topic in known.career.topics:
        if topic.question not in {text for text, _ in data.examples.get(topic.id, ())}:
            yield Finding(
                f"data/nlu: “{topic.question}”, the button of {topic.id}, is no example of it. "
                "Add it to data/nlu/buttons.yml."
            )
        if data.about.get(topic.id) != topic.title:
            yield Finding(
                f"data/nlu/buttons.yml: {topic.id} has not its title as what it is about. Write "
                f"“about: {topic.title}” under its `metadata`."
            )


def _check_entities(known: Knowledge, data: Data, domain: set[str]) -> Iterator[Finding]:
    used: set[str] = set()
    for group in known.career.groups:
        used |= {*group.named, *group.refined}
    for topic in known.career.topics:
        used |= set(topic.silence.names_from if topic.silence else ())
        used |= {topic.variants_by} if topic.variants_by else set()
    for name in sorted(used - data.lookups - FOUND_BY_COMPONENTS):
        yield Finding(f"data/nlu/lookups: there is no table for the entity {name}. Add it.")
    for name in sorted((used | data.lookups) - domain):
        yield Finding(f"domain.yml: the entity {name} is not listed. Add it under `entities`.")


def _check_rules(data: Data, rules: Mapping[str, Any]) -> Iterator[Finding]:
    ruled: set[str] = set()
    for rule in rules.get("rules", []):
        for step in rule.get("steps", []):
            for entry in step.get("or", [step]):
                if "intent" in entry:
                    ruled.add(entry["intent"])
    for name in sorted(set(data.examples) - ruled):
        yield Finding(f"data/stories/rules.yml: no rule answers {name}. Add it to one.")
    for name in sorted(ruled - set(data.examples)):
        yield Finding(f"data/stories/rules.yml: a rule answers {name}, which has no examples.")


def _check_form(known: Knowledge, domain: Mapping[str, Any]) -> Iterator[Finding]:
    slots = domain.get("forms", {}).get("fit_form", {}).get("required_slots", [])
    wanted = [criterion.id for criterion in known.career.fit_check.criteria]
    if list(slots) != wanted:
        yield Finding(
            f"domain.yml: fit_form asks {', '.join(slots)}; the knowledge file has "
            f"{', '.join(wanted)}. Make them the same, in the same order."
        )
