"""Drawings that are no digits, so that a network can learn to say so.

Letters, symbols, scribbles, lines, faces, several digits in one; drawn as digits are, by
`mnist_core.synthesis.handwriting`, and framed like them. What some people would take for a digit is left out: a single
upright line (1), a closed loop (0), a line with one bend (7), the letters O, I, Z, S, b, g and q.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import scipy  # its parts are loaded when they are used

from mnist_core.drawing.framing import FIELD, to_model_input
from mnist_core.drawing.strokes import Stroke
from mnist_core.synthesis import handwriting
from mnist_core.synthesis.allographs import LETTERS, SYMBOLS

NONE, NUMBER = -1, -2  # the labels of what is no digit: nothing that can be read, and several digits
LETTER, SYMBOL, COMPOSED, WRITTEN = 0.4, 0.1, 0.1, 0.15  # of the drawings; two kinds of numbers; the others are doodles
LENGTHS = (2, 2, 2, 2, 3, 3, 4, 5)  # of numbers
TOUCHING = 0.6  # of neighbours in written numbers, so many touch or overlap
OVERLAP, GAP = (-0.15, 0.05), (0.05, 0.5)  # between them, of a typical digit's width
HEIGHT = 100.0  # of a written number's digits, in the unit of `mnist_core.synthesis.allographs`
TYPICAL_WIDTH = 60.0

Strokes = list[Stroke]


def draw(
    count: int, rng: np.random.Generator, digits: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Draws things that are no digits.

    Args:
        count: how many.
        rng: the source of chance; the same state gives the same drawings.
        digits: uint8 (N, 28, 28), N >= 2: pictures to make "several digits in one" from.

    Returns:
        Pictures uint8 (count, 28, 28), framed as the network sees everything, and labels int64 (count,), each NONE or
        NUMBER.
    """
    kinds = [LETTER, SYMBOL, COMPOSED, WRITTEN, 1 - LETTER - SYMBOL - COMPOSED - WRITTEN]
    letters, symbols, composed, written, others = rng.multinomial(count, kinds)
    forms = [LETTERS[index] for index in rng.integers(len(LETTERS), size=letters)]
    forms += [SYMBOLS[index] for index in rng.integers(len(SYMBOLS), size=symbols)]
    characters = handwriting.pictures(forms, rng)
    drawn = [_composed_number(rng, digits) for _ in range(composed)]
    drawn += [_written_number(rng) for _ in range(written)]
    drawn += [_doodle(KINDS[index], rng) for index in rng.integers(len(KINDS), size=others)]
    labels = np.repeat([NONE, NUMBER, NONE], [letters + symbols, composed + written, others])
    return np.concatenate([characters, np.reshape(drawn, (-1, FIELD, FIELD)).astype(np.uint8)]), labels


def _doodle(kind: Callable[[np.random.Generator], Strokes], rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Draws one doodle with a random slant and proportion and pen."""
    turn = rng.normal(0, 0.15)
    shape = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * rng.uniform(0.75, 1.25, (2, 1))
    return handwriting.picture(
        [50 * stroke @ shape.T for stroke in kind(rng)], rng.uniform(*handwriting.PEN_SHARE), rng
    )


def _composed_number(rng: np.random.Generator, digits: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Puts pictures of two digits or more into one, side by side or one above the other."""
    chosen = digits[rng.integers(len(digits), size=rng.choice(LENGTHS))]
    step = int(rng.integers(14, 23))
    sheet = np.zeros((FIELD, FIELD + step * (len(chosen) - 1)), np.uint8)
    for place, digit in enumerate(chosen):
        window = sheet[:, place * step : place * step + FIELD]
        np.maximum(window, np.roll(digit, int(rng.integers(-2, 3)), axis=0), out=window)  # a digit has 4 px to spare
    if rng.random() < 0.25:
        sheet = np.concatenate([digits[rng.integers(len(digits))], chosen[0]])
    return to_model_input(sheet.astype(np.float32) / np.float32(255))


def _written_number(rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Writes two digits or more with one pen, at much the same height, neighbours apart or touching."""
    digits = handwriting.write(handwriting.digit_forms(rng.integers(10, size=rng.choice(LENGTHS)), rng), rng)
    placed: Strokes = []
    edge = 0.0
    for digit in digits:
        points = np.concatenate(digit)
        corner, (width, height) = points.min(axis=0), np.ptp(points, axis=0)
        scale = HEIGHT * np.exp(rng.normal(0, 0.08)) / height
        if placed:
            edge += rng.uniform(*(OVERLAP if rng.random() < TOUCHING else GAP)) * TYPICAL_WIDTH
        slips = rng.normal(0, 0.04, len(digit)) * HEIGHT  # each stroke stands a little off the line
        placed += [(stroke - corner) * scale + (edge, slip) for stroke, slip in zip(digit, slips, strict=True)]
        edge += width * scale
    longer = float(np.ptp(np.concatenate(placed), axis=0).max())
    return handwriting.picture(placed, rng.uniform(*handwriting.PEN_SHARE) * HEIGHT / longer, rng)


def _wander(knots: Stroke) -> Stroke:
    """Gives a smooth line through points, (n, 2) -> (4n, 2)."""
    along = np.arange(len(knots))
    return scipy.interpolate.CubicSpline(along, knots)(np.linspace(0, along[-1], 4 * len(knots)))


def scribble(rng: np.random.Generator) -> Strokes:
    """A pen that wanders to and fro until the paper is full."""
    return [_wander(rng.uniform(-1, 1, (int(rng.integers(9, 30)), 2)))]


def hatching(rng: np.random.Generator) -> Strokes:
    """Strokes to and fro, as one blackens an area."""
    lines = int(rng.integers(5, 14))
    y = np.linspace(-1, 1, lines) + rng.normal(0, 0.05, lines)
    x = np.where(np.arange(lines) % 2, 1, -1) + rng.normal(0, 0.1, lines)
    return [np.column_stack([x, y]) if rng.random() < 0.5 else np.column_stack([y, x])]


def dot(rng: np.random.Generator) -> Strokes:
    """A tap, or a few."""
    taps = int(rng.integers(1, 4)) if rng.random() < 0.5 else 1
    return [rng.uniform(-0.8, 0.8, (1, 2)) for _ in range(taps)]


def level_line(rng: np.random.Generator) -> Strokes:
    """One, two or three level lines: a dash, an equals sign."""
    heights = np.linspace(-0.4, 0.4, n) if (n := int(rng.integers(1, 4))) > 1 else [0.0]
    return [np.array([[-1, y], [1, y]]) + rng.normal(0, 0.06, (2, 2)) for y in heights]


def parallel_lines(rng: np.random.Generator) -> Strokes:
    """A tally: three to six upright lines, sometimes with the fifth across."""
    count = int(rng.integers(3, 7))
    tally = [np.array([[x, -1], [x, 1]]) + rng.normal(0, 0.08, (2, 2)) for x in np.linspace(-1, 1, count)]
    return [*tally, np.array([[-1.2, 0.6], [1.2, -0.6]])] if rng.random() < 0.4 else tally


def cross(rng: np.random.Generator) -> Strokes:
    """A plus or a times sign, a star, a hash."""
    turn = rng.uniform(0, np.pi / 2)
    spokes = [np.array([[-np.cos(a), -np.sin(a)], [np.cos(a), np.sin(a)]]) for a in turn + np.arange(4) * np.pi / 4]
    bars = [np.array([[-1, y], [1, y]]) for y in (-0.4, 0.4)]
    pillars = [np.array([[x, -1], [x, 1]]) for x in (-0.4, 0.4)]
    forms = (spokes[::2], spokes, [*bars, *pillars])
    return [stroke + rng.normal(0, 0.06, stroke.shape) for stroke in forms[rng.integers(len(forms))]]


def wave(rng: np.random.Generator) -> Strokes:
    """A zigzag or a wavy line with three turns or more."""
    turns = int(rng.integers(5, 10))
    x = np.linspace(-1.3, 1.3, turns) + rng.normal(0, 0.05, turns)
    y = np.where(np.arange(turns) % 2, 1, -1) * rng.uniform(0.3, 1) + rng.normal(0, 0.1, turns)
    line = np.column_stack([x, y])
    return [line if rng.random() < 0.5 else _wander(line)]


def spiral(rng: np.random.Generator) -> Strokes:
    """Two turns or more, inwards."""
    angle = np.linspace(0, rng.uniform(4, 9) * np.pi, 80) * rng.choice([-1, 1])
    radius = np.linspace(1, 0.05, 80)
    return [np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])]


def face(rng: np.random.Generator) -> Strokes:
    """A circle with two eyes and a mouth."""
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
