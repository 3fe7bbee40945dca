"""Images of digits, in the forms in which the tutorials show them."""

from matplotlib.figure import Figure

from mnist_core import formatting
from mnist_core.export.figures.sheet import Sheet, show
from mnist_core.export.figures.styles import Palette
from mnist_core.export.figures.subjects import SPLIT_WORDS, Subject, data_name


def grid(subject: Subject, palette: Palette) -> Figure:
    """Draws twenty images in two rows with their labels beneath, on Matplotlib's light map `binary`, as tutorial 2."""
    images, labels = subject.images()
    first = images[subject.index : subject.index + 20]
    sheet = Sheet(palette, f"{_counted(len(first))} {SPLIT_WORDS[subject.split]} images", _words(subject, 20), (10, 3))
    for axes, label in zip(sheet.pictures(first, columns=10), labels[subject.index :], strict=False):
        axes.set_xlabel(str(label), fontsize=12)
    return sheet.figure


def row(subject: Subject, palette: Palette) -> Figure:
    """Draws five images in a row, white on black with a title each, as tutorial 3."""
    images, labels = subject.images()
    first = images[subject.index : subject.index + 5]
    sheet = Sheet(palette, f"{_counted(len(first))} {SPLIT_WORDS[subject.split]} images", _words(subject, 5), (10, 3))
    for axes, label in zip(sheet.pictures(first, columns=5, colormap="gray"), labels[subject.index :], strict=False):
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


def _counted(images: int) -> str:
    return {20: "Twenty", 5: "Five"}.get(images, str(images))


def _words(subject: Subject, count: int) -> str:
    first, last = formatting.count(subject.index), formatting.count(subject.index + count - 1)
    return f"{data_name()}, {SPLIT_WORDS[subject.split]} images {first} to {last}, with their labels."
