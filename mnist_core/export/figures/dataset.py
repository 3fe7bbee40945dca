"""The data as a whole: how often each digit comes, how it looks on average, where digits lie, how they are varied."""

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from mnist_core import formatting
from mnist_core.data.mnist import CLASSES, load_mnist
from mnist_core.data.projection import principal_plane
from mnist_core.data.statistics import digit_statistics
from mnist_core.export.figures.sheet import Sheet, show
from mnist_core.export.figures.styles import Palette
from mnist_core.export.figures.subjects import SPLIT_WORDS, Subject, data_name

MAPPED = 2000  # images on the map, as on the Dataset page
VARIATIONS = 14  # as on the Dataset page
LEGIBLE = "tab10"  # Matplotlib's map of ten colours that can be told apart


def counts(subject: Subject, palette: Palette) -> Figure:
    """Draws how many images there are of each digit, in both splits."""
    mnist = load_mnist()
    splits = {"Training images": mnist.y_train, "Test images": mnist.y_test}
    total = " and ".join(f"{formatting.count(len(labels))} {split.lower()}" for split, labels in splits.items())
    sheet = Sheet(palette, "How many images of each digit", f"{data_name()}: {total}.", (10, 4))
    for axes, (split, labels) in zip(sheet.axes(1, 2), splits.items(), strict=True):
        bars = axes.bar(range(CLASSES), np.bincount(labels, minlength=CLASSES), color=palette.accent)
        axes.bar_label(bars, fmt="{:,.0f}", padding=2, fontsize=8, color=palette.quiet)
        axes.set(title=split, xlabel="digit", ylabel="images", xticks=range(CLASSES))
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axes.margins(y=0.1)
    return sheet.figure


def means(subject: Subject, palette: Palette) -> Figure:
    """Draws each digit's mean, and the standard deviation of each pixel."""
    statistics = digit_statistics(*subject.images())
    sheet = Sheet(
        palette,
        "The mean digit, and where writers differ",
        f"{data_name()}, all {formatting.count(int(statistics.counts.sum()))} {SPLIT_WORDS[subject.split]} images. "
        "Above: each pixel’s mean. Below: its standard deviation, dark where hands differ.",
        (10, 3),
    )
    axes = sheet.axes(2, CLASSES)
    brightest = float(statistics.deviations.max())
    for digit in range(CLASSES):
        show(axes[digit], statistics.means[digit])
        axes[digit].set_title(str(digit), loc="center")
        show(axes[CLASSES + digit], statistics.deviations[digit], brightest=brightest)
    for first, words in ((0, "mean"), (CLASSES, "deviation")):
        axes[first].set_ylabel(words)
    return sheet.figure


def digit_map(subject: Subject, palette: Palette) -> Figure:
    """Draws images as points of the plane on which they lie farthest apart; each point is its digit."""
    images, labels = subject.images()
    indices = np.linspace(0, len(labels), min(MAPPED, len(labels)), endpoint=False).astype(np.intp)
    projection = principal_plane(images[indices])
    kept = [formatting.per_cent(float(share), 0) for share in projection.shares]
    sheet = Sheet(
        palette,
        "Similar digits lie near each other",
        f"{formatting.count(len(indices))} {SPLIT_WORDS[subject.split]} images of {data_name()}, evenly spaced over "
        "the set, projected from 784 dimensions onto their first two principal components.",
        (8, 6.5),
    )
    axes = sheet.axes()[0]
    colors = colormaps[LEGIBLE]
    for digit in range(CLASSES):
        across, up = projection.points[labels[indices] == digit].T
        axes.scatter(across, up, marker=f"${digit}$", s=28, linewidths=0, color=colors(digit))
    axes.set(
        xlabel=f"first principal component ({kept[0]} of the variance; grey levels)",
        ylabel=f"second principal component ({kept[1]}; grey levels)",
    )
    axes.set_aspect("equal", adjustable="datalim")
    axes.grid(True, axis="both")
    return sheet.figure


def augmentation(subject: Subject, palette: Palette) -> Figure:
    """Draws an image and variations of it."""
    images, labels = subject.images()
    amounts = subject.augmentation or subject.recipe.augmentation
    image = images[subject.index]
    varied = amounts.apply(np.repeat(image[np.newaxis], VARIATIONS, axis=0), np.random.default_rng(subject.seed))
    limits = (
        f"rotation by up to {amounts.rotation_degrees:g}°, shear {amounts.shear:g}, zoom {amounts.zoom:.0%}, shift "
        f"{amounts.shift_px:g} px, elastic displacement {amounts.elastic_px:g} px"
    )
    sheet = Sheet(
        palette,
        f"A {labels[subject.index]} and {VARIATIONS} variations of it",
        f"{data_name()}, {SPLIT_WORDS[subject.split]} image {subject.index}; {limits}; random seed {subject.seed}.",
        (7, 5),
    )
    axes = sheet.pictures([image, *varied], columns=5)
    axes[0].set_title("as written", loc="center", color=palette.accent)
    return sheet.figure
