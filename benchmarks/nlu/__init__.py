"""How well, how fast and how heavily pipelines understand the same messages, in one run."""
