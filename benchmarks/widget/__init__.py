"""The chat widget: its load, the way of an answer to the screen, and its transport."""
