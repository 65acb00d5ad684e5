"""Rasa actions: tracker -> bot.answers -> dispatcher."""
