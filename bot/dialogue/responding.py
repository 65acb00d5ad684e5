"""One turn of the conversation: questions and memory in, answers and memory out. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.answers import (
    MOST_SUGGESTIONS,
    Answer,
    answer_topic,
    talk,
    tell_more,
    tell_source,
    tell_where,
    tell_why,
)
from bot.dialogue.ambiguity import other_reading
from bot.dialogue.leaning import each_in_context, refine, same_for
from bot.dialogue.memory import Memory
from bot.dialogue.precedence import (
    COMMITTING,
    DISTRESS,
    FIT_CHECK,
    beyond_yes_and_no,
    essential,
    in_distress,
    still_in_distress,
)
from bot.knowledge import Knowledge
from bot.understanding import Question

SOMETHING_ELSE = "Something else"
MOST_READINGS = 3
MOST_QUESTIONS = 5
MOST_MISSES = 3
MOST_CLICKED = 20

# After what the fit check does not go on.
ENDS_FIT_CHECK = frozenset({"stop", "goodbye", DISTRESS})
LANGUAGE = "language_"
# Another language must be all but certain.
SURE = 0.75
# Intents that part what is out of scope into kinds; all are answered alike.
OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True)
class Turn:
    """What is said in one turn, and what is remembered after it.

    Attributes:
        answers: What is said; may be empty where the fit check goes on by itself.
        memory: What is remembered.
        fit_check: Whether the fit check starts or ends with this turn.
    """

    answers: tuple[Answer, ...]
    memory: Memory
    fit_check: Literal["starts", "ends"] | None = None


def respond(
    knowledge: Knowledge,
    questions: Sequence[Question],
    memory: Memory,
    *,
    previous: Sequence[Answer] = (),
    in_fit_check: bool = False,
) -> Turn:
    """Answer a message.

    Args:
        knowledge: What there is to say.
        questions: What the message asks, at least one question.
        memory: What was remembered after the last turn.
        previous: What was said in the last turn, for "say that again".
        in_fit_check: Whether the fit check is waiting for an answer.
    """
    return _Responder(knowledge, memory, previous, in_fit_check).respond(questions)


class _Responder:
    """The working state of one turn."""

    def __init__(
        self,
        knowledge: Knowledge,
        memory: Memory,
        previous: Sequence[Answer],
        in_fit_check: bool,
    ) -> None:
        self.knowledge = knowledge
        self.memory = memory
        self.previous = [answer for answer in previous if answer.kind != "fit"]
        self.in_fit_check = in_fit_check
        self.said = dict(memory.said)
        # What the next question of the message leans on.
        self.topic, self.told, self.facts = memory.topic, memory.told, memory.facts

    def respond(self, questions: Sequence[Question]) -> Turn:
        leaning = each_in_context(self.knowledge, questions, self.memory.topic)
        if in_distress(questions) or in_distress(leaning):
            return self._care()
        if self.memory.cared and still_in_distress(leaning):
            return self._care(once_more=True)
        questions = leaning
        if not self.in_fit_check:
            questions = [beyond_yes_and_no(self.knowledge, question) for question in questions]
        asked = essential(questions)
        if len(asked) > 1:
            asked = self._leading_somewhere(asked)
        if len(asked) == 1 and not self._understood(asked[0]):
            return self._misunderstood(asked[0])
        if asked[0].intent == "follow_repeat" and self.previous:
            return Turn(tuple(self.previous), self.memory)
        understood = [question for question in asked if self._understood(question)]
        if not understood:
            return self._misunderstood(asked[0])
        starts = any(question.intent == FIT_CHECK for question in understood)
        answers: list[Answer] = []
        resolved: list[Question] = []
        for question in understood[:MOST_QUESTIONS]:
            if question.intent == FIT_CHECK:
                continue
            answer, meant = self._answer(question)
            if not self._is_said(answer, meant, answers):
                answers.append(answer)
            if meant:
                resolved.append(meant)
                self._now_about(meant.intent, answer)
        if len(asked) == 1 and resolved and not self.in_fit_check:
            answers += self._otherwise(asked[0], answers[0])
        answers = self._fresh([*answers, *self._unclear(questions)])
        memory = self._remember(asked[0], answers, resolved)
        ends = self._ending([question.intent for question in understood])
        return Turn(tuple(answers), memory, "starts" if starts else ends)

    def _is_said(self, answer: Answer, meant: Question | None, answers: Sequence[Answer]) -> bool:
        """Whether an answer repeats another: its topic, or where it follows that up, its words."""
        if meant is None and answer.topic in self.knowledge.topics:
            return answer.lead in {other.lead for other in answers}
        return answer.topic in {other.topic for other in answers}

    def _now_about(self, topic: str, answer: Answer) -> None:
        if topic != self.topic:
            self.told = ()
        self.topic, self.told, self.facts = topic, (*self.told, *answer.facts), answer.facts

    def _leading_somewhere(self, asked: list[Question]) -> list[Question]:
        """Leave out what asks for more of nothing, or for a repetition beside a new question."""
        leads = [i for i, entry in enumerate(asked) if entry.intent in self.knowledge.topics]
        kept = asked
        if leads:
            kept = [entry for entry in kept if entry.intent != "follow_repeat"]
        if self.memory.topic is None:
            leaning = asked[: leads[0]] if leads else asked
            kept = [e for e in kept if e not in leaning or not e.intent.startswith("follow_")]
        return kept or asked

    def _otherwise(self, question: Question, answer: Answer) -> list[Answer]:
        """Answer what else a question may mean, unless that has just been told."""
        other = other_reading(self.knowledge, question)
        other = refine(self.knowledge, other) if other else None
        told = {answer.topic, self.memory.topic, *(said.topic for said in self.previous)}
        if other is None or other.intent in told:
            return []
        second = answer_topic(self.knowledge, other)
        if second.kind == "fact" and set(second.facts) <= set(answer.facts):
            return []
        turn, topic = self._count("other_reading"), self.knowledge.topics[other.intent]
        intro = talk(self.knowledge, "other_reading", turn, topic=topic)
        return [replace(second, lead=f"{intro.lead} {second.lead}")]

    def _unclear(self, questions: Sequence[Question]) -> list[Answer]:
        """Offer readings of a question that stands unsure beside one that is answered."""
        unsure = [
            question
            for question in questions
            if question.decision == "offer" and question.intent in self.knowledge.topics
        ]
        if len(questions) == 1 or not unsure:
            return []
        readings = self._titles(_readings(self.knowledge, unsure[0]))
        return [self._talk("offer", kind="offer", suggestions=(*readings, SOMETHING_ELSE))]

    def _fresh(self, answers: Sequence[Answer]) -> list[Answer]:
        """Leave out suggestions that have just been answered."""
        done = {answer.topic for answer in answers} & set(self.knowledge.topics)
        asked = {self.knowledge.topics[name].question for name in done}
        return [
            replace(answer, suggestions=tuple(s for s in answer.suggestions if s not in asked))
            for answer in answers
        ]

    def _understood(self, question: Question) -> bool:
        """Whether to answer: a topic only where it is sure, small talk and the like where likely.

        A question out of scope is declined as such even where it is not sure of which kind it is.
        Another language must be all but certain: misspelt English looks foreign, too.
        """
        if question.intent.startswith(LANGUAGE):
            return question.confidence >= SURE
        if question.decision == "offer":
            firm = question.intent in self.knowledge.topics or question.intent in COMMITTING
            return not firm and not question.intent.startswith("follow_")
        return question.decision == "answer"

    def _care(self, *, once_more: bool = False) -> Turn:
        memory = replace(self.memory, said=self.said, cared=not once_more)
        return Turn((self._talk(DISTRESS),), memory, self._ending({DISTRESS}))

    def _ending(self, intents: Collection[str]) -> Literal["ends"] | None:
        return "ends" if self.in_fit_check and ENDS_FIT_CHECK & set(intents) else None

    def _answer(self, question: Question) -> tuple[Answer, Question | None]:
        """Answer one question; also return it as resolved, where it is about a topic."""
        intent = question.intent
        if intent == "follow_same":
            question = same_for(self.knowledge, question, self.topic)
        question = refine(self.knowledge, question)
        if question.intent in self.knowledge.topics:
            return answer_topic(self.knowledge, question), question
        return self._follow_or_talk(question), None

    def _follow_or_talk(self, question: Question) -> Answer:
        intent, topic = question.intent, self.topic
        if not intent.startswith("follow_"):
            return self._talk(intent if intent in self.knowledge.talks else OUT_OF_SCOPE)
        if intent == "follow_correction":
            return self._corrected()
        if topic is None or intent == "follow_repeat":
            if intent == "follow_more":
                return self._talk("capabilities")
            return self._talk("fit_unclear" if self.in_fit_check else "nothing_before")
        if intent == "follow_more":
            turn = self._count("nothing_more")
            return tell_more(self.knowledge, topic, self.told, turn)
        if intent == "follow_why":
            return tell_why(self.knowledge, topic, self._count("no_reason"))
        if intent == "follow_where":
            group = self.knowledge.groups[self.knowledge.topics[topic].group]
            if group.where:
                return answer_topic(self.knowledge, replace(question, intent=group.where))
            return tell_where(self.knowledge, topic, self._count("nowhere"))
        if intent == "follow_source":
            return tell_source(self.knowledge, topic, self.facts)
        return self._talk("nothing_named")

    def _corrected(self) -> Answer:
        if self.memory.offered:
            return self._talk("offer_none")
        return self._talk(
            "follow_correction",
            suggestions=self._titles(self.memory.runners_up) or None,
        )

    def _misunderstood(self, question: Question) -> Turn:
        misses = self.memory.misses + 1
        if self.in_fit_check:
            which = "fit_unclear" if misses < MOST_MISSES else "miss_third"
            answer = self._talk(which, kind="miss", suggestions=())
            memory = replace(self.memory, misses=misses, cared=False, said=self.said)
            return Turn((answer,), memory)
        readings = _readings(self.knowledge, question)
        offered = misses == 1 and bool(readings) and question.decision == "offer"
        if offered:
            suggestions = (*self._titles(readings), SOMETHING_ELSE)
            answer = self._talk("offer", kind="offer", suggestions=suggestions)
        else:
            which = ("miss_first", "miss_second", "miss_third")[min(misses, MOST_MISSES) - 1]
            answer = self._talk(which, kind="miss")
        memory = replace(
            self.memory,
            misses=misses,
            offered=offered,
            unclear=question.text if offered else "",
            runners_up=readings,
            cared=False,
            said=self.said,
        )
        return Turn((answer,), memory)

    def _clicked(self, question: Question) -> tuple[tuple[str, str], ...]:
        """Note which of the readings that were offered was clicked."""
        before = self.memory
        offered = {self.knowledge.topics[name].question: name for name in before.runners_up}
        if not before.unclear or question.text not in offered:
            return before.clicked
        return (*before.clicked, (before.unclear, offered[question.text]))[-MOST_CLICKED:]

    def _led_nowhere(self, answers: Sequence[Answer]) -> bool:
        """Whether the turn neither answered nor failed: it does not change the count of misses."""
        declined = all(answer.topic == OUT_OF_SCOPE for answer in answers)
        rejected = self.memory.offered and all(answer.kind == "talk" for answer in answers)
        return declined or rejected

    def _titles(self, topics: Sequence[str]) -> tuple[str, ...]:
        known = [name for name in topics if name in self.knowledge.topics]
        return tuple(self.knowledge.topics[name].question for name in known[:MOST_READINGS])

    def _talk(
        self,
        talk_id: str,
        *,
        kind: Any = "talk",
        suggestions: Sequence[str] | None = None,
    ) -> Answer:
        turn = self._count(talk_id)
        return talk(self.knowledge, talk_id, turn, kind=kind, suggestions=suggestions)

    def _count(self, talk_id: str) -> int:
        turn = self.said.get(talk_id, 0)
        self.said[talk_id] = turn + 1
        return turn

    def _remember(
        self, first: Question, answers: Sequence[Answer], resolved: Sequence[Question]
    ) -> Memory:
        before = self.memory
        facts = tuple(dict.fromkeys(fact for answer in answers for fact in answer.facts))
        answered = {answer.topic for answer in answers}
        likely = [name for name, _ in first.readings if name in self.knowledge.topics]
        others = [name for name in likely[1:] if name not in answered]
        topic = resolved[-1].intent if resolved else before.topic
        told = facts if topic != before.topic else (*before.told, *facts)
        return Memory(
            topic=topic,
            told=tuple(dict.fromkeys(told)),
            facts=facts or before.facts,
            runners_up=tuple(others[:MOST_READINGS]),
            clicked=self._clicked(first),
            misses=before.misses if self._led_nowhere(answers) else 0,
            said=self.said,
        )


def _readings(knowledge: Knowledge, question: Question) -> tuple[str, ...]:
    found = [name for name, _ in question.readings if name in knowledge.topics]
    return tuple(found[: MOST_READINGS - 1])


def merged_suggestions(answers: Sequence[Answer]) -> tuple[str, ...]:
    """Return the suggestions of several answers, taken in turn, without repeats."""
    longest = max((len(answer.suggestions) for answer in answers), default=0)
    mixed = [
        answer.suggestions[place]
        for place in range(longest)
        for answer in answers
        if place < len(answer.suggestions)
    ]
    most = max(MOST_SUGGESTIONS, longest) if len(answers) == 1 else MOST_SUGGESTIONS
    return tuple(dict.fromkeys(mixed))[:most]
