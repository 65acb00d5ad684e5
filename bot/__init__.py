"""The career advisor: a Rasa bot that answers from a knowledge file."""
