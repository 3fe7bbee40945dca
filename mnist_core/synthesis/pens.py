"""Pens, fingers and mice: how wide a line they draw, what happens to them, and how coarsely they are recorded.

Lengths are in hundredths of the height of a character, the unit of `mnist_core.synthesis.allographs`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from mnist_core.drawing.strokes import Stroke

Float = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Pens:
    """How pens vary from character to character; shares are of all characters.

    Set as `mnist_core.synthesis.variation.Variation`: by eye, and by which of them let a network read pen-drawn digits
    best (docs/recognition.md). "SD" is the standard deviation of a normal distribution around 0.
    """

    width: tuple[float, float] = (0.07, 0.22)
    """Finest and widest line, as a share of the character's longer side; finer lines are widened by the framing."""

    pressed_share: float = 0.25
    """Characters by a pen that feels pressure, so that its line is of uneven width."""
    pressure_sd: float = 0.9
    """How much the width varies along a line: SD before `PRESSURE_POINTS` neighbours are averaged."""
    lightest_hand: float = 0.15
    """A stroke is thinner than the pen by a share from 0 to this, evenly distributed."""
    thinnest: float = 0.45
    """No line is thinner than this share of the pen's width."""

    joined_share: float = 0.05
    """Characters of which the first two strokes are joined: the pen was not lifted between them."""
    hooked_share: float = 0.08
    """Characters with a tick where a pen landed or left in a hurry."""
    hook: float = 6.0
    """SD of the tick's length to the right and down."""
    lifted_share: float = 0.05
    """Characters with a gap of one or two points: the pen lost the paper for a moment."""
    retraced_share: float = 0.03
    """Characters of which a line is drawn twice."""
    retraced_off: float = 2.5
    """SD of the distance between the two."""

    staircase_share: float = 0.08
    """Characters from a tablet of low resolution, which rounds points to a grid."""
    staircase_step: tuple[float, float] = (2.5, 7.0)
    """The grid's finest and coarsest step, evenly distributed."""
    coarse_share: float = 0.10
    """Characters by a slow mouse, which reports only every second to fourth point."""

    def draw_width(self, count: int, rng: np.random.Generator) -> Float:
        """Draws the widths of pens, (count,), fine and wide ones equally often by their logarithm."""
        return np.exp(rng.uniform(np.log(self.width[0]), np.log(self.width[1]), count))

    def draw(self, strokes: list[Stroke], rng: np.random.Generator) -> list[Stroke]:
        """Lets happen to the strokes of a character what happens to pens and to what records them."""
        hooked, joined, lifted, retraced, recorded = rng.random(5)
        if joined < self.joined_share and len(strokes) > 1:
            strokes = [np.concatenate(strokes[:2]), *strokes[2:]]
        longest = max(range(len(strokes)), key=lambda index: len(strokes[index]))
        if hooked < self.hooked_share:
            strokes[longest] = self._hooked(strokes[longest], rng)
        if lifted < self.lifted_share and len(strokes[longest]) > FEWEST_LIFTED:
            at = int(rng.integers(2, len(strokes[longest]) - 4))
            strokes = [*strokes, strokes[longest][at + int(rng.integers(1, 3)) :]]
            strokes[longest] = strokes[longest][:at]
        if retraced < self.retraced_share:
            again = strokes[longest][int(rng.integers(0, len(strokes[longest]))) :]
            strokes = [*strokes, again + rng.normal(0, self.retraced_off, (1, 2))]
        if recorded < self.staircase_share:
            step = rng.uniform(*self.staircase_step)
            return [np.rint(stroke / step) * step for stroke in strokes]
        if recorded < self.staircase_share + self.coarse_share:
            return [_thinned_out(stroke, int(rng.integers(2, 5))) for stroke in strokes]
        return strokes

    def draw_pressures(self, strokes: list[Stroke], rng: np.random.Generator) -> list[Float] | None:
        """Draws the pressure along each stroke, (n,), as a share of the pen's width; None of a pen that feels none."""
        if rng.random() >= self.pressed_share:
            return None
        return [self._pressure(len(stroke), rng) for stroke in strokes]

    def _hooked(self, stroke: Stroke, rng: np.random.Generator) -> Stroke:
        tick = rng.normal(0, self.hook, (1, 2))
        return np.concatenate([stroke[:1] + tick, stroke] if rng.random() < 0.5 else [stroke, stroke[-1:] + tick])

    def _pressure(self, points: int, rng: np.random.Generator) -> Float:
        steady = ndimage.uniform_filter1d(rng.normal(0, 1, points), PRESSURE_POINTS)
        lost = self.pressure_sd * np.abs(steady)
        return np.clip(1 - lost - rng.uniform(0, self.lightest_hand), self.thinnest, 1)


PRESSURE_POINTS = 9  # along a line that are pressed alike; chosen by eye
FEWEST_LIFTED = 8  # points of a stroke in which a gap of two can lie between its ends
FEWEST_THINNED = 6  # points that keep a stroke's shape when it is thinned out

PENS = Pens()


def _thinned_out(stroke: Stroke, step: int) -> Stroke:
    """Keeps every so many points and the last, unless a stroke has hardly any."""
    return stroke if len(stroke) < FEWEST_THINNED else np.concatenate([stroke[:-1:step], stroke[-1:]])
