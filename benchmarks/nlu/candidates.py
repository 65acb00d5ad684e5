"""The pipelines that are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from benchmarks.places import PROJECT

Pipeline = list[dict[str, Any]]

SPELLING = "bot.nlu.spelling.SpellingCorrector"
MINILM = "bot.nlu.minilm.MiniLMFeaturizer"
# The sentence vector as it is published.
LAST_LAYER = {"name": MINILM, "layers": 1}
HYBRID = "bot.nlu.hybrid.HybridIntentClassifier"
NEIGHBOURS = "benchmarks.nlu.neighbours.NearestNeighbour"
LOGISTIC = {"name": "LogisticRegressionClassifier"}
# The settings of Rasa's default configuration for counts of words and of their letters.
COUNTS = [
    {"name": "WhitespaceTokenizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
]


@dataclass(frozen=True)
class Candidate:
    """A pipeline.

    Attributes:
        name: For `--only`.
        label: In tables.
        pipeline: Its components; empty: those of the project's own `config.yml`.
        without: Components that are left out of it.
        settings: By component, what is set otherwise.
        context: Whether it is trained with the examples that lean on the conversation, which
            other pipelines would take for messages that stand alone.
    """

    name: str
    label: str
    pipeline: Sequence[Mapping[str, Any]] = ()
    without: tuple[str, ...] = ()
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    context: bool = False

    @property
    def own(self) -> bool:
        """Whether it is the project's pipeline, or that with a change."""
        return not self.pipeline

    def components(self, epochs: int | None = None) -> Pipeline:
        """Returns the pipeline.

        Args:
            epochs: Instead of those set, where a component has any.
        """
        made = []
        for component in deepcopy(list(self.pipeline or _pipeline(PROJECT / "config.yml"))):
            if component["name"] in self.without:
                continue
            changed = {**component, **self.settings.get(component["name"], {})}
            if epochs is not None and "epochs" in changed:
                changed["epochs"] = epochs
            made.append(changed)
        return made

    def epochs(self, chosen: int | None) -> tuple[int, int] | None:
        """Returns epochs and those of the full candidate; None where it has none."""
        full = [part["epochs"] for part in self.components() if "epochs" in part]
        return (chosen or full[0], full[0]) if full else None


def _pipeline(path: Path) -> Pipeline:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))["pipeline"]


def _stock() -> Pipeline:
    """Returns the pipeline that Rasa takes where a configuration names none."""
    spec = find_spec("rasa")
    assert spec is not None
    assert spec.submodule_search_locations
    package = Path(spec.submodule_search_locations[0])
    return _pipeline(package / "engine" / "recipes" / "config_files" / "default_config.yml")


def candidates() -> list[Candidate]:
    """Returns the candidates in the order of the table."""
    return [
        Candidate("advisor", "this pipeline", context=True),
        Candidate("no-spelling", "- without spelling", without=(SPELLING,), context=True),
        Candidate(
            "no-ngrams", "- without n-grams", settings={HYBRID: {"ngram_weight": 0}}, context=True
        ),
        Candidate("no-gate", "- without the gate", settings={HYBRID: {"gate": 0}}, context=True),
        Candidate(
            "last-layer",
            "- with the last layer alone",
            settings={MINILM: {"layers": 1}},
            context=True,
        ),
        Candidate("no-context", "- without context examples"),
        Candidate("neighbour", "MiniLM, nearest neighbour", [LAST_LAYER, {"name": NEIGHBOURS}]),
        Candidate("minilm", "MiniLM + LogisticRegressionClassifier", [LAST_LAYER, LOGISTIC]),
        Candidate("counts", "sparse counts + LogisticRegressionClassifier", [*COUNTS, LOGISTIC]),
        Candidate("stock", "Rasa's default (DIET)", _stock()),
    ]
