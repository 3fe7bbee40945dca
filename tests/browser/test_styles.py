"""The Draw page and the world's handwriting: forms that MNIST's writers did not use, drawn with the real mouse."""

import numpy as np
import pytest
from playwright.sync_api import expect
from scipy import interpolate

from mnist_core.drawing.strokes import Stroke
from tests.handwriting import placed


def line(*corners: tuple[float, float]) -> Stroke:
    return np.array(corners, np.float64)


def curve(*knots: tuple[float, float]) -> Stroke:
    """A smooth line through points of a box 0..1, x to the right and y down."""
    along = np.arange(len(knots))
    return interpolate.make_interp_spline(along, np.array(knots), k=2)(np.linspace(0, along[-1], 8 * len(knots)))


RING = curve((0.5, 0.02), (0.22, 0.3), (0.25, 0.8), (0.5, 0.98), (0.76, 0.75), (0.75, 0.25), (0.5, 0.02))
STYLES = {
    "a 1 with a long flag": (1, [line((0.2, 0.45), (0.55, 0.02), (0.52, 0.98))]),
    "a 1 with flag and base line": (1, [line((0.3, 0.22), (0.5, 0.02), (0.5, 0.97)), line((0.2, 0.98), (0.82, 0.97))]),
    "a 7 with a bar": (7, [line((0.2, 0.05), (0.8, 0.03), (0.45, 0.98)), line((0.3, 0.52), (0.78, 0.47))]),
    "a 7 with a serif and a bar": (
        7,
        [line((0.18, 0.25), (0.2, 0.05), (0.8, 0.05), (0.42, 0.98)), line((0.28, 0.55), (0.76, 0.5))],
    ),
    "a 0 with a slash": (0, [RING, line((0.85, 0.05), (0.15, 0.97))]),
    "a 0 with a dot": (0, [RING, line((0.49, 0.48), (0.51, 0.52))]),
    "a 9 with a curled tail": (
        9,
        [
            curve((0.72, 0.2), (0.45, 0.02), (0.25, 0.25), (0.48, 0.48), (0.74, 0.2)),
            curve((0.74, 0.2), (0.76, 0.65), (0.5, 0.98), (0.2, 0.86), (0.28, 0.74)),
        ],
    ),
    "an open 4": (4, [line((0.28, 0.05), (0.22, 0.55), (0.85, 0.53)), line((0.7, 0.05), (0.66, 0.98))]),
    "a 5 with a floating top": (
        5,
        [
            curve((0.3, 0.15), (0.27, 0.46), (0.6, 0.42), (0.76, 0.7), (0.5, 0.98), (0.2, 0.88)),
            line((0.42, 0.04), (0.85, 0.01)),
        ],
    ),
    "a 2 with a loop": (
        2,
        [curve((0.2, 0.25), (0.5, 0.02), (0.7, 0.25), (0.45, 0.7), (0.2, 0.95), (0.2, 0.8), (0.5, 0.9), (0.85, 0.9))],
    ),
}  # fmt: skip
LETTERS = {
    "A": [line((0.15, 0.98), (0.5, 0.02), (0.85, 0.98)), line((0.28, 0.62), (0.72, 0.62))],
    "E": [line((0.75, 0.02), (0.25, 0.02), (0.25, 0.98), (0.78, 0.98)), line((0.25, 0.5), (0.7, 0.5))],
    "K": [line((0.25, 0.02), (0.25, 0.98)), line((0.75, 0.02), (0.27, 0.52), (0.8, 0.98))],
    "M": [line((0.12, 0.98), (0.18, 0.02), (0.5, 0.7), (0.82, 0.02), (0.88, 0.98))],
    "W": [line((0.05, 0.02), (0.28, 0.98), (0.5, 0.35), (0.72, 0.98), (0.95, 0.02))],
    "x": [line((0.2, 0.05), (0.8, 0.95)), line((0.8, 0.05), (0.2, 0.95))],
}


def on_paper(strokes: list[Stroke]) -> list[Stroke]:
    return placed(strokes, size_px=0.6, left_px=0.2, top_px=0.2)


@pytest.mark.parametrize("style", STYLES)
def test_the_worlds_ways_to_write_a_digit_are_read(mouse_writer, style):
    digit, strokes = STYLES[style]
    mouse_writer.draw(*on_paper(strokes))
    mouse_writer.expect_answer(digit)


@pytest.mark.parametrize("letter", LETTERS)
def test_a_letter_is_no_digit(mouse_writer, letter):
    mouse_writer.draw(*on_paper(LETTERS[letter]))
    expect(mouse_writer.page.locator('.answer[data-state="none"]')).to_be_visible()


def test_a_tap_and_a_smiley_are_no_digits(mouse_writer):
    angle = np.linspace(0, 2 * np.pi, 40)
    face = 0.5 + 0.35 * np.column_stack([np.cos(angle), np.sin(angle)])
    mouth = curve((0.33, 0.6), (0.5, 0.72), (0.67, 0.6))
    mouse_writer.draw(face, line((0.4, 0.4)), line((0.6, 0.4)), mouth)
    expect(mouse_writer.page.locator('.answer[data-state="none"]')).to_be_visible()
    mouse_writer.press("Clear")
    mouse_writer.expect_blank()
    mouse_writer.draw(line((0.5, 0.5)))
    expect(mouse_writer.page.locator('.answer[data-state="none"]')).to_be_visible()
