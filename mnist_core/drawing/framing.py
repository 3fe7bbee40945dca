"""Frames a drawing exactly as MNIST framed its scans; everything that reaches a network goes through here.

LeCun et al. (1998), "Gradient-based learning applied to document recognition": the digits were "size normalized to
fit in a 20x20 pixel box while preserving their aspect ratio", which left "grey levels as a result of the
anti-aliasing", and then "centered in a 28x28 image by computing the center of mass of the pixels, and translating
the image so as to position this point at the center".

One step is added for a fine pen on a large canvas, whose lines would come out thinner than any of MNIST's writers
drew: they are first made as wide as MNIST's thinnest.

This module knows nothing about colours, canvases or networks.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from mnist_core.errors import StudioError

Ink = npt.NDArray[np.float32]
"""A drawing: float32 (H, W) in [0, 1]; 0 is paper, 1 is ink."""

FIELD, BOX = 28, 20  # px: MNIST's frame and the box its digits were fitted into (LeCun et al. 1998)
CENTRE = 14  # px: where MNIST's centres of mass lie (all 10,000 test images: 13.5 to 14.5)
FAINTEST_INK = 0.05  # below this a "drawing" is dust; MNIST's faintest image reaches 254 of 255
TRACE = 1 / 512  # half of the smallest grey level of an 8-bit image: the edge of the ink

THINNEST_LINE_PX = 1.5  # px of the 28: 99 % of MNIST's training images have wider lines
FINE_PX = 80  # the longer side of the drawing on which its lines are measured
DRAWN = 0.25  # of the darkest ink: where a line is redrawn; a hairline is hardly darker; chosen by eye
LARGEST_REDRAWN_PX = 160  # the longer side up to which lines are redrawn; beyond, the drawing is first made smaller


class BlankDrawing(StudioError):
    """Nothing was drawn."""

    def __init__(self) -> None:
        super().__init__("There is nothing on the paper yet: draw a digit first.")


@dataclass(frozen=True)
class Framing:
    """The steps from a drawing to the network's input."""

    ink: Ink
    """float32 (H, W): the drawing as it was given."""
    cropped: Ink
    """float32 (h, w): without the paper around it."""
    fitted: Ink
    """float32, longer side 20 px: shrunk or enlarged into MNIST's box, greys kept, full black reached."""
    model_input: npt.NDArray[np.uint8]
    """uint8 (28, 28): its centre of mass moved onto pixel 14."""


def is_blank(ink: Ink) -> bool:
    """Returns whether a drawing, float32 (H, W), holds no ink that a person would see."""
    return ink.size == 0 or float(ink.max()) < FAINTEST_INK


def to_model_input(ink: Ink) -> npt.NDArray[np.uint8]:
    """Frames a drawing as MNIST framed its scans.

    Args:
        ink: float32 (H, W) in [0, 1]; 0 is paper, 1 is ink.

    Returns:
        uint8 (28, 28): the digit fitted into 20 x 20, its centre of mass on pixel 14.

    Raises:
        BlankDrawing: nothing was drawn.
    """
    return frame(ink).model_input


def frame(ink: Ink) -> Framing:
    """Frames a drawing as `to_model_input` does, and keeps the steps.

    Args:
        ink: float32 (H, W) in [0, 1]; 0 is paper, 1 is ink.

    Raises:
        BlankDrawing: nothing was drawn.
    """
    if is_blank(ink):
        raise BlankDrawing
    cropped = crop(ink)
    fitted = fit(cropped)
    return Framing(ink, cropped, fitted, centre(fitted))


def crop(ink: Ink) -> Ink:
    """Cuts away the paper around the ink: float32 (H, W) -> float32 (h, w)."""
    return ink[extent(ink)]


def extent(ink: Ink | npt.NDArray[np.bool_]) -> tuple[slice, slice]:
    """Returns the rows and columns that the ink of a drawing, float32 or bool (H, W), takes up."""
    drawn = ink > TRACE
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def reduced(ink: Ink, block: int, *, mean: bool = False) -> Ink:
    """Reduces a drawing by whole blocks of pixels, each to its darkest pixel or its mean: float32 (H, W) -> (h, w)."""
    if block == 1:
        return ink
    height, width = ink.shape
    padded = np.pad(ink, ((0, -height % block), (0, -width % block)))
    blocks = padded.reshape(padded.shape[0] // block, block, padded.shape[1] // block, block)
    return blocks.mean(axis=(1, 3)) if mean else blocks.max(axis=(1, 3))


def fit(cropped: Ink) -> Ink:
    """Scales a cropped drawing so that its longer side is 20 px and its darkest point full black.

    Args:
        cropped: float32 (h, w) with ink at every edge.

    Returns:
        float32 (h, w) in [0, 1] with max(h, w) == 20.
    """
    missing_px = THINNEST_LINE_PX - line_width_px(_resize(cropped, FINE_PX)) * BOX / FINE_PX
    fitted = _resize(_widen(cropped, missing_px) if missing_px > 0 else cropped, BOX)
    return fitted / fitted.max()


def centre(fitted: Ink) -> npt.NDArray[np.uint8]:
    """Places a fitted drawing so that its centre of mass rounds to pixel 14 of 28, as in MNIST.

    Args:
        fitted: float32 (h, w) in [0, 1], at most 20 px on each side.

    Returns:
        uint8 (28, 28). Whole pixels are moved, so that no grey level changes.
    """
    field = np.zeros((FIELD, FIELD), np.uint8)
    height, width = fitted.shape
    row, column = (round(CENTRE - c) for c in ndimage.center_of_mass(fitted))
    # A digit far heavier on one side (a 7 with a dot for a foot) would leave the field: keep all of its ink instead.
    row, column = min(max(row, 0), FIELD - height), min(max(column, 0), FIELD - width)
    field[row : row + height, column : column + width] = np.rint(fitted * 255)
    return field


def line_width_px(ink: Ink) -> float:
    """Measures how wide the lines of a drawing are on average, in its own pixels.

    A line of length l and width w has the area l * w and a rim of 2 * l. Both are sums over grey levels, which need
    no threshold between ink and paper.
    """
    framed = _surround(ink, 1)
    down, right = np.diff(framed, axis=0)[:, :-1], np.diff(framed, axis=1)[:-1]
    return float(2 * ink.sum() / np.hypot(down, right).sum())


def _widen(cropped: Ink, by_px: float) -> Ink:
    """Redraws the lines of a drawing wider, by a length in pixels of the 28: float32 (h, w) -> (h', w')."""
    lines = _resize(cropped, FINE_PX) if max(cropped.shape) < FINE_PX else _redrawable(cropped)
    by_px *= max(lines.shape) / BOX
    drawn = _surround(lines, int(by_px / 2) + 1) >= lines.max() * DRAWN
    inside, outside = ndimage.distance_transform_edt(drawn), ndimage.distance_transform_edt(~drawn)
    distance_to_edge_px = np.where(drawn, inside - 0.5, 0.5 - outside)
    return crop(np.clip(distance_to_edge_px + by_px / 2 + 0.5, 0, 1).astype(np.float32))


def _redrawable(ink: Ink) -> Ink:
    """Reduces a very large drawing so that no hairline is lost."""
    return reduced(ink, -(-max(ink.shape) // LARGEST_REDRAWN_PX))


def _surround(ink: Ink, margin_px: int) -> Ink:
    """Lays paper around a drawing; `np.pad` would take ten times as long."""
    sheet = np.zeros((ink.shape[0] + 2 * margin_px, ink.shape[1] + 2 * margin_px), np.float32)
    sheet[margin_px:-margin_px, margin_px:-margin_px] = ink
    return sheet


def _resize(ink: Ink, longer_side_px: int) -> Ink:
    """Scales with anti-aliasing so that the longer side has the given length.

    The proportions stay exact: if the shorter side is no whole number of pixels, its outermost ones are grey.
    """
    scale = longer_side_px / max(ink.shape)
    if scale == 1:
        return ink
    height_px, width_px = (math.ceil(side * scale - 1e-6) for side in ink.shape)
    margin = math.ceil(1 / scale)
    bottom, right = height_px / scale, width_px / scale
    up, left = margin - (bottom - ink.shape[0]) / 2, margin - (right - ink.shape[1]) / 2
    resized = Image.fromarray(_surround(ink, margin)).resize(
        (width_px, height_px),
        Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC,
        box=(left, up, left + right, up + bottom),
    )
    return np.clip(np.asarray(resized), 0, 1)
