"""MNIST as a whole: what its arrays are, how often each digit comes, how it looks on average."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import numpy.typing as npt

from mnist_core.data.mnist import CLASSES, FIELD_PX, FILES, Mnist
from mnist_core.data.statistics import DigitStatistics
from ui.dataset import resources
from ui.images import png_uri
from ui.live import live_html

MEANINGS = {
    "x_train": "images to learn from",
    "y_train": "their labels",
    "x_test": "images to be examined on",
    "y_test": "their labels",
}


def show(mnist: Mnist) -> None:
    """Shows the arrays, the counts, the mean digits and their spread."""
    statistics = resources.statistics(mnist)
    live_html(counts_html({split: summed.counts.tolist() for split, summed in statistics.items()}), key="counts")
    live_html(means_html(statistics["Training"]), key="means")
    live_html(arrays_html(mnist), key="arrays")


def arrays_html(mnist: Mnist) -> str:
    """Lists the four arrays with their shapes, types and ranges, and the form in which networks take them."""
    rows = ""
    for name in FILES:
        array = getattr(mnist, name)
        rows += _row(
            name, MEANINGS[name], array.shape, str(array.dtype), f"{array.min()} to {array.max()}", array.nbytes
        )
    count = len(mnist.x_train)
    images, labels = (count, FIELD_PX, FIELD_PX, 1), (count, CLASSES)
    rows += _row("images for a network", "scaled, one channel", images, "float32", "0 to 1", 4 * int(np.prod(images)))
    rows += _row("labels for a network", "one-hot", labels, "float32", "0 or 1", 4 * int(np.prod(labels)))
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Array", "Shape", "Type", "Values", "Memory"))
    return (
        '<section class="arrays"><h2>The arrays</h2><p>Four arrays are all of MNIST. A shape says how many numbers '
        "there are in each direction; <code>uint8</code> is a whole number from 0 to 255, one byte; "
        "<code>float32</code> a number with a fraction, four bytes.</p>"
        f"<div><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


def counts_html(counts: Mapping[str, Sequence[int]]) -> str:
    """Draws how many images there are of each digit, a chart for each split."""
    charts = "".join(_count_chart(split, numbers) for split, numbers in counts.items())
    return (
        f'<section class="counts"><h2>How many of each</h2>{balance(counts["Training"])}<div>{charts}</div></section>'
    )


def balance(counts: Sequence[int]) -> str:
    """Says how evenly the digits come, as a paragraph."""
    rarest, most = int(np.argmin(counts)), int(np.argmax(counts))
    if counts[rarest] == counts[most]:
        return f"<p>Every digit comes equally often, {counts[most]:,} times.</p>"
    share = sum(counts) / CLASSES
    verdict = "Nearly balanced" if counts[most] < 1.5 * counts[rarest] else "Not balanced"
    return (
        f"<p>{verdict}: most frequent is the {most} with {counts[most]:,} images, rarest the {rarest} with "
        f"{counts[rarest]:,}; a tenth would be {share:,.0f}. Somebody who always said “{most}” would be right "
        f"{100 * counts[most] / sum(counts):.1f} % of the time: that is what a network has to beat.</p>"
    )


def means_html(statistics: DigitStatistics) -> str:
    """Shows each digit's mean and spread as pictures."""
    shown = statistics.spreads * (255 / max(float(statistics.spreads.max()), 1.0))
    columns = "".join(
        f"<li><h3>{digit}</h3>{_picture(mean, f'The mean of all images of the digit {digit}')}"
        f"{_picture(spread, f'Where images of the digit {digit} differ')}</li>"
        for digit, (mean, spread) in enumerate(zip(statistics.means, shown, strict=True))
    )
    return (
        '<section class="means"><h2>The mean digit, and where writers differ</h2><p>Above: all training images of a '
        "digit laid over each other (each pixel’s mean). Below: how much each pixel changes from image to image (its "
        "standard deviation): dark where all agree, light where hands differ.</p>"
        f"<ol>{columns}</ol></section>"
    )


def _row(name: str, meaning: str, shape: tuple[int, ...], dtype: str, values: str, size_bytes: int) -> str:
    cells = "".join(
        f"<td>{escape(text)}</td>"
        for text in (" × ".join(f"{n:,}" for n in shape), dtype, values, f"{size_bytes / 1e6:,.2f} MB")
    )
    return f'<tr><th scope="row">{escape(name)}<span>{escape(meaning)}</span></th>{cells}</tr>'


def _count_chart(split: str, counts: Sequence[int]) -> str:
    highest, total = max(counts), sum(counts)
    bars = "".join(
        f'<li style="--share:{count / highest:.4f}"><strong>{digit}</strong><i aria-hidden="true"></i>'
        f"<span>{count:,}</span></li>"
        for digit, count in enumerate(counts)
    )
    return (
        f"<figure><figcaption>{escape(split)}: {total:,}</figcaption>"
        f'<ol aria-label="Images of each digit">{bars}</ol></figure>'
    )


def _picture(values: npt.NDArray[np.float32], alt: str) -> str:
    return f'<img src="{png_uri(np.rint(values).astype(np.uint8))}" alt="{escape(alt)}">'
