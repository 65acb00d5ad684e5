"""The page that shows the advisor, and what its widget says before the first question."""
