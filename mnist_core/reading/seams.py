"""Finds where a stroke may be cut, because it may be neighbouring digits that touch.

Most seams are the ways from top to bottom that cross the least ink, so they part neighbours where these touch. The
others join a notch of the upper outline to one of the lower outline.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from mnist_core.drawing.framing import Ink, line_width_px

# What may be cut at all: chosen by eye.
ROWS = 40  # of a stroke when seams are looked for: a pen is then 2 to 6 wide
LEAST_PART = 0.12  # of a stroke's ink, on either side of a cut
LONGEST_CUT = 2.2  # pen widths of ink that a cut may cross
SEAM_DISTANCE = 0.05  # of the stroke's height: how far cuts keep from one another
NOTCH = 0.03  # of its height: the least depth of a notch in the outline
STEEPEST_CUT = 0.8  # of its height: how far the notches at a cut's two ends may be apart sideways
MOST_CUTS = 16  # in one stroke: the paper holds fewer digits side by side
INKED = 0.5  # of full ink: a pixel with less is the soft edge of a stroke
SIDESTEP = 0.03  # of a pixel of full ink: what a step to the side costs, so that a way through paper goes straight down

# Costs: chosen as those in `mnist_core.reading.candidates`, and on touching pairs of digits that people drew
# (`python -m benchmarks.numbers --length 2 --touching 1`).
CUT = 0.4  # nats of the number's logarithmic probability: the cost of a cut
CROSSED = 0.75  # nats for each pen width of ink that it crosses
LEANING = 0.9  # pen widths: a cut through more in one go parts digits that lean on one another, and costs as 1 does


class Seam(NamedTuple):
    """A way from the top of a stroke to its bottom."""

    cost: float
    """The cost of a cut there, in nats of the number's logarithmic probability."""
    path: npt.NDArray[np.int64]
    """int64 (h,): the column that it passes in each row."""


def find(shape: Ink) -> list[Seam]:
    """Finds where a stroke may be cut.

    Args:
        shape: float32 (h, w), the stroke with ink at every edge, h some `ROWS`.

    Returns:
        The seams from left to right.
    """
    rows, columns = shape.shape
    pen = max(line_width_px(shape), 1.0)
    ink = shape.sum()
    found: list[Seam] = []
    for path in (*_least_ink(shape, LONGEST_CUT * pen), *_between_notches(shape, LEANING * pen)):
        left = np.where(np.arange(columns) <= path[:, np.newaxis], shape, 0).sum() / ink
        if LEAST_PART <= left <= 1 - LEAST_PART:
            found.append(Seam(_cost(shape[np.arange(rows), path], pen), path))
    return sorted(_apart(found, SEAM_DISTANCE * rows), key=lambda seam: float(seam.path.mean()))


def _cost(passed: npt.NDArray[np.float32], pen: float) -> float:
    """Returns the cost of a cut that passes these pixels, (h,), of a stroke by a pen of that width."""
    crossed = float(passed.sum() / pen)
    return CUT + CROSSED * (1 if crossed >= LEANING and _is_crossed_once(passed) else crossed)


def _is_crossed_once(passed: npt.NDArray[np.float32]) -> bool:
    """Returns whether all ink among the pixels that a way passes, (h,), lies together."""
    return bool(ndimage.label(passed > INKED)[1] == 1)


def _apart(seams: list[Seam], distance: float) -> list[Seam]:
    """Returns the cheapest seams that keep a distance from one another, at most `MOST_CUTS`."""
    apart: list[Seam] = []
    for seam in sorted(seams, key=lambda seam: seam.cost):
        if len(apart) == MOST_CUTS:
            break
        if all(np.abs(seam.path - other.path).mean() >= distance for other in apart):
            apart.append(seam)
    return apart


def _least_ink(shape: Ink, longest: float) -> Iterator[npt.NDArray[np.int64]]:
    """Finds the ways that cross less ink than all near them, and no more than `longest`: int64 (h,) each."""
    rows = len(shape)
    down, came_down = _ways(shape)
    up, came_up = _ways(shape[::-1])
    middle = rows // 2
    through = down[middle] + up[rows - 1 - middle] - shape[middle]
    reach = max(1, round(SEAM_DISTANCE * rows))
    least = ndimage.minimum_filter1d(through, 2 * reach + 1, mode="nearest")
    last = -reach
    for column in np.flatnonzero((through <= least) & (through <= longest)).tolist():
        if column - last < reach and through[column] == through[last]:
            continue  # one broad valley
        last = column
        above, below = _followed(came_down, middle, column), _followed(came_up, rows - 1 - middle, column)
        yield np.array([*above[::-1], *below[1:]])


def _between_notches(shape: Ink, least_ink: float) -> Iterator[npt.NDArray[np.int64]]:
    """Finds the straight ways from a notch in the upper outline to one in the lower outline: int64 (h,) each.

    Where two round digits lean on one another, the least ink lies beside the spot where they touch; the notches do not.
    But notches lie at every bend of a wavy line, so these ways must also go through more than `least_ink`, in one go.
    """
    rows = len(shape)
    drawn = shape > shape.max() * INKED
    inked = drawn.any(axis=0)
    top = np.where(inked, drawn.argmax(axis=0), rows)
    bottom = np.where(inked, rows - 1 - drawn[::-1].argmax(axis=0), -1)
    upper, lower = (_valleys(depth, NOTCH * rows) for depth in (top, -bottom))
    for start in upper:
        for end in lower[np.abs(lower - start) <= STEEPEST_CUT * rows]:
            path = np.rint(np.interp(np.arange(rows), [top[start], bottom[end]], [start, end])).astype(np.int64)
            passed = shape[np.arange(rows), path]
            if passed.sum() >= least_ink and _is_crossed_once(passed):
                yield path


def _valleys(depth: npt.NDArray[np.int64], least: float) -> npt.NDArray[np.int64]:
    """Finds the columns where a depth, int64 (w,), is greatest between two that are shallower by at least `least`."""
    shallowest_left = np.minimum.accumulate(depth)
    shallowest_right = np.minimum.accumulate(depth[::-1])[::-1]
    deep = depth - np.maximum(shallowest_left, shallowest_right) >= least
    reach = max(3, 2 * round(least) + 1)
    deepest = deep & (depth >= ndimage.maximum_filter1d(depth, reach))
    runs, count = ndimage.label(deepest)
    return np.array([round(middle) for (middle,) in ndimage.center_of_mass(deepest, runs, range(1, count + 1))], int)


def _ways(shape: Ink) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Finds for every pixel the cheapest way to it from above: its cost, and the step by which it came (-1, 0, 1)."""
    rows, columns = shape.shape
    cost, came = np.empty_like(shape), np.zeros((rows, columns), np.int64)
    cost[0] = shape[0]
    steps = np.full((3, columns), np.inf, np.float32)
    for row in range(1, rows):
        above = cost[row - 1]
        steps[0] = above
        steps[1, 1:] = above[:-1] + SIDESTEP
        steps[2, :-1] = above[1:] + SIDESTEP
        cheapest = steps.argmin(axis=0)
        came[row] = np.array([0, -1, 1])[cheapest]
        cost[row] = shape[row] + steps.min(axis=0)
    return cost, came


def _followed(came: npt.NDArray[np.int64], row: int, column: int) -> list[int]:
    """Follows a cheapest way back to its beginning."""
    path = [column]
    for r in range(row, 0, -1):
        path.append(path[-1] + int(came[r, path[-1]]))
    return path
