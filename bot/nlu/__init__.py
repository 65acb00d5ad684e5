"""Rasa graph components that understand messages; none of them knows what the bot is about."""
