"""Images of digits, in the forms in which the tutorials show them."""

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from mnist_core import formatting
from mnist_core.export.figures.sheet import Images, Sheet, show
from mnist_core.export.figures.styles import Palette
from mnist_core.export.figures.subjects import SPLIT_WORDS, FigureError, Subject, data_name


def grid(subject: Subject, palette: Palette) -> Figure:
    """Draws twenty images in two rows with their labels beneath, on Matplotlib's light map `binary`, as tutorial 2."""
    images, labels, caption = _first(subject, 20)
    sheet = Sheet(palette, f"{len(images)} {SPLIT_WORDS[subject.split]} images", caption, (10, 3))
    for axes, label in zip(sheet.pictures(images, columns=10), labels, strict=True):
        axes.set_xlabel(str(label), fontsize=12)
    return sheet.figure


def row(subject: Subject, palette: Palette) -> Figure:
    """Draws five images in a row, white on black with a title each, as tutorial 3."""
    images, labels, caption = _first(subject, 5)
    sheet = Sheet(palette, f"{len(images)} {SPLIT_WORDS[subject.split]} images", caption, (10, 3))
    for axes, label in zip(sheet.pictures(images, columns=5, colormap="gray"), labels, strict=True):
        axes.set_title(f"Label: {label}", loc="center")
    return sheet.figure


def one(subject: Subject, palette: Palette) -> Figure:
    """Draws one image with its grey levels, on Matplotlib's map `Greys`, as tutorial 1."""
    images, labels = subject.images()
    sheet = Sheet(
        palette,
        f"A {labels[subject.index]}",
        f"{data_name()}, {SPLIT_WORDS[subject.split]} image {subject.index}: 28 × 28 pixels, grey levels from 0 "
        "(paper) to 255 (ink).",
        (5, 5),
    )
    axes = sheet.axes()[0]
    show(axes, images[subject.index], "Greys")
    axes.set_xticks(range(0, 28, 7))
    axes.set_yticks(range(0, 28, 7))
    axes.set(xlabel="column", ylabel="row")
    sheet.figure.colorbar(axes.images[0], label="grey level", shrink=0.8, ticks=(0, 64, 128, 192, 255))
    return sheet.figure


def _first(subject: Subject, count: int) -> tuple[Images, npt.NDArray[np.uint8], str]:
    """Returns images from the subject's index on, uint8 (N, 28, 28), their labels, uint8 (N,), and a caption."""
    images, labels = subject.images()
    wanted = np.isin(labels, subject.digits) if subject.digits else np.ones(len(labels), bool)
    indices = subject.index + np.flatnonzero(wanted[subject.index :])[:count]
    if not len(indices):
        raise FigureError(f"From image {subject.index} on, there is none of the digits that were asked for.")
    first, last = (formatting.count(int(index)) for index in (indices[0], indices[-1]))
    only = f", only the digits {', '.join(map(str, sorted(subject.digits)))}" if subject.digits else ""
    caption = f"{data_name()}, {SPLIT_WORDS[subject.split]} images {first} to {last}{only}, with their labels."
    return images[indices], labels[indices], caption
