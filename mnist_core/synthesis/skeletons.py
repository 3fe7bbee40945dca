"""Allographs made ready to be varied: the points that a pen passes, and the lines through them.

Lengths are in hundredths of the height of a character, the unit of `mnist_core.synthesis.allographs`.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import scipy  # its parts are loaded when they are used

from mnist_core.drawing.strokes import Stroke
from mnist_core.synthesis.allographs import Allograph

Float = npt.NDArray[np.float64]

SAMPLE_STEP = 6.0  # between two points of a stroke: 1.2 px of the network's 20, so that lines look smooth


@dataclass(frozen=True)
class Skeleton:
    """The points that define an allograph, and the lines through them as linear maps."""

    controls: Float
    """(K, 2): the points that the pen passes."""
    stroke_of: npt.NDArray[np.int64]
    """(K,): the index of the stroke that each belongs to."""
    is_end: npt.NDArray[np.bool_]
    """(K,): whether a stroke begins or ends there."""
    smooth: Float
    """(M, K): maps the controls to points along smooth lines through them."""
    straight: Float
    """(M, K): maps the controls to points along straight lines from one to the next."""
    bounds: tuple[int, ...]
    """The index of the first of the M points of each stroke, and M at the end."""

    @property
    def stroke_count(self) -> int:
        return len(self.bounds) - 1

    def strokes(self, points: Float) -> list[Stroke]:
        """Divides points, (M, 2), into strokes."""
        return [points[a:b] for a, b in zip(self.bounds, self.bounds[1:], strict=False)]


@cache
def skeleton_of(form: Allograph) -> Skeleton:
    """Returns the skeleton of a form, which is made once only."""
    controls: list[Float] = []
    stroke_of: list[int] = []
    is_end: list[bool] = []
    bounds = [0]
    maps: list[tuple[int, Float, Float]] = []
    for number, pieces in enumerate(form.pieces):
        first = len(controls)
        for index, piece in enumerate(pieces):
            start = len(controls) - 1 if index else len(controls)
            controls += list(piece[1:] if index else piece)
            smooth, straight = _lines(piece)
            maps.append((start, smooth[1 if index else 0 :], straight[1 if index else 0 :]))
        stroke_of += [number] * (len(controls) - first)
        is_end += [index in (first, len(controls) - 1) for index in range(first, len(controls))]
        bounds.append(sum(len(smooth) for _, smooth, _ in maps))
    both = np.zeros((2, bounds[-1], len(controls)))
    row = 0
    for start, *lines in maps:
        for whole, part in zip(both, lines, strict=True):
            whole[row : row + len(part), start : start + part.shape[1]] = part
        row += len(lines[0])
    return Skeleton(np.array(controls), np.array(stroke_of), np.array(is_end), both[0], both[1], tuple(bounds))


def _lines(piece: Float) -> tuple[Float, Float]:
    """Returns the maps from the points of a piece, (k, 2), to a smooth and a straight line: (m, k) each."""
    if len(piece) == 1:
        return np.ones((1, 1)), np.ones((1, 1))
    along = np.concatenate([[0], np.hypot(*np.diff(piece, axis=0).T).cumsum()])
    wanted = np.linspace(0, along[-1], max(3, round(along[-1] / SAMPLE_STEP)))
    each = np.eye(len(piece))
    straight = np.array([np.interp(wanted, along, column) for column in each]).T
    if len(piece) == 2:
        return straight, straight
    return scipy.interpolate.CubicSpline(along, each, bc_type="natural")(wanted), straight
