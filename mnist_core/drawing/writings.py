"""Writings as files: the ink of a drawing and, where a canvas knows them, its pen strokes.

A file is an `.npz` with these arrays:

    ink              float32 (H, W) in [0, 1]
    points           float64 (P, 2), the points of all strokes one after the other, in the ink's pixels
    stroke_offsets   int64 (S + 1,): stroke i has the points from stroke_offsets[i] up to stroke_offsets[i + 1]
    pen_widths_px    float64 (S,)
"""

from itertools import pairwise
from pathlib import Path

import numpy as np

from mnist_core.data.npz import NpzError, stored_arrays, write_npz
from mnist_core.drawing.strokes import PenStroke, Writing
from mnist_core.errors import StudioError

ARRAYS = ("ink", "points", "stroke_offsets", "pen_widths_px")
MOST_BYTES = 64_000_000  # unpacked: a photograph of 16 megapixels as ink


class WritingError(StudioError):
    """A file holds no writing, or a damaged one."""


def write_writing(path: Path, writing: Writing) -> None:
    """Writes a writing into a file.

    Raises:
        OSError: it cannot be written.
    """
    lengths = [len(stroke.points) for stroke in writing.pen_strokes]
    write_npz(
        path,
        {
            "ink": writing.ink,
            "points": np.concatenate([np.zeros((0, 2)), *(stroke.points for stroke in writing.pen_strokes)]),
            "stroke_offsets": np.cumsum([0, *lengths], dtype=np.int64),
            "pen_widths_px": np.array([stroke.pen_width_px for stroke in writing.pen_strokes], np.float64),
        },
    )


def read_writing(path: Path) -> Writing:
    """Reads a file that `write_writing` wrote.

    Raises:
        WritingError: it is missing, or holds something else.
    """
    try:
        ink, points, offsets, widths_px = (
            array.read() for array in stored_arrays(path, list(ARRAYS), max_bytes=MOST_BYTES).values()
        )
    except NpzError as error:
        raise WritingError(f"{path} cannot be read as a writing: {error}") from error
    if not (
        all(array.dtype.kind in "fiu" for array in (points, offsets, widths_px))
        and ink.dtype == np.float32
        and ink.ndim == 2
        and np.isfinite(ink).all()
        and points.shape[1:] == (2,)
        and np.isfinite(points).all()
        and offsets.ndim == 1
        and offsets.shape == (len(widths_px) + 1,)
        and offsets[0] == 0
        and offsets[-1] == len(points)
        and (np.diff(offsets) >= 0).all()
    ):
        raise WritingError(f"{path} is no writing: its arrays are not those of ink and pen strokes.")
    return Writing(
        np.clip(ink, 0, 1),
        [
            PenStroke(points[first:last], float(px))
            for (first, last), px in zip(pairwise(offsets), widths_px, strict=True)
        ],
    )
