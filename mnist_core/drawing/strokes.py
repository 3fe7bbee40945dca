"""Pen strokes and the picture that a browser's canvas makes of them.

A stroke pack is an `.npz` of handwriting recorded with a pen: `points` int16 (P, 2) with x to the right and y down,
every digit shifted to start at 0 and scaled so that its longer side is 1000; `stroke_offsets` (S + 1,) and
`digit_offsets` (N + 1,), which say where each stroke and each digit begins; `label` (N,) and `writer` (N,).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from mnist_core.data.npz import NpzError, stored_arrays
from mnist_core.drawing.framing import Ink
from mnist_core.errors import StudioError

Stroke = npt.NDArray[np.float64]
"""The points of one stroke: (n, 2), x to the right and y down; a single point is a dot."""

SUPERSAMPLING = 4  # lines are drawn this much larger and averaged: 16 grey levels at an edge
PACK_SCALE = 1000  # the length of a digit's longer side in a stroke pack
PACK_KINDS = {"points": "iu", "stroke_offsets": "iu", "digit_offsets": "iu", "label": "iuU", "writer": "U"}
"""The arrays of a stroke pack, and the kinds of NumPy types that each may have."""
PACK_BYTES = 2**26  # of an array: the points of the package's 7,494 digits take 1.2 MB


class PenStroke(NamedTuple):
    """The line that a pen draws on a canvas from where it is put down to where it is lifted."""

    points: Stroke
    """(n, 2), in the canvas's pixels."""
    pen_width_px: float


class Writing(NamedTuple):
    """A person's writing: all that `Recognizer.read` may know of it."""

    ink: Ink
    pen_strokes: Sequence[PenStroke] = ()
    """How it was drawn, in the ink's pixels, if a canvas knows that."""


class StrokePackError(StudioError):
    """A file is not a stroke pack."""


@dataclass(frozen=True)
class StrokePack:
    """Digits of many writers as strokes, in the order of the file."""

    points: npt.NDArray[np.int16]
    stroke_offsets: npt.NDArray[np.int32]
    digit_offsets: npt.NDArray[np.int32]
    labels: npt.NDArray[np.int64]
    writers: npt.NDArray[np.str_]

    @classmethod
    def load(cls, path: Path) -> "StrokePack":
        """Reads a stroke pack.

        Raises:
            StrokePackError: the file is missing, or has another layout than the module describes.
        """
        try:
            stored = stored_arrays(path, list(PACK_KINDS), max_bytes=PACK_BYTES)
            strange = [name for name, kinds in PACK_KINDS.items() if stored[name].dtype.kind not in kinds]
            if strange:
                raise StrokePackError(f"{path} is not a stroke pack: {', '.join(strange)} should be of another type.")
            pack = cls(*(array.read() for array in stored.values()))
        except NpzError as error:
            raise StrokePackError(f"{path} cannot be read as a stroke pack: {error}") from error
        pack._check(path)
        return pack

    def _check(self, path: Path) -> None:
        sound = (
            all(array.ndim == 1 for array in (self.stroke_offsets, self.digit_offsets, self.labels, self.writers))
            and self.points.ndim == 2
            and self.points.shape[1:] == (2,)
            and len(self.labels) == len(self.writers) == len(self.digit_offsets) - 1
            and _are_offsets(self.digit_offsets, len(self.stroke_offsets) - 1)
            and _are_offsets(self.stroke_offsets, len(self.points))
            and (np.diff(self.stroke_offsets[self.digit_offsets]) > 0).all()
        )
        if not sound:
            raise StrokePackError(
                f"{path} is not a stroke pack: its offsets and arrays do not fit together, or a digit is empty."
            )

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> list[Stroke]:
        """Returns the strokes of one digit, without empty ones, in units of a thousandth of its longer side."""
        first, last = self.digit_offsets[index], self.digit_offsets[index + 1]
        bounds = self.stroke_offsets[first : last + 1]
        return [self.points[a:b].astype(np.float64) for a, b in pairwise(bounds) if b > a]

    def __iter__(self) -> Iterator[list[Stroke]]:
        return (self[index] for index in range(len(self)))


def _are_offsets(offsets: npt.NDArray[np.int32], count: int) -> bool:
    """Returns whether offsets divide a number of things into parts."""
    return bool(offsets[0] == 0 and offsets[-1] == count and (np.diff(offsets) >= 0).all())


@dataclass(frozen=True, kw_only=True)
class Placement:
    """The size, position and pen with which a person draws a digit on the canvas; lengths in canvas pixels."""

    canvas_px: int = 280
    digit_px: float = 180.0
    """The longer side of the box around the line that the pen's tip follows."""
    left_px: float = 50.0
    top_px: float = 50.0
    pen_width_px: float = 18.0

    @classmethod
    def draw(cls, rng: np.random.Generator, strokes: Sequence[Stroke]) -> "Placement":
        """Draws a placement as people vary: 40 to 85 % of a 280 px canvas, anywhere on it, pens of 12 to 24 px.

        Args:
            rng: the random number generator; the same state gives the same placement.
            strokes: the digit's, in a stroke pack's units.
        """
        canvas_px = 280
        pen_width_px = rng.uniform(12, 24)
        digit_px = rng.uniform(0.40, 0.85) * canvas_px
        width, height = np.ptp(np.concatenate(strokes), axis=0) * digit_px / PACK_SCALE
        margin = pen_width_px / 2 + 1
        return cls(
            canvas_px=canvas_px,
            digit_px=digit_px,
            left_px=rng.uniform(margin, max(margin, canvas_px - width - margin)),
            top_px=rng.uniform(margin, max(margin, canvas_px - height - margin)),
            pen_width_px=pen_width_px,
        )

    def apply(self, strokes: Sequence[Stroke]) -> list[Stroke]:
        """Converts strokes of a pack to canvas pixels."""
        corner = np.array([self.left_px, self.top_px])
        return [stroke * (self.digit_px / PACK_SCALE) + corner for stroke in strokes]


def render(
    strokes: Sequence[Stroke],
    canvas_px: int,
    pen_width_px: float,
    pressures: Sequence[npt.NDArray[np.float64]] | None = None,
) -> Ink:
    """Draws strokes as a canvas does: a round pen, round joints, anti-aliased edges.

    Args:
        strokes: (n, 2) each, in canvas pixels.
        canvas_px: the side of the square canvas.
        pen_width_px: the diameter of the pen.
        pressures: (n,) for each stroke: its width at each point, as a share of the pen's; None for an even pen.

    Returns:
        float32 (canvas_px, canvas_px) in [0, 1].
    """
    image = Image.new("L", (canvas_px * SUPERSAMPLING, canvas_px * SUPERSAMPLING))
    drawing = ImageDraw.Draw(image)
    radius = pen_width_px * SUPERSAMPLING / 2
    for index, stroke in enumerate(strokes):
        points = [tuple(point) for point in (stroke * SUPERSAMPLING).tolist()]
        radii = [radius] * len(points) if pressures is None else (pressures[index] * radius).tolist()
        if pressures is None and len(points) > 1:
            drawing.line(points, fill=255, width=round(2 * radius))
        else:
            for (start, end), width in zip(pairwise(points), radii[1:], strict=True):
                drawing.line([start, end], fill=255, width=round(2 * width))
        for point, width in zip(points, radii, strict=True):
            drawing.circle(point, width, fill=255)
    return np.asarray(image.reduce(SUPERSAMPLING)).astype(np.float32) / np.float32(255)


def to_canvas(ink: Ink) -> npt.NDArray[np.uint8]:
    """Returns the picture that a transparent canvas with black ink would send: uint8 (H, W, 4)."""
    rgba = np.zeros((*ink.shape, 4), np.uint8)
    rgba[..., 3] = np.rint(ink * 255)
    return rgba
