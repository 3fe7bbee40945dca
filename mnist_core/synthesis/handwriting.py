"""Writes characters as people do: an allograph's strokes, with a hand's variation, drawn with a pen and framed.

What varies, and how far, was set by looking at the results beside people's writing, and by what reads strangers' digits
best (docs/recognition.md). Lengths are in hundredths of the height of a character, the unit of
`mnist_core.synthesis.allographs`.

Many copies of one allograph are varied at once; that and a small canvas make more than 2,000 framed digits a second on
one core (`python -m benchmarks.handwriting`), so that a network can be shown fresh ones in every epoch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import scipy  # its parts are loaded when they are used
from scipy import ndimage

from mnist_core.drawing.framing import FIELD, to_model_input
from mnist_core.drawing.strokes import Stroke, render
from mnist_core.synthesis.allographs import DIGITS, Allograph

Float = npt.NDArray[np.float64]

DRAWN_PX = 64  # the longer side of a character on its canvas: three times what the network sees of it
PEN_SHARE = (0.07, 0.22)  # of the longer side; finer lines are widened to this by the framing, as MNIST has none
SAMPLE_STEP = 6.0  # between two points of a stroke

PRESSED = 0.25  # of the characters come from a pen that feels pressure
HOOKED, JOINED, LIFTED, RETRACED = 0.08, 0.05, 0.05, 0.03  # of the characters: what a pen does besides
STAIRCASE, COARSE = 0.08, 0.10  # of the characters: from pens of low resolution, and slow mice


def digits(count: int, rng: np.random.Generator) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Writes digits in all their forms, every digit equally often; chance says which come once more, where some must.

    Args:
        count: how many.
        rng: the source of chance; the same state gives the same digits.

    Returns:
        Pictures uint8 (count, 28, 28), framed as the network sees everything, and labels int64 (count,).
    """
    labels = rng.permutation((np.arange(count) + rng.integers(10)) % 10)
    return pictures(digit_forms(labels, rng), rng), labels


def digit_forms(labels: npt.NDArray[np.integer], rng: np.random.Generator) -> list[Allograph]:
    """Chooses for each of the digits, (N,), one of the forms in which people write it, the usual ones more often."""
    weights = np.array([form.weight for form in DIGITS])
    of_digit = np.array([int(form.character) for form in DIGITS]) == np.arange(10)[:, None]
    chances = of_digit * weights / (of_digit * weights).sum(axis=1, keepdims=True)
    ends = chances.cumsum(axis=1)[labels]
    chosen = np.minimum((ends < rng.random((len(labels), 1))).sum(axis=1), len(DIGITS) - 1)
    return [DIGITS[index] for index in chosen]


def pictures(forms: Sequence[Allograph], rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Writes one character of each form: uint8 (N, 28, 28), framed as the network sees everything."""
    images = np.zeros((len(forms), FIELD, FIELD), np.uint8)
    shares = np.exp(rng.uniform(np.log(PEN_SHARE[0]), np.log(PEN_SHARE[1]), len(forms)))
    for image, strokes, share in zip(images, write(forms, rng), shares, strict=True):
        image[:] = picture(strokes, share, rng)
    return images


def picture(strokes: Sequence[Stroke], pen_share: float, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Draws strokes of any size with a pen and frames them.

    Args:
        strokes: (n, 2) each.
        pen_share: the pen's width, as a share of the longer side of what is drawn.
        rng: the source of chance, for the pressure.

    Returns:
        uint8 (28, 28).
    """
    points = np.concatenate(strokes)
    corner, size = points.min(axis=0), float(np.ptp(points, axis=0).max())
    pen_px = pen_share * DRAWN_PX
    scale = DRAWN_PX / size if size > SAMPLE_STEP else 1.0  # a dot stays a dot
    placed = [(stroke - corner) * scale + pen_px + 1 for stroke in strokes]
    pressures = [_pressure(len(stroke), rng) for stroke in strokes] if rng.random() < PRESSED else None
    return to_model_input(render(placed, int(DRAWN_PX + 2 * pen_px + 3), pen_px, pressures))


def write(forms: Sequence[Allograph], rng: np.random.Generator) -> list[list[Stroke]]:
    """Writes one character of each form as strokes, each in its own way, all forms in any order."""
    written: list[list[Stroke]] = [[] for _ in forms]
    places: dict[Allograph, list[int]] = {}
    for place, form in enumerate(forms):
        places.setdefault(form, []).append(place)
    for form, copies in places.items():
        skeleton = _skeleton(form)
        for place, points in zip(copies, _vary(skeleton, len(copies), rng), strict=True):
            written[place] = _pen(skeleton.strokes(points), rng)
    return written


@dataclass(frozen=True)
class _Skeleton:
    """An allograph, ready to be varied: the points that define it, and the lines through them as linear maps."""

    controls: Float
    """(K, 2): the points that the pen passes."""
    stroke_of: npt.NDArray[np.int64]
    """(K,): which stroke each belongs to."""
    is_end: npt.NDArray[np.bool_]
    """(K,): whether a stroke begins or ends there."""
    smooth: Float
    """(M, K): gives the points along the smooth lines through the controls."""
    straight: Float
    """(M, K): likewise along straight lines from control to control."""
    bounds: tuple[int, ...]
    """Where of the M points each stroke begins, and the end."""

    def strokes(self, points: Float) -> list[Stroke]:
        """Divides points (M, 2) into strokes."""
        return [points[a:b] for a, b in zip(self.bounds, self.bounds[1:], strict=False)]


@cache
def _skeleton(form: Allograph) -> _Skeleton:
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
        is_end += [place in (first, len(controls) - 1) for place in range(first, len(controls))]
        bounds.append(sum(len(smooth) for _, smooth, _ in maps))
    both = np.zeros((2, bounds[-1], len(controls)))
    row = 0
    for start, *lines in maps:
        for whole, part in zip(both, lines, strict=True):
            whole[row : row + len(part), start : start + part.shape[1]] = part
        row += len(lines[0])
    return _Skeleton(np.array(controls), np.array(stroke_of), np.array(is_end), both[0], both[1], tuple(bounds))


def _lines(piece: Float) -> tuple[Float, Float]:
    """Gives the maps from the points of a piece (k, 2) to a smooth and a straight line: (m, k) each."""
    if len(piece) == 1:
        return np.ones((1, 1)), np.ones((1, 1))
    along = np.concatenate([[0], np.hypot(*np.diff(piece, axis=0).T).cumsum()])
    wanted = np.linspace(0, along[-1], max(3, round(along[-1] / SAMPLE_STEP)))
    each = np.eye(len(piece))
    straight = np.array([np.interp(wanted, along, column) for column in each]).T
    if len(piece) == 2:
        return straight, straight
    return scipy.interpolate.CubicSpline(along, each, bc_type="natural")(wanted), straight


def _vary(skeleton: _Skeleton, copies: int, rng: np.random.Generator) -> Float:
    """Writes so many copies of a form, each with its own shape: (copies, M, 2)."""

    def normal(spread: float, *shape: int) -> Float:
        return rng.normal(0, spread, (copies, *shape))

    sloppiness = np.exp(rng.normal(np.log(3.0), 0.5, (copies, 1, 1)))
    controls = skeleton.controls + normal(1, len(skeleton.controls), 2) * sloppiness * (
        1 + 0.8 * skeleton.is_end[:, None]
    )
    if len(skeleton.bounds) > 2:
        controls = _shift_strokes(controls, skeleton, sloppiness, rng)
    angular = np.where(rng.random((copies, 1, 1)) < 0.3, rng.uniform(0, 0.8, (copies, 1, 1)), 0)
    points: Float = (1 - angular) * (skeleton.smooth @ controls) + angular * (skeleton.straight @ controls)
    points = points + _wave(points, rng) + _tremor(points.shape, rng)

    # The hand's proportions, about the middle of the character: which part is large, how wide, how slanted, how turned.
    x, y = points[..., 0] - 30, points[..., 1] - 50
    y = y + normal(0.12, 1) * (2500 - y**2) / 50
    x = x * (1 + normal(0.15, 1) * y / 100) * np.exp(normal(0.22, 1))
    x = x - np.clip(rng.normal(0.08, 0.22, (copies, 1)), -0.5, 0.7) * y
    turn = normal(0.08, 1)
    return np.stack([np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y], axis=-1)


def _shift_strokes(controls: Float, skeleton: _Skeleton, sloppiness: Float, rng: np.random.Generator) -> Float:
    """Moves, turns and stretches each stroke as a whole, so that bars slip and overshoot and corners stay open."""
    moved = controls.copy()
    copies = len(controls)
    for stroke in range(len(skeleton.bounds) - 1):
        own = skeleton.stroke_of == stroke
        middle = controls[:, own].mean(axis=1, keepdims=True)
        turn, stretch = rng.normal(0, 0.08, (copies, 1)), np.exp(rng.normal(0, 0.12, (copies, 1)))
        x, y = np.moveaxis(controls[:, own] - middle, -1, 0) * stretch
        turned = np.stack([np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y], axis=-1)
        moved[:, own] = middle + turned + rng.normal(0, 1, (copies, 1, 2)) * sloppiness
    return moved


def _wave(points: Float, rng: np.random.Generator) -> Float:
    """Gives a slow bend of the whole plane, so that what lies together bends together: (copies, M, 2)."""
    copies = len(points)
    direction, phase = rng.uniform(0, 2 * np.pi, (2, copies, 1))
    waves_per_unit = 1 / rng.uniform(70, 200, (copies, 1))
    distance = np.cos(direction) * points[..., 0] + np.sin(direction) * points[..., 1]
    height: Float = np.sin(2 * np.pi * waves_per_unit * distance + phase)
    return height[..., None] * rng.normal(0, 3, (copies, 1, 2))


def _tremor(shape: tuple[int, ...], rng: np.random.Generator) -> Float:
    """Gives the trembling of some hands, fingers and mice along the line: (copies, M, 2)."""
    amount = np.where(rng.random(shape[0]) < 0.35, rng.uniform(0.5, 4, shape[0]), 0)
    trembling: Float = ndimage.uniform_filter1d(rng.normal(0, 1, shape), 3, axis=1) * amount[:, None, None]
    return trembling


def _pen(strokes: list[Stroke], rng: np.random.Generator) -> list[Stroke]:
    """Lets happen what happens to pens and what records them."""
    hooked, joined, lifted, retraced, recorded = rng.random(5)
    if joined < JOINED and len(strokes) > 1:  # the pen was not lifted between two strokes
        strokes = [np.concatenate(strokes[:2]), *strokes[2:]]
    longest = max(range(len(strokes)), key=lambda index: len(strokes[index]))
    if hooked < HOOKED:
        strokes[longest] = _hook(strokes[longest], rng)
    if lifted < LIFTED and len(strokes[longest]) > 8:  # it lost the paper for a moment
        at = int(rng.integers(2, len(strokes[longest]) - 4))
        strokes = [*strokes, strokes[longest][at + int(rng.integers(1, 3)) :]]
        strokes[longest] = strokes[longest][:at]
    if retraced < RETRACED:  # a line made twice
        again = strokes[longest][int(rng.integers(0, len(strokes[longest]))) :]
        strokes = [*strokes, again + rng.normal(0, 2.5, (1, 2))]
    if recorded < STAIRCASE:
        step = rng.uniform(2.5, 7)
        return [np.rint(stroke / step) * step for stroke in strokes]
    if recorded < STAIRCASE + COARSE:
        return [_thin_out(stroke, int(rng.integers(2, 5))) for stroke in strokes]
    return strokes


def _hook(stroke: Stroke, rng: np.random.Generator) -> Stroke:
    """Adds the small tick of a pen that lands or leaves in a hurry."""
    tick = rng.normal(0, 6, (1, 2))
    return np.concatenate([stroke[:1] + tick, stroke] if rng.random() < 0.5 else [stroke, stroke[-1:] + tick])


def _thin_out(stroke: Stroke, step: int) -> Stroke:
    return stroke if len(stroke) < 6 else np.concatenate([stroke[:-1:step], stroke[-1:]])


def _pressure(points: int, rng: np.random.Generator) -> Float:
    """Gives the pen's width along a stroke, as a share of its full width: (points,), 0.45 to 1."""
    steady = ndimage.uniform_filter1d(rng.normal(0, 1, points), 9)
    return np.clip(1 - 0.9 * np.abs(steady) - rng.uniform(0, 0.15), 0.45, 1)
