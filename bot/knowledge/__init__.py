"""What the advisor knows: a typed, checked knowledge file and look-up in it."""

from bot.knowledge.loading import Knowledge, knowledge, load_knowledge, renew_knowledge
from bot.knowledge.problems import KnowledgeError, Problem

__all__ = [
    "Knowledge",
    "KnowledgeError",
    "Problem",
    "knowledge",
    "load_knowledge",
    "renew_knowledge",
]
