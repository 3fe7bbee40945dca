"""What a network read in test images: the image, the ten probabilities, the digit read and the true one."""

from collections.abc import Sequence
from html import escape

import numpy as np
import numpy.typing as npt

from mnist_core.evaluation.metrics import Reading
from mnist_core.reading.network import Network
from ui.draw.answer import per_cent
from ui.images import png_uri

Images = npt.NDArray[np.uint8]

BAR, GAP, BARS_HEIGHT = 8, 2, 28  # of the small diagrams, in their own units


def read(network: Network, images: Images, labels: npt.NDArray[np.uint8], places: Sequence[int]) -> list[Reading]:
    """Lets a network read the test images at some places.

    Args:
        network: what reads.
        images: uint8 (N, 28, 28), all test images.
        labels: uint8 (N,).
        places: indices of those to read.
    """
    if not len(places):
        return []
    probabilities, _ = network(images[places])
    return [
        Reading(int(place), int(labels[place]), [float(share) for share in row])
        for place, row in zip(places, probabilities, strict=True)
    ]


def ten_logits(network: Network, image: Images) -> list[float] | None:
    """Returns a network's ten logits for one image, uint8 (28, 28), as `Outputs` has them."""
    logits = network.run(image[np.newaxis]).logits
    return None if logits is None else [float(value) for value in logits[0]]


def readings_html(readings: Sequence[Sequence[Reading]], images: Images | None, names: Sequence[str] = ("",)) -> str:
    """Lays out images side by side with what one or two networks read in each.

    Args:
        readings: for each image that of each network.
        images: uint8 (N, 28, 28), all test images; None where they are not at hand.
        names: of the networks, where there are two.
    """
    return f'<ol class="readings">{"".join(_tile(of_one, images, names) for of_one in readings)}</ol>'


def outputs_html(
    name: str, reading: Reading, logits: Sequence[float] | None, temperature: float, accented: bool = True
) -> str:
    """Lists the ten outputs of a network for one image.

    Args:
        name: whose they are.
        reading: what was read.
        logits: the ten values that its softmax takes, divided by the temperature; None where it does not give them.
        temperature: what they were divided by.
        accented: whether the model's colour is the accent.
    """
    columns: dict[str, list[str]] = {}
    if logits is not None and temperature == 1:
        columns = {"logit": [logit(value) for value in logits]}
    elif logits is not None:
        columns = {
            "logit": [logit(value * temperature) for value in logits],
            f"÷ {temperature:.2f}": [logit(value) for value in logits],
        }
    rows = "".join(
        f'<tr class="{"best" if digit == reading.digit else ""}"><th scope="row">{digit}</th>'
        f"{''.join(f'<td>{column[digit]}</td>' for column in columns.values())}"
        f'<td class="share" style="--share:{share:.4f}"><span>{share:.6f}</span></td></tr>'
        for digit, share in enumerate(reading.probabilities)
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("digit", *columns, "probability"))
    verdict = "right" if reading.digit == reading.label else f"but it is a {reading.label}"
    return (
        f'<figure class="outputs{" accented" if accented else ""}"><figcaption>{escape(name)} reads '
        f"<strong>{reading.digit}</strong>: {verdict}</figcaption>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        f"<p>{logits_explained(name, logits is not None, temperature)}</p></figure>"
    )


def logits_explained(name: str, are_there: bool, temperature: float) -> str:
    """Says what the logits of a model are, or how it comes to have some."""
    if not are_there:
        command = f"<code>python -m mnist_core models --export {escape(name)}</code>"
        return f"This model was saved without its logits; {command} adds them."
    if temperature == 1:
        return "Softmax makes the probabilities of the logits."
    return (
        f"The logits are divided by the temperature, {temperature:.2f}, which makes the network as confident as it is "
        "right. Softmax makes the probabilities of the quotients."
    )


def picture_html(image: Images, words: str) -> str:
    """Shows one image, uint8 (28, 28), as large as its place."""
    return f'<img class="specimen" src="{png_uri(image)}" alt="{escape(words)}"/>'


def logit(value: float) -> str:
    """Writes a logit with three decimals."""
    return f"{value:.3f}".replace("-", "−")


def _tile(readings: Sequence[Reading], images: Images | None, names: Sequence[str]) -> str:
    index, label = readings[0].index, readings[0].label
    words = f"Test image {index}, a {label}"
    shown = "" if images is None else f'<img src="{png_uri(images[index])}" alt="{words}" title="{words}"/>'
    said = "".join(_said(reading, name) for reading, name in zip(readings, names, strict=True))
    return f'<li class="reading">{shown}{said}</li>'


def _said(reading: Reading, name: str) -> str:
    """Says what was read, and what it is where that is something else, over the ten probabilities."""
    right = reading.digit == reading.label
    truth = "" if right else f", is <b>{reading.label}</b>"
    sure = escape(per_cent(max(reading.probabilities)))
    whose = f'<p class="whose">{escape(name)}</p>' if name else ""
    return (
        f'<div class="said" data-state="{"right" if right else "wrong"}">{whose}'
        f"<p><strong>{reading.digit}</strong> {sure}{truth}</p>{_bars(reading)}</div>"
    )


def _bars(reading: Reading) -> str:
    """Draws the ten probabilities as small bars over their digits."""
    kinds = {reading.label: "true", reading.digit: "best"}
    bars = "".join(
        f'<rect class="{kinds.get(digit, "")}" x="{digit * (BAR + GAP)}" y="{BARS_HEIGHT * (1 - share):.1f}" '
        f'width="{BAR}" height="{BARS_HEIGHT * share:.1f}"/>'
        f'<text x="{digit * (BAR + GAP) + BAR / 2}" y="{BARS_HEIGHT + 10}">{digit}</text>'
        for digit, share in enumerate(reading.probabilities)
    )
    width = 10 * (BAR + GAP) - GAP
    said = ", ".join(f"{digit}: {escape(per_cent(share))}" for digit, share in enumerate(reading.probabilities))
    return (
        f'<svg class="ten" viewBox="0 0 {width} {BARS_HEIGHT + 11}" role="img" aria-label="{said}">'
        f'<title>{said}</title><path d="M0 {BARS_HEIGHT}H{width}"/>{bars}</svg>'
    )
