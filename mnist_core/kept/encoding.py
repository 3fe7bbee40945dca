"""How a kept drawing is written: its ink as a PNG, its strokes as JSON, both within bounds."""

import io
import json
import math
from collections.abc import Sequence

import numpy as np
from PIL import Image

from mnist_core.drawing.framing import BlankDrawing, Ink, extent, is_blank
from mnist_core.drawing.image_files import decode_canvas_png
from mnist_core.drawing.strokes import PenStroke, Writing
from mnist_core.errors import StudioError

LONGEST_PX = 240  # the longer side of kept ink: a network sees it at 20 px
MARGIN_PX = 4  # of paper around the ink
MOST_STROKES_BYTES = 60_000  # of a digit: one that is drawn slowly has 3,000
FARTHEST = 10  # times the longer side of the ink: no pen goes farther
DAMAGED = "The strokes of this drawing are damaged."
DECIMALS = 1  # of a stroke's points, in pixels


class EncodingError(StudioError):
    """Kept ink or strokes are damaged."""


def fitted(writing: Writing) -> tuple[Ink, Sequence[PenStroke]]:
    """Crops a drawing to its ink and a small margin, and reduces what is larger than `LONGEST_PX`.

    Returns:
        The ink, float32 (h, w), and its strokes in the pixels of that.

    Raises:
        BlankDrawing: there is no ink.
    """
    if is_blank(writing.ink):
        raise BlankDrawing
    rows, columns = extent(writing.ink)
    cropped = np.pad(writing.ink[rows, columns], MARGIN_PX)
    corner_px = np.array([columns.start - MARGIN_PX, rows.start - MARGIN_PX])
    scale = min(1.0, LONGEST_PX / max(cropped.shape))
    if scale < 1:
        height_px, width_px = (max(1, round(side * scale)) for side in cropped.shape)
        resized = Image.fromarray(cropped).resize((width_px, height_px), Image.Resampling.BOX)
        cropped = np.clip(np.asarray(resized), 0, 1)
    moved = [
        PenStroke((stroke.points - corner_px) * scale, stroke.pen_width_px * scale) for stroke in writing.pen_strokes
    ]
    return cropped, moved


def png_of(ink: Ink) -> bytes:
    """Writes ink, float32 (H, W) in [0, 1], as a grey PNG: dark on white paper."""
    content = io.BytesIO()
    Image.fromarray(255 - np.rint(ink * 255).astype(np.uint8)).save(content, "PNG", optimize=True)
    return content.getvalue()


def ink_of(png: bytes) -> Ink:
    """Reads the ink, float32 (H, W) in [0, 1], that `png_of` wrote.

    Raises:
        PictureError: it is damaged.
    """
    grey = decode_canvas_png(png, LONGEST_PX + 2 * MARGIN_PX)[..., 0]
    return (255 - grey).astype(np.float32) / np.float32(255)


def json_of(strokes: Sequence[PenStroke]) -> str | None:
    """Writes strokes as JSON; None where there are none, or so many that they are not worth their room."""
    written = json.dumps(
        [[round(stroke.pen_width_px, DECIMALS), np.round(stroke.points, DECIMALS).tolist()] for stroke in strokes],
        separators=(",", ":"),
    )
    return written if strokes and len(written) <= MOST_STROKES_BYTES else None


def strokes_of(written: str) -> list[PenStroke]:
    """Reads what `json_of` wrote.

    Raises:
        EncodingError: it is damaged.
    """
    try:
        found = [(float(width_px), np.array(points, np.float64)) for width_px, points in json.loads(written)]
    except (ValueError, TypeError, RecursionError) as error:
        raise EncodingError(DAMAGED) from error
    if any(points.ndim != 2 or points.shape[1] != 2 or not math.isfinite(width_px) for width_px, points in found):
        raise EncodingError(DAMAGED)
    return [PenStroke(points, width_px) for width_px, points in found]


def check(ink: Ink, strokes: Sequence[PenStroke]) -> None:
    """Checks ink and strokes that come from elsewhere.

    Raises:
        BlankDrawing: there is no ink.
        EncodingError: the strokes are none, or lie far off the ink.
    """
    if is_blank(ink):
        raise BlankDrawing
    farthest_px = FARTHEST * max(ink.shape)
    sound = strokes and all(
        len(stroke.points)
        and np.isfinite(stroke.points).all()
        and np.abs(stroke.points).max() <= farthest_px
        and 0 < stroke.pen_width_px <= farthest_px
        for stroke in strokes
    )
    if not sound:
        raise EncodingError(DAMAGED)
