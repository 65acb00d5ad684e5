"""What is counted and timed, for Prometheus. No label holds what users write or who they are."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

MESSAGES = Counter(
    "advisor_messages",
    "Messages by channel and outcome: answered, failed, unavailable, limited, refused, or left, "
    "where the caller did not wait.",
    ["channel", "outcome"],
)
SECONDS = Histogram(
    "advisor_message_seconds",
    "Time from a checked message to its answer.",
    ["channel"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)
ANSWERS = Counter(
    "advisor_answers",
    "Answers by kind (fact, silent, talk, fit, source; offer asks back, miss is a fallback) and "
    "topic.",
    ["kind", "topic"],
)
FAILURES = Counter(
    "advisor_failures",
    "Failures by part and kind of exception; each has one error id in the log.",
    ["part", "exception"],
)
RATE_LIMITED = Counter(
    "advisor_rate_limited",
    "Requests that were too many, by what was counted: conversation or address.",
    ["scope"],
)
KNOWLEDGE = Counter(
    "advisor_knowledge_renewals",
    "Changed knowledge files, by outcome: taken or refused.",
    ["outcome"],
)
