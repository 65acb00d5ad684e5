"""The training data as a picture: how much each intent has, and which are hard to tell apart."""

from __future__ import annotations

import base64
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.check import FEW_EXAMPLES, Data, near_examples, read_data
from bot.settings import PROJECT

# From this likeness on, from 0 to 1, two examples count as near. It is below that of the
# warnings: single pairs say little, many between the same two intents say that they overlap.
NEAR = 0.6
MOST_PAIRS = 40
ROWS_A_PAIR = 2.5
MOST_EXAMPLES = 200
IN_CONTEXT = "#c9ced6"
COLOURS = (
    "#1e6bb3", "#b3541e", "#2e7d4f", "#7a4fa3", "#a88b1f", "#c2476b", "#2f98a8", "#4b5563",
    "#6fa8dc", "#e39a5f", "#7fbf8e", "#b79ad6", "#8b5e3c", "#d98cb3", "#1f4e5f", "#9aa83a",
)  # fmt: skip


@dataclass(frozen=True)
class Near:
    """Two examples under different intents that are nearly the same."""

    intents: tuple[str, str]
    texts: tuple[str, str]
    likeness: float


@dataclass(frozen=True)
class Overview:
    """What the picture shows.

    Attributes:
        sizes: Examples by intent, in the order of the files.
        in_context: How many more of each lean on the conversation.
        files: The file in which most examples of an intent stand.
        near: Pairs of near examples, the most alike first.
    """

    sizes: dict[str, int]
    in_context: dict[str, int]
    files: dict[str, str]
    near: tuple[Near, ...]

    @property
    def pairs(self) -> list[tuple[tuple[str, str], int]]:
        """Pairs of intents by how many near examples they have, most first."""
        return Counter(found.intents for found in self.near).most_common()

    @property
    def few(self) -> list[str]:
        """Intents with few examples."""
        return [name for name, size in self.sizes.items() if size < FEW_EXAMPLES]


def overview(data: Data) -> Overview:
    """Count the examples, and find those that are near."""
    files = {
        name: Counter(file for _, file in examples).most_common(1)[0][0]
        for name, examples in data.examples.items()
        if examples
    }
    near = []
    for (text, intent), (other, beside), likeness in near_examples(data, NEAR):
        (first, one), (second, two) = sorted([(intent, text), (beside, other)])
        near.append(Near((first, second), (one, two), likeness))
    ordered = sorted(files, key=lambda name: (files[name], name))
    return Overview(
        sizes={name: len(data.examples[name]) for name in ordered},
        in_context={name: data.in_context.get(name, 0) for name in ordered},
        files=files,
        near=tuple(sorted(near, key=lambda found: (-found.likeness, found.texts))),
    )


def write_picture(path: Path, root: Path = PROJECT) -> Path:
    """Write the picture: a page of its own as ``.html``, or the image alone as ``.png``.

    Raises:
        ValueError: The name ends otherwise.
        OSError: The file cannot be written.
    """
    if path.suffix not in (".html", ".png"):
        raise ValueError(f"{path} must end in .html or .png.")
    shown = overview(read_data(root / "data"))
    image = draw(shown)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".png":
        path.write_bytes(image)
    else:
        path.write_text(page(shown, image), encoding="utf-8")
    return path


def page(shown: Overview, image: bytes) -> str:
    """Return an HTML page that needs no other file."""
    from jinja2 import Environment, PackageLoader, select_autoescape

    environment = Environment(loader=PackageLoader("bot"), autoescape=select_autoescape())
    return environment.get_template("data_picture.html").render(
        shown=shown,
        near=shown.near[:MOST_EXAMPLES],
        least=NEAR,
        few=FEW_EXAMPLES,
        picture=base64.b64encode(image).decode("ascii"),
    )


def draw(shown: Overview) -> bytes:
    """Draw bars of examples by intent, beside bars of near examples by pair of intents; a PNG."""
    from matplotlib.figure import Figure as Canvas

    lines = max(len(shown.sizes), ROWS_A_PAIR * min(len(shown.pairs), MOST_PAIRS), 12)
    canvas = Canvas(figsize=(15, 1.5 + 0.16 * lines), dpi=110, layout="constrained")
    sizes, near = canvas.subplots(1, 2)
    _draw_sizes(sizes, shown)
    _draw_pairs(near, shown, lines / ROWS_A_PAIR)
    buffer = io.BytesIO()
    canvas.savefig(buffer, format="png")
    return buffer.getvalue()


def _draw_sizes(axes: Any, shown: Overview) -> None:
    from matplotlib.patches import Patch

    names = list(reversed(shown.sizes))
    alone = [shown.sizes[name] for name in names]
    leaning = [shown.in_context[name] for name in names]
    files = sorted(set(shown.files.values()))
    colours = {file: COLOURS[place % len(COLOURS)] for place, file in enumerate(files)}
    axes.barh(names, alone, color=[colours[shown.files[name]] for name in names])
    bars = axes.barh(names, leaning, left=alone, color=IN_CONTEXT)
    texts = [
        f"{size:,} + {more:,}" if more else f"{size:,}"
        for size, more in zip(alone, leaning, strict=True)
    ]
    axes.bar_label(bars, texts, padding=3, fontsize=7)
    axes.axvline(FEW_EXAMPLES, color="#1b1f24", linewidth=0.8, linestyle=":")
    legend = [Patch(color=colours[file], label=file) for file in files]
    legend.append(Patch(color=IN_CONTEXT, label="in context"))
    axes.legend(handles=legend, fontsize=8, frameon=False, loc="lower right")
    _finish(axes, f"examples by intent, {sum(alone):,} and {sum(leaning):,} in context")


def _draw_pairs(axes: Any, shown: Overview, room: float) -> None:
    pairs = list(reversed(shown.pairs[:MOST_PAIRS]))
    labels = ["\n".join(intents) for intents, _ in pairs]
    bars = axes.barh(labels, [count for _, count in pairs], color="#b3541e")
    axes.bar_label(bars, padding=3, fontsize=7)
    _finish(axes, f"near examples by pair of intents, {len(shown.near):,} in all")
    axes.set_ylim(len(pairs) - 0.5 - room, len(pairs) - 0.5)


def _finish(axes: Any, title: str) -> None:
    axes.set_title(title, fontsize=10)
    axes.tick_params(labelsize=7)
    axes.margins(x=0.1, y=0.005)
    axes.set_xlim(0, None)
    axes.spines[["top", "right"]].set_visible(False)
