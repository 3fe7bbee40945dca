"""All figures by name, and how one is made."""

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, get_args

import matplotlib
from matplotlib.figure import Figure

from mnist_core.export.figures import compression, dataset, diagrams, digits, drawings, evaluation, learning
from mnist_core.export.figures.sheet import settings
from mnist_core.export.figures.styles import PALETTES, Palette, Style
from mnist_core.export.figures.subjects import FigureError, Subject

Format = Literal["png", "svg", "pdf"]
FORMATS: tuple[Format, ...] = get_args(Format)
UNDATED = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
"""Metadata without a date: the same picture is the same file."""


@dataclass(frozen=True)
class Kind:
    """A kind of figure."""

    title: str
    """For people: what it shows."""
    draw: Callable[[Subject, Palette], Figure]
    reads: tuple[str, ...] = ()
    """The fields of `Subject` that it reads."""


FIGURES = {
    "digits": Kind("Twenty images with labels, two rows of ten", digits.grid, ("split", "index", "digits")),
    "digits-row": Kind("Five images in a row, white on black", digits.row, ("split", "index", "digits")),
    "digit": Kind("One image with its grey levels", digits.one, ("split", "index")),
    "counts": Kind("How many images there are of each digit", dataset.counts),
    "means": Kind("The mean of each digit, and its standard deviation", dataset.means, ("split",)),
    "map": Kind("The map: similar digits lie near each other", dataset.digit_map, ("split",)),
    "augmentation": Kind(
        "One image and variations of it", dataset.augmentation, ("split", "index", "recipe", "augmentation", "seed")
    ),
    "network": Kind("A network as a diagram", diagrams.network, ("recipe",)),
    "curves": Kind("Learning curves: accuracy and loss side by side", learning.curves, ("models", "runs")),
    "curves-compared": Kind("Learning curves laid over each other", learning.curves_compared, ("models", "runs")),
    "kfold": Kind("The folds of a K-fold validation", learning.kfold, ("validation",)),
    "predictions": Kind("The first ten test images with predicted and true label", evaluation.predictions, ("models",)),
    "outputs": Kind("One test image and its ten probabilities", evaluation.outputs, ("models", "index")),
    "confusion": Kind("The confusion matrix", evaluation.confusion, ("models",)),
    "mistakes": Kind("The worst mistakes", evaluation.mistakes, ("models",)),
    "calibration": Kind("The reliability diagram", evaluation.calibration, ("models",)),
    "robustness": Kind("Accuracy on disturbed images", evaluation.robustness, ("models",)),
    "compression": Kind("Smaller versions: accuracy against size", compression.tradeoff, ("models",)),
    "drawing": Kind("A drawing, its steps and its ten probabilities", drawings.steps, ("models", "writing", "seed")),
}


def find(name: str) -> Kind:
    """Returns the kind of figure of that name.

    Raises:
        FigureError: there is none.
    """
    if name not in FIGURES:
        raise FigureError(f"There is no figure “{name}”; there is: {', '.join(FIGURES)}.")
    return FIGURES[name]


@dataclass(frozen=True)
class Drawn:
    """A figure without its title and its caption, which somebody else sets."""

    content: bytes
    title: str
    caption: str


def picture(name: str, subject: Subject, style: Style = Style.LIGHT, format: Format = "png") -> bytes:
    """Makes a figure.

    Args:
        name: one of `FIGURES`.
        subject: what it shows.
        style: light, dark, or for print.
        format: "png" (150 pixels an inch), "svg" or "pdf".

    Returns:
        The content of a file.

    Raises:
        FigureError: there is no such figure, or what it needs is missing, or no installed font has a character of it
            (in SVG, text stays text).
        StudioError: a model, MNIST or a run cannot be read.
    """
    with _saving(PALETTES[style], format) as save:
        return save(find(name).draw(subject, PALETTES[style]))


def bare(name: str, subject: Subject, palette: Palette, width_in: float | None, format: Format = "svg") -> Drawn:
    """Makes a figure for a text that sets title and caption itself.

    Args:
        name: one of `FIGURES`.
        subject: what it shows.
        palette: its colours.
        width_in: how wide the text is, in inches: what is wider is drawn smaller, in letters of the same size; None
            leaves the figure as wide as it is.
        format: as for `picture`.

    Raises:
        FigureError, StudioError: as for `picture`.
    """
    with _saving(palette, format) as save:
        figure = find(name).draw(subject, palette)
        title, caption = figure.get_suptitle(), figure.get_supxlabel()
        figure.suptitle("")
        figure.supxlabel("")
        width, height = figure.get_size_inches()
        if width_in is not None and width > width_in:
            figure.set_size_inches(width_in, height * width_in / width)
        return Drawn(save(figure), title, " ".join(caption.split()))


@contextmanager
def _saving(palette: Palette, format: Format) -> Iterator[Callable[[Figure], bytes]]:
    """Lets figures be drawn with a palette; yields what turns one into the content of a file.

    Raises:
        FigureError: no installed font has a character of it (in SVG, text stays text).
    """

    def save(figure: Figure) -> bytes:
        file = io.BytesIO()
        figure.savefig(file, format=format, metadata=UNDATED[format])
        if format != "svg" and any("missing from font" in str(warning.message) for warning in caught):
            raise FigureError(
                "No font on this machine has all characters of this picture. For Chinese, install “Noto Sans CJK SC”: "
                "on Debian and Ubuntu the package fonts-noto-cjk."
            )
        return file.getvalue()

    with matplotlib.rc_context(settings(palette)), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield save
