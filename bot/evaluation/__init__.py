"""How well questions are understood: an evaluation set, asked of the whole advisor."""
