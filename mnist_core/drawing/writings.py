"""Writings as bytes, for other processes: the ink of a drawing and, where a canvas knows them, its pen strokes.

The bytes are an `.npz` file with these arrays:

    ink              float32 (H, W) in [0, 1]
    points           float64 (P, 2), the points of all strokes one after the other, in the ink's pixels
    stroke_offsets   int64 (S + 1,): stroke i has the points from stroke_offsets[i] up to stroke_offsets[i + 1]
    pen_widths_px    float64 (S,)
"""

import io
import zipfile
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.drawing.strokes import PenStroke, Writing
from mnist_core.errors import StudioError

ARRAYS = ("ink", "points", "stroke_offsets", "pen_widths_px")


class WritingError(StudioError):
    """Some bytes are no writing, or a damaged one."""


def packed(writing: Writing) -> bytes:
    """Packs a writing into bytes."""
    lengths = [len(stroke.points) for stroke in writing.pen_strokes]
    content = io.BytesIO()
    np.savez(
        content,
        ink=writing.ink,
        points=np.concatenate([np.zeros((0, 2)), *(stroke.points for stroke in writing.pen_strokes)]),
        stroke_offsets=np.cumsum([0, *lengths], dtype=np.int64),
        pen_widths_px=np.array([stroke.pen_width_px for stroke in writing.pen_strokes], np.float64),
    )
    return content.getvalue()


def unpacked(content: bytes) -> Writing:
    """Unpacks the bytes that `packed` made.

    Raises:
        WritingError: they are something else.
    """
    try:
        with np.load(io.BytesIO(content)) as arrays:
            found = {name: arrays[name] for name in ARRAYS}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise WritingError("What came is no writing, as the Draw page packs it.") from error
    if not _is_sound(found):
        raise WritingError("What came is no writing: its arrays are not those of ink and pen strokes.")
    strokes = zip(pairwise(found["stroke_offsets"]), found["pen_widths_px"], strict=True)
    return Writing(
        np.clip(found["ink"], 0, 1),
        [PenStroke(found["points"][first:after], float(width_px)) for (first, after), width_px in strokes],
    )


def _is_sound(arrays: Mapping[str, npt.NDArray[Any]]) -> bool:
    ink, points, offsets, widths_px = (arrays[name] for name in ARRAYS)
    return bool(
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
    )
