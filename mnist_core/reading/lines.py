"""Sorts the strokes of a sheet into lines of writing, and each line from left to right."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mnist_core.reading.candidates import PROPORTIONS, Line
from mnist_core.reading.pieces import Boxes, Piece, boxes_of, mask_of

# Chosen by eye, on straight, sloping and several lines; tests/reading/test_segmentation.py has such.
SAME_LINE = 0.4  # of the lower of two tall strokes: the height that they must share to be on one line
FARTHEST_BAR = 0.5  # of the tallest stroke: a low stroke farther from the line than this begins a line of its own
INSIDE = 0.8  # of the narrower: a low stroke that shares so many columns with another makes one piece with it


def lines_of(strokes: Sequence[Piece]) -> list[Line]:
    """Returns the lines that strokes make, from top to bottom."""
    return [line_of(line) for line in _sorted_into_lines(strokes)]


def line_of(strokes: Sequence[Piece]) -> Line:
    """Orders strokes as one line; low ones become one piece with the stroke above or below them."""
    heights = [stroke.box.height for stroke in strokes]
    height = _median([height for height in heights if height >= PROPORTIONS.tall * max(heights)])
    pieces = [stroke for stroke in strokes if stroke.box.height >= PROPORTIONS.tall * height]
    for low in (stroke for stroke in strokes if stroke.box.height < PROPORTIONS.tall * height):
        shared = [min(low.box.right, piece.box.right) - max(low.box.left, piece.box.left) for piece in pieces]
        most = int(np.argmax(shared)) if shared else 0
        if shared and shared[most] >= INSIDE * min(low.box.width, pieces[most].box.width):
            pieces[most] = _joined(pieces[most], low)
        else:
            pieces.append(low)
    pieces.sort(key=lambda piece: piece.box.left + piece.box.right)
    whole = [piece.box.height for piece in pieces if piece.box.height >= PROPORTIONS.tall * height]
    return Line(tuple(pieces), _median(whole) if whole else height)


def _median(heights: Sequence[int]) -> float:
    return float(max(np.median(heights), 1))


def _joined(one: Piece, other: Piece) -> Piece:
    box = one.box | other.box
    return Piece(one.labels + other.labels, box, mask_of((one, other), box))


def _sorted_into_lines(strokes: Sequence[Piece]) -> list[list[Piece]]:
    """Sorts strokes into lines, from top to bottom: tall ones first, then low ones to the line that is nearest."""
    boxes = boxes_of(strokes)
    heights = boxes[:, 1] - boxes[:, 0]
    tallest = max(int(heights.max()), 1)
    tall = np.flatnonzero(heights >= PROPORTIONS.tall * tallest)
    tall = tall[np.argsort(boxes[tall, 2], kind="stable")]
    lines = [tall[line].tolist() for line in _connected(_are_beside(boxes[tall]))]
    line_of_stroke = np.full(len(strokes), -1)
    for number, line in enumerate(lines):
        line_of_stroke[line] = number

    astray = []
    for index in np.flatnonzero(heights < PROPORTIONS.tall * tallest).tolist():
        sorted_in = np.flatnonzero(line_of_stroke >= 0)
        distances = _distances(boxes[index], boxes[sorted_in])
        nearest = int(line_of_stroke[sorted_in[distances <= distances.min()]].min())
        middle = (boxes[index, 0] + boxes[index, 1]) / 2
        is_level = boxes[lines[nearest], 0].min() <= middle <= boxes[lines[nearest], 1].max()
        if distances.min() > FARTHEST_BAR * tallest and not is_level:
            astray.append(index)
        else:
            line_of_stroke[index] = nearest
            lines[nearest].append(index)
    found = [[strokes[index] for index in line] for line in lines]
    if astray:
        found += _sorted_into_lines([strokes[index] for index in astray])
    return sorted(found, key=lambda line: float(np.mean([(piece.box.top + piece.box.bottom) / 2 for piece in line])))


def _are_beside(boxes: Boxes) -> npt.NDArray[np.bool_]:
    """Returns for all pairs of boxes whether they stand beside one another: bool (n, n)."""
    top, bottom = boxes[:, 0], boxes[:, 1]
    shared = np.minimum.outer(bottom, bottom) - np.maximum.outer(top, top)
    beside: npt.NDArray[np.bool_] = shared >= SAME_LINE * np.minimum.outer(bottom - top, bottom - top)
    return beside


def _connected(beside: npt.NDArray[np.bool_]) -> list[list[int]]:
    """Finds the connected components of a graph.

    Args:
        beside: bool (n, n), which are neighbours.

    Returns:
        The indices of each component's members, rising.
    """
    ungrouped = np.ones(len(beside), bool)
    groups = []
    for first in range(len(beside)):
        if not ungrouped[first]:
            continue
        ungrouped[first] = False
        group = [first]
        for member in group:  # which grows meanwhile
            further = np.flatnonzero(beside[member] & ungrouped)
            ungrouped[further] = False
            group += further.tolist()
        groups.append(sorted(group))
    return groups


def _distances(one: npt.NDArray[np.int32], boxes: Boxes) -> npt.NDArray[np.float64]:
    """Measures how far a box, int32 (4,), is from others: float64 (n,), in pixels."""
    down = np.maximum(one[0], boxes[:, 0]) - np.minimum(one[1], boxes[:, 1])
    across = np.maximum(one[2], boxes[:, 2]) - np.minimum(one[3], boxes[:, 3])
    return np.hypot(np.maximum(across, 0), np.maximum(down, 0))
