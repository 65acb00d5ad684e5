"""The ways in: Rasa channels, and the one intake that guards them all."""
