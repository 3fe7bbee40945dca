"""What a network read in test images: the image, the ten probabilities, the digit read and the true one."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from mnist_core import formatting
from mnist_core.evaluation.results import Reading
from mnist_core.export.images import png_uri
from mnist_core.reading.network import Network

Images = npt.NDArray[np.uint8]

BAR, GAP, BARS_HEIGHT = 8, 2, 28  # of the small diagrams, in their own units
BARS_WIDTH = 10 * (BAR + GAP) - GAP
QUIET, TEXT, ACCENT, LINE = "#665f54", "#1d1b18", "#a83218", "#c9c2b4"  # where no style sheet says otherwise
_BARS = Markup(
    f'<svg class="ten" viewBox="0 0 {BARS_WIDTH} {BARS_HEIGHT + 11}" role="img" aria-label="%s"'
    f' fill="{QUIET}" font-size="8" text-anchor="middle"><title>%s</title>'
    f'<path d="M0 {BARS_HEIGHT}H{BARS_WIDTH}" stroke="{LINE}"/>'
    + "".join(
        f'<rect%s x="{x}" y="%.1f" width="{BAR}" height="%.1f"/>'
        f'<text x="{x + BAR / 2}" y="{BARS_HEIGHT + 10}">{digit}</text>'
        for digit, x in enumerate(range(0, BARS_WIDTH, BAR + GAP))
    )
    + "</svg>"
)


def read(network: Network, images: Images, labels: npt.NDArray[np.uint8], indices: Sequence[int]) -> list[Reading]:
    """Lets a network read some of the test images.

    Args:
        network: what reads.
        images: uint8 (N, 28, 28), all test images.
        labels: uint8 (N,).
        indices: of those to read.
    """
    if not len(indices):
        return []
    probabilities, _ = network(images[indices])
    return [
        Reading(int(index), int(labels[index]), [float(share) for share in row])
        for index, row in zip(indices, probabilities, strict=True)
    ]


def readings_html(readings: Sequence[Sequence[Reading]], images: Images | None, names: Sequence[str] = ("",)) -> Markup:
    """Lays out images side by side with what one or two networks read in each.

    Args:
        readings: for each image that of each network.
        images: uint8 (N, 28, 28), all test images; None where they are not at hand.
        names: of the networks, where there are two.
    """
    tiles = Markup("").join(_tile(of_one, images, names) for of_one in readings)
    return Markup('<ol class="readings">{}</ol>').format(tiles)


def _tile(readings: Sequence[Reading], images: Images | None, names: Sequence[str]) -> Markup:
    index, label = readings[0].index, readings[0].label
    words = f"Test image {index}, a {label}"
    picture = Markup("")
    if images is not None:
        picture = Markup('<img src="{}" alt="{}" title="{}"/>').format(png_uri(images[index]), words, words)
    said = Markup("").join(_said(reading, name) for reading, name in zip(readings, names, strict=True))
    return Markup('<li class="reading">{}{}</li>').format(picture, said)


def _said(reading: Reading, name: str) -> Markup:
    """Shows what was read, and the true digit where that is another one, over the ten probabilities."""
    is_right = reading.digit == reading.label
    return Markup(
        '<div class="said" data-state="{state}">{whose}<p><strong>{digit}</strong> {confidence}{truth}</p>{bars}</div>'
    ).format(
        state="right" if is_right else "wrong",
        whose=Markup('<p class="whose">{}</p>').format(name) if name else "",
        digit=reading.digit,
        confidence=formatting.confidence(max(reading.probabilities)),
        truth="" if is_right else Markup(", is <b>{}</b>").format(reading.label),
        bars=_bars(reading),
    )


def _bars(reading: Reading) -> Markup:
    """Draws the ten probabilities as small bars over their digits."""
    looks = {
        reading.label: Markup(f' class="true" fill="{TEXT}"'),
        reading.digit: Markup(f' class="best" fill="{TEXT if reading.digit == reading.label else ACCENT}"'),
    }
    said = ", ".join(f"{digit}: {formatting.confidence(share)}" for digit, share in enumerate(reading.probabilities))
    values: list[str | float] = [said, said]
    for digit, share in enumerate(reading.probabilities):
        values += [looks.get(digit, ""), BARS_HEIGHT * (1 - share), BARS_HEIGHT * share]
    return _BARS % tuple(values)
