"""The dialogue: what is said to a message, given what was said before. Pure.

`memory` is what a conversation remembers, `precedence` what comes first in a message, `leaning`
what a message means that leans on the conversation, `responding` the turn as a whole.
"""

from bot.dialogue.memory import MEMORY, Memory
from bot.dialogue.responding import Turn, merged_suggestions, respond

__all__ = ["MEMORY", "Memory", "Turn", "merged_suggestions", "respond"]
