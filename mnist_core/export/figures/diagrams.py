"""A network as a diagram: its layers from the image to the answer."""

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from mnist_core import formatting
from mnist_core.export.figures.sheet import Sheet
from mnist_core.export.figures.styles import Palette
from mnist_core.export.figures.subjects import Subject
from mnist_core.networks import architectures
from mnist_core.networks.architectures import Row

DRAWN = (
    "InputLayer",
    "Conv2D",
    "MaxPooling2D",
    "AveragePooling2D",
    "GlobalAveragePooling2D",
    "Residual",
    "Flatten",
    "Dense",
    "Dropout",
)
"""Layers of other kinds hardly change what there is to see: they are named beneath the diagram."""
PLANES = 6  # at most drawn behind one another
SHIFT = 0.06  # of the largest map's side: from one plane to the next
IN_A_ROW = 8
TALLEST = 28  # px: the side of an image, the largest map


def network(subject: Subject, palette: Palette) -> Figure:
    """Draws the layers of a recipe's network: as high as their maps, as deep as they have channels."""
    rows = architectures.table(subject.recipe)
    drawn = [row for row in rows if row.kind in DRAWN]
    others = sorted({row.kind for row in rows} - set(DRAWN))
    total = formatting.counted(sum(row.parameters for row in rows), "parameter")
    words = f"Recipe {subject.recipe.name}: {total}. Sizes are height × width × channels."
    if others:
        words = f"{words} Not drawn: {', '.join(others)}."
    lines = -(-len(drawn) // IN_A_ROW)
    sheet = Sheet(palette, "The network, from the image to the answer", words, (10, 0.9 + 1.9 * lines))
    for line, axes in enumerate(sheet.axes(lines, 1)):
        for place, row in enumerate(drawn[line * IN_A_ROW : (line + 1) * IN_A_ROW]):
            _draw(axes, place * 1.5, row, palette)
        axes.set(xlim=(-0.7, 1.5 * IN_A_ROW - 0.6), ylim=(-1.35, 1), aspect="equal")
        axes.axis("off")
    return sheet.figure


def _draw(axes: Axes, middle: float, row: Row, palette: Palette) -> None:
    *sides, channels = row.output_shape
    planes = min(PLANES, 1 + round(math.log2(channels))) if sides else 1
    height = sides[0] / TALLEST if sides else min(1.0, 0.25 + math.log2(channels) / 10)
    width = height if sides else 0.16
    for plane in reversed(range(planes)):
        shift = (plane - (planes - 1) / 2) * SHIFT
        corner = (middle - width / 2 + shift, -height / 2 + shift)
        edge = palette.accent if row.parameters else palette.text
        axes.add_patch(Rectangle(corner, width, height, facecolor=palette.background, edgecolor=edge, linewidth=1.2))
    axes.text(middle, -0.78, row.kind, ha="center", va="top", fontsize=9, fontweight="bold")
    axes.text(middle, -0.95, formatting.shape(row.output_shape), ha="center", va="top", fontsize=8)
    if row.parameters:
        words = f"{formatting.count(row.parameters)} parameters"
        axes.text(middle, -1.1, words, ha="center", va="top", fontsize=8, color=palette.accent)
