"""Writes characters as people do: the strokes of an allograph, varied by a hand, drawn with a pen and framed.

How hands differ is in `mnist_core.synthesis.variation`, how pens differ in `mnist_core.synthesis.pens`: together they
are the distribution that a network learns from.

Many copies of one allograph are varied at once; that and a small canvas make more than 2,000 framed digits a second on
one core (`python -m benchmarks.handwriting`), so that a network can be shown fresh ones in every epoch.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mnist_core.drawing.framing import FIELD, to_model_input
from mnist_core.drawing.strokes import Stroke, render
from mnist_core.synthesis.allographs import DIGITS, Allograph
from mnist_core.synthesis.pens import PENS
from mnist_core.synthesis.skeletons import SAMPLE_STEP, skeleton_of
from mnist_core.synthesis.variation import VARIATION

DRAWN_PX = 64  # the longer side of a character on its canvas: three times the 20 px that the network sees


def digits(count: int, rng: np.random.Generator) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Writes digits in all their forms, every digit equally often; which ones come once more, if any must, is random.

    Args:
        count: how many.
        rng: the random number generator; the same state gives the same digits.

    Returns:
        Images uint8 (count, 28, 28), framed as the network sees everything, and labels int64 (count,).
    """
    labels = rng.permutation((np.arange(count) + rng.integers(10)) % 10)
    return pictures(digit_forms(labels, rng), rng), labels


def digit_forms(labels: npt.NDArray[np.integer], rng: np.random.Generator) -> list[Allograph]:
    """Chooses for each of the digits, (N,), one of the forms in which people write it, in proportion to its weight."""
    weights = np.array([form.weight for form in DIGITS])
    of_digit = np.array([int(form.character) for form in DIGITS]) == np.arange(10)[:, None]
    chances = of_digit * weights / (of_digit * weights).sum(axis=1, keepdims=True)
    ends = chances.cumsum(axis=1)[labels]
    chosen = np.minimum((ends < rng.random((len(labels), 1))).sum(axis=1), len(DIGITS) - 1)
    return [DIGITS[index] for index in chosen]


def pictures(forms: Sequence[Allograph], rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Writes one character of each form: uint8 (N, 28, 28), framed as the network sees everything."""
    images = np.zeros((len(forms), FIELD, FIELD), np.uint8)
    widths = PENS.draw_width(len(forms), rng)
    for image, strokes, width in zip(images, write(forms, rng), widths, strict=True):
        image[:] = picture(strokes, width, rng)
    return images


def picture(strokes: Sequence[Stroke], pen_share: float, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Draws strokes of any size with a pen and frames them.

    Args:
        strokes: (n, 2) each.
        pen_share: the pen's width, as a share of the longer side of the drawing.
        rng: the random number generator, for the pressure.

    Returns:
        uint8 (28, 28).
    """
    points = np.concatenate(strokes)
    corner, size = points.min(axis=0), float(np.ptp(points, axis=0).max())
    pen_px = pen_share * DRAWN_PX
    scale = DRAWN_PX / size if size > SAMPLE_STEP else 1.0  # a dot stays a dot
    placed = [(stroke - corner) * scale + pen_px + 1 for stroke in strokes]
    return to_model_input(render(placed, int(DRAWN_PX + 2 * pen_px + 3), pen_px, PENS.draw_pressures(placed, rng)))


def write(forms: Sequence[Allograph], rng: np.random.Generator) -> list[list[Stroke]]:
    """Writes one character of each form as strokes, each in its own way, in the order of the forms."""
    written: list[list[Stroke]] = [[] for _ in forms]
    indices: dict[Allograph, list[int]] = {}
    for index, form in enumerate(forms):
        indices.setdefault(form, []).append(index)
    for form, copies in indices.items():
        skeleton = skeleton_of(form)
        for index, points in zip(copies, VARIATION.vary(skeleton, len(copies), rng), strict=True):
            written[index] = PENS.draw(skeleton.strokes(points), rng)
    return written
