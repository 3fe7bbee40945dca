"""One hand's ten digits as pen strokes, for tests that need digits but no data set."""

from collections.abc import Sequence

import numpy as np
from scipy import interpolate

from mnist_core.drawing.framing import Ink
from mnist_core.drawing.strokes import PenStroke, Stroke, Writing, render


def _curve(*knots: tuple[float, float]) -> Stroke:
    """A smooth line through points of a box 0..1, x to the right and y down."""
    along = np.arange(len(knots))
    return interpolate.CubicSpline(along, np.array(knots))(np.linspace(0, along[-1], 8 * len(knots)))


def _line(*corners: tuple[float, float]) -> Stroke:
    return np.array(corners, np.float64)


DIGITS: dict[int, list[Stroke]] = {
    0: [_curve((0.55, 0), (0.2, 0.2), (0.1, 0.6), (0.45, 1), (0.8, 0.7), (0.8, 0.25), (0.5, 0))],
    1: [_line((0.5, 0), (0.47, 1))],
    2: [_curve((0.1, 0.25), (0.4, 0), (0.75, 0.2), (0.6, 0.55), (0.1, 0.97)), _line((0.1, 0.97), (0.85, 0.97))],
    3: [
        _curve((0.15, 0.1), (0.5, 0), (0.75, 0.2), (0.35, 0.47)),
        _curve((0.35, 0.47), (0.8, 0.65), (0.65, 0.95), (0.1, 0.92)),
    ],
    4: [_line((0.3, 0), (0.1, 0.55), (0.85, 0.5)), _line((0.68, 0.15), (0.6, 1))],
    5: [
        _line((0.8, 0.02), (0.25, 0.02), (0.2, 0.45)),
        _curve((0.2, 0.45), (0.6, 0.4), (0.8, 0.7), (0.5, 1), (0.1, 0.9)),
    ],
    6: [_curve((0.65, 0), (0.3, 0.3), (0.15, 0.75), (0.45, 1), (0.75, 0.75), (0.5, 0.52), (0.2, 0.72))],
    7: [_line((0.1, 0.05), (0.8, 0.03), (0.4, 1))],
    8: [
        _curve(
            (0.72, 0.15),
            (0.42, 0),
            (0.2, 0.22),
            (0.5, 0.48),
            (0.78, 0.78),
            (0.45, 1),
            (0.15, 0.78),
            (0.5, 0.45),
            (0.72, 0.15),
        )
    ],
    9: [_curve((0.75, 0.2), (0.45, 0), (0.2, 0.25), (0.45, 0.48), (0.74, 0.2)), _line((0.75, 0.2), (0.68, 1))],
}


def placed(strokes: Sequence[Stroke], size_px: float, left_px: float, top_px: float) -> list[Stroke]:
    """Puts strokes of the box 0..1 onto a canvas."""
    return [stroke * size_px + np.array([left_px, top_px]) for stroke in strokes]


def drawn(
    digit: int, *, size_px: float = 180, left_px: float = 60, top_px: float = 50, pen_width_px: float = 18
) -> Ink:
    """Draws a digit onto a canvas of 280 x 280."""
    return render(placed(DIGITS[digit], size_px, left_px, top_px), 280, pen_width_px)


def written_number(
    number: str, *, size_px: float = 90, left_px: float = 30, top_px: float = 180, step: float = 1.05
) -> list[Stroke]:
    """Writes a number: digits side by side, `step` of their height apart."""
    return [
        stroke
        for place, digit in enumerate(number)
        for stroke in placed(DIGITS[int(digit)], size_px, left_px + place * step * size_px, top_px)
    ]


def with_pen(strokes: Sequence[Stroke], pen_width_px: float, canvas_px: int = 480) -> Writing:
    """Returns what a canvas holds: the ink of strokes, and the strokes."""
    return Writing(render(strokes, canvas_px, pen_width_px), [PenStroke(stroke, pen_width_px) for stroke in strokes])
