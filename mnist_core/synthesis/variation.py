"""The distribution from which handwriting is drawn: how one hand's copy of a form differs from the form.

`Variation` is the training data for all pen styles. Lengths are in hundredths of the height of a character, the unit of
`mnist_core.synthesis.allographs`; x is to the right and y down.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from mnist_core.synthesis.skeletons import Skeleton

Float = npt.NDArray[np.float64]

MIDDLE_X, MIDDLE_Y = 30, 50  # of the box that forms are described in
HEIGHT = 100  # of that box


@dataclass(frozen=True, kw_only=True)
class Variation:
    """How far, and how often, copies of a form differ from it; each copy is drawn anew and on its own.

    The amounts were set by looking at the results beside people's writing, and by which of them let a network read
    pen-drawn digits best (docs/recognition.md). "SD" is the standard deviation of a normal distribution around 0.
    """

    sloppiness: float = 3.0
    """SD by which a point of the form is misplaced: the median of all hands."""
    sloppiness_sd: float = 0.5
    """SD of the logarithm of that: two thirds of the hands lie between 1.8 and 4.9."""
    looser_ends: float = 0.8
    """Share by which points where a stroke begins or ends are misplaced farther than others."""

    stroke_turn_rad: float = 0.08
    """SD of the angle by which a stroke of several is turned as a whole."""
    stroke_stretch: float = 0.12
    """SD of the logarithm of its length, so that bars overshoot and corners stay open."""
    stroke_slip: float = 1.0
    """SD by which it is misplaced as a whole, in units of the hand's sloppiness."""

    angular_share: float = 0.3
    """Share of the copies whose lines are more angular than the form's."""
    most_angular: float = 0.8
    """The most angular one: 0 is the smooth line, 1 is straight from point to point; evenly distributed."""

    wave_length: tuple[float, float] = (70.0, 200.0)
    """Shortest and longest wave in which the whole plane bends, so that neighbouring lines bend together."""
    wave_height: float = 3.0
    """SD of the height of that wave."""

    trembling_share: float = 0.35
    """Share of the copies with a tremor: of some hands, of fingers and mice."""
    tremor: tuple[float, float] = (0.5, 4.0)
    """Least and most tremor: the SD at a point before `TREMOR_POINTS` neighbours are averaged; evenly distributed."""

    top_heaviness: float = 0.12
    """SD by which the upper part is larger than the lower: the shift of the middle, as a share of half the height."""
    taper: float = 0.15
    """SD of the change in width from top to bottom, as a share of the width."""
    width: float = 0.22
    """SD of the logarithm of the width."""
    slant: float = 0.08
    """Mean slant: shift to the right for each unit of height, as most people's writing leans."""
    slant_sd: float = 0.22
    """SD of the slant."""
    slant_limits: tuple[float, float] = (-0.5, 0.7)
    """No slant is beyond these: 27 degrees to the left, 35 to the right."""
    turn_rad: float = 0.08
    """SD of the angle by which the character is turned as a whole."""

    def vary(self, skeleton: Skeleton, copies: int, rng: np.random.Generator) -> Float:
        """Writes copies of a form, each in its own shape: (copies, M, 2).

        Args:
            skeleton: the form's.
            copies: how many.
            rng: the random number generator; the same state gives the same copies.
        """
        controls = self._misplaced(skeleton, copies, rng)
        angular = np.where(
            rng.random((copies, 1, 1)) < self.angular_share, rng.uniform(0, self.most_angular, (copies, 1, 1)), 0
        )
        points: Float = (1 - angular) * (skeleton.smooth @ controls) + angular * (skeleton.straight @ controls)
        points = points + self._wave(points, rng) + self._tremor(points.shape, rng)
        return self._in_proportion(points, rng)

    def _misplaced(self, skeleton: Skeleton, copies: int, rng: np.random.Generator) -> Float:
        """Misplaces the points that define a form, and its strokes as a whole: (copies, K, 2)."""
        sloppiness = np.exp(rng.normal(np.log(self.sloppiness), self.sloppiness_sd, (copies, 1, 1)))
        offsets = rng.normal(0, 1, (copies, len(skeleton.controls), 2)) * sloppiness
        controls = skeleton.controls + offsets * (1 + self.looser_ends * skeleton.is_end[:, None])
        if skeleton.stroke_count == 1:
            return controls
        moved = controls.copy()
        for stroke in range(skeleton.stroke_count):
            own = skeleton.stroke_of == stroke
            middle = controls[:, own].mean(axis=1, keepdims=True)
            turn = rng.normal(0, self.stroke_turn_rad, (copies, 1))
            stretch = np.exp(rng.normal(0, self.stroke_stretch, (copies, 1)))
            x, y = np.moveaxis(controls[:, own] - middle, -1, 0) * stretch
            turned = _turned(x, y, turn)
            moved[:, own] = middle + turned + rng.normal(0, self.stroke_slip, (copies, 1, 2)) * sloppiness
        return moved

    def _wave(self, points: Float, rng: np.random.Generator) -> Float:
        """Returns a slow bend of the whole plane at points: (copies, M, 2)."""
        copies = len(points)
        direction, phase = rng.uniform(0, 2 * np.pi, (2, copies, 1))
        waves_per_unit = 1 / rng.uniform(*self.wave_length, (copies, 1))
        distance = np.cos(direction) * points[..., 0] + np.sin(direction) * points[..., 1]
        height: Float = np.sin(2 * np.pi * waves_per_unit * distance + phase)
        return height[..., None] * rng.normal(0, self.wave_height, (copies, 1, 2))

    def _tremor(self, shape: tuple[int, ...], rng: np.random.Generator) -> Float:
        """Returns the trembling along the lines of some copies: (copies, M, 2)."""
        amount = np.where(rng.random(shape[0]) < self.trembling_share, rng.uniform(*self.tremor, shape[0]), 0)
        trembling: Float = ndimage.uniform_filter1d(rng.normal(0, 1, shape), TREMOR_POINTS, axis=1)
        return trembling * amount[:, None, None]

    def _in_proportion(self, points: Float, rng: np.random.Generator) -> Float:
        """Transforms each copy by its hand's proportions, slant and turn, about its middle: (copies, M, 2)."""
        one_each = (len(points), 1)
        half = HEIGHT / 2
        x, y = points[..., 0] - MIDDLE_X, points[..., 1] - MIDDLE_Y
        y = y + rng.normal(0, self.top_heaviness, one_each) * (half**2 - y**2) / half
        x = x * (1 + rng.normal(0, self.taper, one_each) * y / HEIGHT) * np.exp(rng.normal(0, self.width, one_each))
        x = x - np.clip(rng.normal(self.slant, self.slant_sd, one_each), *self.slant_limits) * y
        return _turned(x, y, rng.normal(0, self.turn_rad, one_each))


TREMOR_POINTS = 3  # along a line that tremble together; chosen by eye

VARIATION = Variation()


def _turned(x: Float, y: Float, turn_rad: Float) -> Float:
    """Turns points about the origin: (..., 2)."""
    cos, sin = np.cos(turn_rad), np.sin(turn_rad)
    return np.stack([cos * x - sin * y, sin * x + cos * y], axis=-1)
