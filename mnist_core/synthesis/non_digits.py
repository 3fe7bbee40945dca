"""Images that are no digits, so that a network can learn to reject them.

Letters, symbols, scribbles, lines, faces and numbers of several digits are drawn as digits are, by
`mnist_core.synthesis.handwriting`, and framed like them. Shapes that some people would take for a digit are left out: a
single upright line (1), a closed loop (0), a line with one bend (7), the letters O, I, Z, S, b, g and q.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy  # its parts are loaded when they are used

from mnist_core.drawing.framing import FIELD, to_model_input
from mnist_core.drawing.strokes import Stroke
from mnist_core.synthesis import handwriting
from mnist_core.synthesis.allographs import LETTERS, SYMBOLS
from mnist_core.synthesis.pens import PENS

NONE, NUMBER = -1, -2  # the labels: no digit at all, and several digits

Strokes = list[Stroke]


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """The shares of the kinds of images, chosen by eye; the others are doodles."""

    letters: float = 0.4
    symbols: float = 0.1
    composed_numbers: float = 0.1
    """Images of digits put side by side or above one another."""
    written_numbers: float = 0.15
    """Numbers written with one pen, neighbours apart or touching."""

    def draw(self, count: int, rng: np.random.Generator) -> list[int]:
        """Draws how many of `count` are letters, symbols, composed numbers, written numbers and doodles."""
        named = [self.letters, self.symbols, self.composed_numbers, self.written_numbers]
        doodles = 1 - self.letters - self.symbols - self.composed_numbers - self.written_numbers
        return rng.multinomial(count, [*named, doodles]).tolist()


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """How numbers of several digits vary; chosen by eye, and so that the multi-digit score knows digits that touch."""

    lengths: tuple[int, ...] = (2, 2, 2, 2, 3, 3, 4, 5)
    """Counts of digits, each of these equally often."""

    step_px: tuple[int, int] = (14, 22)
    """Composed: least and most distance from one digit of 28 px to the next; 20 leaves no gap between two wide ones."""
    shift_px: int = 2
    """Composed: how far a digit is moved up or down at most, of the 4 px that MNIST's frame has to spare."""
    stacked_share: float = 0.25
    """Composed: numbers that are replaced by two digits above one another."""

    touching_share: float = 0.6
    """Written: neighbours that touch or overlap, or nearly so."""
    overlap: tuple[float, float] = (-0.15, 0.05)
    """Written: the gap between these, as a share of `TYPICAL_WIDTH`."""
    gap: tuple[float, float] = (0.05, 0.5)
    """Written: the gap between the others, likewise."""
    height_sd: float = 0.08
    """Written: standard deviation of the logarithm of a digit's height."""
    slip_sd: float = 0.04
    """Written: standard deviation of a stroke's distance from the line of writing, as a share of the height."""


MIXTURE, NUMBERS = Mixture(), Numbers()

# A doodle is drawn in a box from -1 to 1; its shape, as written in its function, was chosen by eye.
DOODLE_SCALE = 50  # from that box to one of 100, the unit of `mnist_core.synthesis.allographs`
DOODLE_TURN_SD_RAD = 0.15
DOODLE_STRETCH = (0.75, 1.25)  # of width and, independently, of height

HEIGHT, TYPICAL_WIDTH = 100.0, 60.0  # of a written number's digits, in the unit of `mnist_core.synthesis.allographs`


def draw(
    count: int, rng: np.random.Generator, digits: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Draws images that are no digits.

    Args:
        count: how many.
        rng: the random number generator; the same state gives the same images.
        digits: uint8 (N, 28, 28), N >= 2: images to compose numbers of.

    Returns:
        Images uint8 (count, 28, 28), framed as the network sees everything, and labels int64 (count,), each NONE or
        NUMBER.
    """
    letters, symbols, composed, written, doodles = MIXTURE.draw(count, rng)
    forms = [LETTERS[index] for index in rng.integers(len(LETTERS), size=letters)]
    forms += [SYMBOLS[index] for index in rng.integers(len(SYMBOLS), size=symbols)]
    characters = handwriting.pictures(forms, rng)
    drawn = [_composed_number(rng, digits) for _ in range(composed)]
    drawn += [_written_number(rng) for _ in range(written)]
    drawn += [_doodle(KINDS[index], rng) for index in rng.integers(len(KINDS), size=doodles)]
    labels = np.repeat([NONE, NUMBER, NONE], [letters + symbols, composed + written, doodles])
    return np.concatenate([characters, np.reshape(drawn, (-1, FIELD, FIELD)).astype(np.uint8)]), labels


def _doodle(kind: Callable[[np.random.Generator], Strokes], rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Draws one doodle, turned and stretched at random, with a random pen: uint8 (28, 28)."""
    turn = rng.normal(0, DOODLE_TURN_SD_RAD)
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shape = turned * rng.uniform(*DOODLE_STRETCH, (2, 1))
    return handwriting.picture([DOODLE_SCALE * stroke @ shape.T for stroke in kind(rng)], rng.uniform(*PENS.width), rng)


def _composed_number(rng: np.random.Generator, digits: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Composes a number of images of digits, side by side or two above one another: uint8 (28, 28)."""
    chosen = digits[rng.integers(len(digits), size=rng.choice(NUMBERS.lengths))]
    step = int(rng.integers(NUMBERS.step_px[0], NUMBERS.step_px[1] + 1))
    sheet = np.zeros((FIELD, FIELD + step * (len(chosen) - 1)), np.uint8)
    for index, digit in enumerate(chosen):
        window = sheet[:, index * step : index * step + FIELD]
        shift = int(rng.integers(-NUMBERS.shift_px, NUMBERS.shift_px + 1))
        np.maximum(window, np.roll(digit, shift, axis=0), out=window)
    if rng.random() < NUMBERS.stacked_share:
        sheet = np.concatenate([digits[rng.integers(len(digits))], chosen[0]])
    return to_model_input(sheet.astype(np.float32) / np.float32(255))


def _written_number(rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Writes a number with one pen, all digits about equally high: uint8 (28, 28)."""
    labels = rng.integers(10, size=rng.choice(NUMBERS.lengths))
    digits = handwriting.write(handwriting.digit_forms(labels, rng), rng)
    placed: Strokes = []
    edge = 0.0
    for digit in digits:
        points = np.concatenate(digit)
        corner, (width, height) = points.min(axis=0), np.ptp(points, axis=0)
        scale = HEIGHT * np.exp(rng.normal(0, NUMBERS.height_sd)) / height
        if placed:
            is_touching = rng.random() < NUMBERS.touching_share
            edge += rng.uniform(*(NUMBERS.overlap if is_touching else NUMBERS.gap)) * TYPICAL_WIDTH
        slips = rng.normal(0, NUMBERS.slip_sd, len(digit)) * HEIGHT
        placed += [(stroke - corner) * scale + (edge, slip) for stroke, slip in zip(digit, slips, strict=True)]
        edge += width * scale
    longer = float(np.ptp(np.concatenate(placed), axis=0).max())
    return handwriting.picture(placed, rng.uniform(*PENS.width) * HEIGHT / longer, rng)


def _wander(knots: Stroke) -> Stroke:
    """Returns a smooth line through points, (n, 2) -> (4n, 2)."""
    along = np.arange(len(knots))
    return scipy.interpolate.CubicSpline(along, knots)(np.linspace(0, along[-1], 4 * len(knots)))


def scribble(rng: np.random.Generator) -> Strokes:
    """Draws a pen that wanders to and fro until the paper is full."""
    return [_wander(rng.uniform(-1, 1, (int(rng.integers(9, 30)), 2)))]


def hatching(rng: np.random.Generator) -> Strokes:
    """Draws one stroke to and fro, as people blacken an area."""
    lines = int(rng.integers(5, 14))
    y = np.linspace(-1, 1, lines) + rng.normal(0, 0.05, lines)
    x = np.where(np.arange(lines) % 2, 1, -1) + rng.normal(0, 0.1, lines)
    return [np.column_stack([x, y]) if rng.random() < 0.5 else np.column_stack([y, x])]


def dot(rng: np.random.Generator) -> Strokes:
    """Draws one to three dots."""
    taps = int(rng.integers(1, 4)) if rng.random() < 0.5 else 1
    return [rng.uniform(-0.8, 0.8, (1, 2)) for _ in range(taps)]


def level_line(rng: np.random.Generator) -> Strokes:
    """Draws one, two or three level lines: a dash, an equals sign."""
    heights = np.linspace(-0.4, 0.4, n) if (n := int(rng.integers(1, 4))) > 1 else [0.0]
    return [np.array([[-1, y], [1, y]]) + rng.normal(0, 0.06, (2, 2)) for y in heights]


def parallel_lines(rng: np.random.Generator) -> Strokes:
    """Draws a tally: three to six upright lines, sometimes with one across."""
    count = int(rng.integers(3, 7))
    tally = [np.array([[x, -1], [x, 1]]) + rng.normal(0, 0.08, (2, 2)) for x in np.linspace(-1, 1, count)]
    return [*tally, np.array([[-1.2, 0.6], [1.2, -0.6]])] if rng.random() < 0.4 else tally


def cross(rng: np.random.Generator) -> Strokes:
    """Draws a plus or times sign, a star or a hash."""
    turn = rng.uniform(0, np.pi / 2)
    spokes = [np.array([[-np.cos(a), -np.sin(a)], [np.cos(a), np.sin(a)]]) for a in turn + np.arange(4) * np.pi / 4]
    bars = [np.array([[-1, y], [1, y]]) for y in (-0.4, 0.4)]
    pillars = [np.array([[x, -1], [x, 1]]) for x in (-0.4, 0.4)]
    forms = (spokes[::2], spokes, [*bars, *pillars])
    return [stroke + rng.normal(0, 0.06, stroke.shape) for stroke in forms[rng.integers(len(forms))]]


def wave(rng: np.random.Generator) -> Strokes:
    """Draws a zigzag or a wavy line with at least three bends."""
    turns = int(rng.integers(5, 10))
    x = np.linspace(-1.3, 1.3, turns) + rng.normal(0, 0.05, turns)
    y = np.where(np.arange(turns) % 2, 1, -1) * rng.uniform(0.3, 1) + rng.normal(0, 0.1, turns)
    line = np.column_stack([x, y])
    return [line if rng.random() < 0.5 else _wander(line)]


def spiral(rng: np.random.Generator) -> Strokes:
    """Draws a spiral of two turns or more, inwards."""
    angle = np.linspace(0, rng.uniform(4, 9) * np.pi, 80) * rng.choice([-1, 1])
    radius = np.linspace(1, 0.05, 80)
    return [np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])]


def face(rng: np.random.Generator) -> Strokes:
    """Draws a face: a circle with two eyes and a mouth."""
    angle = np.linspace(0, 2 * np.pi, 40)
    mouth = np.linspace(0.15, 0.85, 12) * np.pi
    bend = rng.choice([-0.4, 0.4]) * rng.uniform(0.3, 1)
    eyes = [np.array([[x, -0.35]]) + rng.normal(0, 0.05, (1, 2)) for x in (-0.35, 0.35)]
    return [
        np.column_stack([np.cos(angle), np.sin(angle)]) * 1.1,
        *eyes,
        np.column_stack([0.6 * np.cos(mouth), 0.4 + bend * np.sin(mouth)]),
    ]


KINDS = (scribble, hatching, dot, level_line, parallel_lines, cross, wave, spiral, face)
