"""One process: Rasa, the actions and the stores; nothing is imported here, Rasa is slow to load."""
