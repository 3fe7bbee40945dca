"""A Matplotlib figure with a title above and a caption below it."""

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mnist_core.export.figures.styles import Palette

TITLE_POINTS, CAPTION_POINTS = 14, 9
CHARACTER = 0.57  # of a font's size: how wide its characters are, on average
MARGIN_IN = 0.15

Images = npt.NDArray[np.uint8] | npt.NDArray[np.float32]


FONTS = (
    "DejaVu Sans",  # comes with Matplotlib; the others have the Chinese characters that it lacks
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
)
"""Each character is taken from the first of these fonts that is installed and has it."""


class Sheet:
    """A figure to draw on.

    Args:
        palette: its colours.
        title: what is shown.
        caption: of which model and data.
        size_in: width and height in inches.
    """

    def __init__(self, palette: Palette, title: str, caption: str, size_in: tuple[float, float]) -> None:
        width_in = size_in[0]
        self.palette = palette
        self.figure = Figure(figsize=size_in, layout="constrained")
        left = MARGIN_IN / width_in
        self.figure.suptitle(title, x=left, ha="left", fontsize=TITLE_POINTS, fontweight="bold")
        in_a_line = round(72 * (width_in - 2 * MARGIN_IN) / (CHARACTER * CAPTION_POINTS))
        self.figure.supxlabel(
            textwrap.fill(caption, in_a_line), x=left, ha="left", fontsize=CAPTION_POINTS, color=palette.quiet
        )

    def axes(self, rows: int = 1, columns: int = 1, **settings: Any) -> list[Axes]:
        """Adds charts in rows and columns; returns them row by row."""
        return list(np.ravel(self.figure.subplots(rows, columns, squeeze=False, **settings)))

    def pictures(
        self, images: Sequence[Images] | Images, *, columns: int, colormap: str = "binary", brightest: float = 255
    ) -> list[Axes]:
        """Adds a grid of images.

        Args:
            images: (H, W) each, from 0 to `brightest`.
            columns: how many stand in a row.
            colormap: the name of a Matplotlib colormap.
            brightest: the value at the end of the colormap.

        Returns:
            The axes of each image, without ticks, to be labelled.
        """
        axes = self.axes(-(-len(images) // columns), columns)
        for own, image in zip(axes, images, strict=False):
            show(own, image, colormap, brightest)
        for unused in axes[len(images) :]:
            unused.remove()
        return axes[: len(images)]


def show(axes: Axes, image: Images, colormap: str = "binary", brightest: float = 255) -> None:
    """Shows an image, (H, W) from 0 to `brightest`, without ticks; pixels stay sharp."""
    axes.imshow(image, cmap=colormap, vmin=0, vmax=brightest, interpolation="nearest")
    axes.grid(False)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def settings(palette: Palette) -> dict[Any, Any]:
    """Returns Matplotlib's settings (`matplotlib.rcParams`) for a palette."""
    return {
        "figure.facecolor": palette.background,
        "savefig.facecolor": palette.background,
        "axes.facecolor": palette.background,
        "axes.edgecolor": palette.quiet,
        "axes.labelcolor": palette.text,
        "axes.titlecolor": palette.text,
        "axes.titlesize": 11,
        "axes.titlelocation": "left",
        "axes.labelsize": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "grid.color": palette.grid,
        "grid.linewidth": 0.7,
        "xtick.color": palette.quiet,
        "ytick.color": palette.quiet,
        "xtick.labelsize": 9,
        "ytick.labelsize": 9,
        "text.color": palette.text,
        "legend.frameon": False,
        "legend.fontsize": 9,
        "lines.linewidth": 2,
        "font.family": [font for font in FONTS if font in font_manager.get_font_names()],
        "font.size": 10,
        "svg.fonttype": "none",  # text stays text, to search and to copy
        "pdf.fonttype": 42,
        "svg.hashsalt": "MNIST Studio",  # the same picture is the same file
        "figure.constrained_layout.w_pad": MARGIN_IN / 2,
        "figure.constrained_layout.h_pad": MARGIN_IN / 2,
        "savefig.dpi": 150,
    }
