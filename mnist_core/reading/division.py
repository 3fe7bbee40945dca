"""Divides a piece that may be neighbouring digits which touch: by the strokes of the pen, or by cuts.

People lift the pen between digits, so its strokes divide most safely, also where digits cross. Where only ink is known,
as of a picture, the piece is cut along the seams of `mnist_core.reading.seams`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from mnist_core.drawing.framing import Ink, reduced
from mnist_core.drawing.strokes import PenStroke, Stroke
from mnist_core.reading import seams
from mnist_core.reading.candidates import PROPORTIONS
from mnist_core.reading.pieces import Box, Mask, Piece

MOST_PEN_STROKES = 16  # in one piece: every run of its strokes would be read, and more than these are a scribble
LEAST_SHOWN = 0.02  # of a piece's ink: a pen stroke that covers less is only the edge of its neighbour's
RETRACED = 0.5  # of the smaller's ink: two pen strokes that share so much are one line, drawn twice
NARROWEST_PAIR = 0.45  # of its height: a slimmer piece is no pair of digits; chosen on touching pairs that people drew


class Part(NamedTuple):
    """A part of a divided piece."""

    mask: Mask
    """bool (h, w), in the box of the whole piece."""
    cut: float = 0.0
    """The cost of the cut at its left, in nats; 0 without a cut."""


def divide_by_pen(piece: Piece, pen_strokes: Sequence[PenStroke]) -> list[Part]:
    """Divides a piece into what the pen drew one stroke after the other.

    Args:
        piece: the piece.
        pen_strokes: the strokes of the pen, in pixels of the map.

    Returns:
        The parts, in the order in which they were drawn; none where the strokes do not divide it.
    """
    drawn = _drawn_by_pen(piece, pen_strokes)
    if len(drawn) < 2:
        return []
    elsewhere = ~np.logical_or.reduce(drawn)
    nearest = ndimage.distance_transform_edt(elsewhere, return_distances=False, return_indices=True)
    return [Part(one[tuple(nearest)] & piece.mask) for one in drawn]


def divide_by_seams(piece: Piece, shape: Ink, line_height: float) -> list[Part]:
    """Cuts a piece wherever two digits may touch.

    Args:
        piece: the piece.
        shape: float32 (h, w), its ink in its box.
        line_height: the height of its line's digits, in pixels of the map.

    Returns:
        The parts from left to right; none where there is no cut.
    """
    box = piece.box
    if box.width < NARROWEST_PAIR * box.height or box.height < PROPORTIONS.tall * line_height:
        return []
    block = max(1, box.height // seams.ROWS)
    found = seams.find(reduced(shape, block, mean=True))
    if not found:
        return []
    rows = np.minimum(np.arange(box.height) // block, len(found[0].path) - 1)
    columns = np.arange(box.width)
    part = sum((columns >= block * (seam.path[rows] + 0.5)[:, np.newaxis]).astype(int) for seam in found)
    masks = [piece.mask & (part == number) for number in range(len(found) + 1)]
    costs = [piece.cut, *(seam.cost for seam in found)]
    return [Part(mask, cost) for mask, cost in zip(masks, costs, strict=True) if mask.any()]


def _drawn_by_pen(piece: Piece, pen_strokes: Sequence[PenStroke]) -> list[Mask]:
    """Draws the strokes of the pen onto a piece: bool (h, w) each in its box, retraced ones as one."""
    box = piece.box
    drawn: list[Mask] = []
    for points, width in pen_strokes:
        if len(drawn) > MOST_PEN_STROKES:
            return []
        at = points - (box.left, box.top)
        if (at.max(axis=0) < -width).any() or (at.min(axis=0) > (box.width + width, box.height + width)).any():
            continue
        one = _line_of_pen(at, width, box) & piece.mask
        if one.sum() > LEAST_SHOWN * piece.mask.sum():
            drawn.append(one)
    return _without_retraced(drawn) if len(drawn) <= MOST_PEN_STROKES else []


def _line_of_pen(points: Stroke, width: float, box: Box) -> Mask:
    """Draws a line with a round pen, bool (h, w) of the size of a box; the points, (n, 2), count from its corner."""
    image = Image.new("1", (box.width, box.height))
    drawing = ImageDraw.Draw(image)
    at = [tuple(point) for point in points.tolist()]
    drawing.line(at, fill=1, width=max(round(width), 1))
    for point in at:
        drawing.circle(point, width / 2, fill=1)
    return np.asarray(image)


def _without_retraced(drawn: Sequence[Mask]) -> list[Mask]:
    """Joins strokes that share much of their ink, bool (h, w) each."""
    found: list[Mask] = []
    for one in drawn:
        apart: list[Mask] = []
        for other in found:
            if (one & other).sum() > RETRACED * min(one.sum(), other.sum()):
                one = one | other
            else:
                apart.append(other)
        found = [*apart, one]
    return found
