"""MNIST as a whole: what its arrays are, how often each digit comes, how it looks on average."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from mnist_core import formatting
from mnist_core.data.mnist import CLASSES, FIELD_PX, FILES, Mnist
from mnist_core.data.statistics import DigitStatistics
from mnist_core.export.images import png_uri
from mnist_core.export.tables import cards_html
from ui import pictures
from ui.dataset import resources
from ui.live import live_html

MEANINGS = {
    "x_train": "images to train on",
    "y_train": "their labels",
    "x_test": "images to test on",
    "y_test": "their labels",
}


def show(mnist: Mnist) -> None:
    """Shows the arrays, the counts, the mean digits and their standard deviations."""
    statistics = resources.statistics(mnist)
    live_html(counts_html({split: summed.counts.tolist() for split, summed in statistics.items()}), key="counts")
    pictures.offer("counts")
    live_html(means_html(statistics["Training"]), key="means")
    pictures.offer("means")
    live_html(arrays_html(mnist), key="arrays")


def arrays_html(mnist: Mnist) -> Markup:
    """Lists the four arrays with their shapes, types and ranges, and the form in which networks take them."""
    rows = []
    for name in FILES:
        array = getattr(mnist, name)
        values = f"{array.min()} to {array.max()}"
        rows.append(_row(name, MEANINGS[name], array.shape, str(array.dtype), values, array.nbytes))
    count = len(mnist.x_train)
    images, labels = (count, FIELD_PX, FIELD_PX, 1), (count, CLASSES)
    rows += [
        _row("images for a network", "scaled, one channel", images, "float32", "0 to 1", 4 * math.prod(images)),
        _row("labels for a network", "one-hot", labels, "float32", "0 or 1", 4 * math.prod(labels)),
    ]
    return Markup(
        '<section class="arrays"><h2>The arrays</h2><p>MNIST is four arrays. A shape says how many numbers there are '
        "in each direction; <code>uint8</code> is a whole number from 0 to 255, one byte; <code>float32</code> a "
        "number with a fraction, four bytes.</p>{}</section>"
    ).format(cards_html(("Array", "Shape", "Type", "Values", "Memory"), rows))


def counts_html(counts: Mapping[str, Sequence[int]]) -> Markup:
    """Draws how many images there are of each digit, a chart for each split."""
    charts = Markup("").join(_count_chart(split, numbers) for split, numbers in counts.items())
    return Markup('<section class="counts"><h2>How many of each digit</h2>{}<div>{charts}</div></section>').format(
        balance(counts["Training"]), charts=charts
    )


def balance(counts: Sequence[int]) -> Markup:
    """Describes in a paragraph how evenly the digits come."""
    rarest, most = int(np.argmin(counts)), int(np.argmax(counts))
    if counts[rarest] == counts[most]:
        return Markup("<p>Every digit comes equally often, {} times.</p>").format(formatting.count(counts[most]))
    return Markup(
        "<p>{verdict}: the {most} is the most frequent with {highest} images, the {rarest} the rarest with {lowest}; "
        "an equal share would be {tenth}. Always answering “{most}” would be right {baseline} of the time: a network "
        "has to beat that.</p>"
    ).format(
        verdict="Nearly balanced" if counts[most] < 1.5 * counts[rarest] else "Not balanced",
        most=most,
        highest=formatting.count(counts[most]),
        rarest=rarest,
        lowest=formatting.count(counts[rarest]),
        tenth=formatting.count(round(sum(counts) / CLASSES)),
        baseline=formatting.per_cent(counts[most] / sum(counts), 1),
    )


def means_html(statistics: DigitStatistics) -> Markup:
    """Shows each digit's mean and standard deviation as pictures."""
    shown = statistics.deviations * (255 / max(float(statistics.deviations.max()), 1.0))
    columns = Markup("").join(
        Markup("<li><h3>{digit}</h3>{}{}</li>").format(
            _picture(mean, f"The mean of all images of the digit {digit}"),
            _picture(deviation, f"Where images of the digit {digit} differ"),
            digit=digit,
        )
        for digit, (mean, deviation) in enumerate(zip(statistics.means, shown, strict=True))
    )
    return Markup(
        '<section class="means"><h2>The mean digit, and where writers differ</h2><p>Above: all training '
        "images of a digit laid over each other (each pixel’s mean). Below: how much each pixel changes from "
        "image to image (its standard deviation): dark where all agree, light where hands differ.</p>"
        "<ol>{columns}</ol></section>"
    ).format(columns=columns)


def _row(
    name: str, meaning: str, shape: tuple[int, ...], dtype: str, values: str, size_bytes: int
) -> tuple[str | Markup, ...]:
    named = Markup("{}<span>{}</span>").format(name, meaning)
    return named, formatting.shape(shape), dtype, values, formatting.megabytes(size_bytes, 2)


def _count_chart(split: str, counts: Sequence[int]) -> Markup:
    highest, total = max(counts), sum(counts)
    bars = Markup("").join(
        Markup(
            '<li style="--share:{:.4f}"><strong>{digit}</strong><i aria-hidden="true"></i><span>{}</span></li>'
        ).format(count / highest, formatting.count(count), digit=digit)
        for digit, count in enumerate(counts)
    )
    return Markup(
        '<figure><figcaption>{split}: {total}</figcaption><ol aria-label="Images of each digit">{bars}</ol></figure>'
    ).format(split=split, total=formatting.count(total), bars=bars)


def _picture(values: npt.NDArray[np.float32], alt: str) -> Markup:
    return Markup('<img src="{}" alt="{alt}">').format(png_uri(np.rint(values).astype(np.uint8)), alt=alt)
