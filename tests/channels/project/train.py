"""Trains this project: `python train.py FOLDER` writes FOLDER/advisor.tar.gz."""

import sys
from pathlib import Path

from bot.runtime.quiet import hush

hush("ERROR")

from rasa.model_training import train  # noqa: E402  # `hush` comes before Rasa

HERE = Path(__file__).parent
train(
    domain=str(HERE / "domain.yml"),
    config=str(HERE / "config.yml"),
    training_files=str(HERE / "data"),
    output=sys.argv[1],
    fixed_model_name="advisor",
)
