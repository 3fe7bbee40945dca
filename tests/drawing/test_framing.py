import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from mnist_core.drawing.framing import (
    BOX,
    CENTRE,
    FIELD,
    BlankDrawing,
    Ink,
    frame,
    is_blank,
    line_width_px,
    to_model_input,
)
from tests.handwriting import drawn

DIGIT = st.integers(0, 9)


def blank(height: int = 280, width: int = 280) -> Ink:
    return np.zeros((height, width), np.float32)


def inked(height: int, width: int) -> Ink:
    return np.ones((height, width), np.float32)


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """The mean difference of two model inputs in grey levels, at the best of the nine whole-pixel shifts."""
    a, b = a.astype(float), b.astype(float)
    shifts = [(row, column) for row in (-1, 0, 1) for column in (-1, 0, 1)]
    return min(float(np.abs(a - np.roll(b, shift, axis=(0, 1))).mean()) for shift in shifts)


@given(digit=DIGIT, shift_px=st.tuples(st.integers(-35, 35), st.integers(-45, 45)))
@settings(max_examples=40, deadline=None)
def test_where_on_the_canvas_a_digit_is_drawn_does_not_matter(digit, shift_px):
    ink = drawn(digit)
    moved = np.roll(ink, shift_px, axis=(0, 1))
    np.testing.assert_array_equal(to_model_input(moved), to_model_input(ink))


@given(digit=DIGIT, share=st.floats(0.4, 1.0))
@settings(max_examples=40, deadline=None)
def test_how_large_a_digit_is_drawn_hardly_matters(digit, share):
    whole = to_model_input(drawn(digit, size_px=250, left_px=15, top_px=15, pen_width_px=25))
    part = to_model_input(drawn(digit, size_px=250 * share, left_px=15, top_px=15, pen_width_px=25 * share))
    assert difference(part, whole) < 13  # measured 1 to 11; two digits are 17 (4 and 9) to 42 grey levels apart


@given(digit=DIGIT, pen_width_px=st.floats(0.5, 24))
@settings(max_examples=40, deadline=None)
def test_the_pens_width_leaves_the_middle_of_the_lines_where_it_was(digit, pen_width_px):
    usual = to_model_input(drawn(digit)) > 200
    other = to_model_input(drawn(digit, pen_width_px=pen_width_px))
    nearby = ndimage.binary_dilation(other > 64, iterations=2)
    assert (usual & ~nearby).sum() <= 0.1 * usual.sum()


@given(digit=DIGIT, pen_width_px=st.floats(0.3, 8))
@settings(max_examples=40, deadline=None)
def test_a_hairline_stays_one_line_as_wide_as_mnists_thinnest(digit, pen_width_px):
    hairline = to_model_input(drawn(digit, pen_width_px=pen_width_px)).astype(np.float32) / 255
    _, pieces = ndimage.label(hairline > 0.25, structure=np.ones((3, 3)))
    assert pieces == 1
    assert 1.2 <= line_width_px(hairline) <= 2.2


@pytest.mark.parametrize("digit", range(10))
def test_a_drawing_is_fitted_into_the_box_and_centred_by_its_mass(digit):
    framing = frame(drawn(digit))
    assert max(framing.fitted.shape) == BOX
    assert framing.fitted.max() == 1
    assert framing.model_input.max() == 255
    np.testing.assert_allclose(ndimage.center_of_mass(framing.model_input), (CENTRE, CENTRE), atol=0.51)


def test_grey_levels_are_kept():
    assert 0.4 < np.mean([is_grey(to_model_input(drawn(digit))) for digit in range(10)]) < 0.9


def is_grey(model_input: np.ndarray) -> float:
    ink = model_input[model_input > 0]
    return float(np.mean(ink < 255))


def test_the_steps_are_the_drawing_cropped_fitted_and_centred():
    ink = blank()
    ink[100:180, 50:90] = 1  # 80 x 40: fitted to 20 x 10
    framing = frame(ink)
    assert framing.ink is ink
    assert framing.cropped.shape == (80, 40)
    np.testing.assert_array_equal(framing.fitted, inked(20, 10))
    expected = np.zeros((FIELD, FIELD), np.uint8)
    expected[4:24, 10:20] = 255  # the middle of rows 4 to 23 is 13.5, which rounds to even: 14
    assert np.abs(framing.model_input.astype(int) - expected).sum() == 0


def test_mnists_own_test_images_pass_almost_unchanged(mnist):
    differences = np.array(
        [
            np.abs(to_model_input((image / 255).astype(np.float32)).astype(float) - image).mean()
            for image in mnist.x_test[::5]
        ]
    )
    assert differences.mean() < 0.2  # measured 0.14 of 255
    assert np.mean(differences < 0.5) > 0.98


@pytest.mark.parametrize(
    ("ink", "size"),
    [
        (np.pad(inked(1, 1), 100), (20, 20)),
        (inked(280, 280), (20, 20)),
        (np.pad(inked(3000, 1500), 500), (20, 10)),
        (np.pad(inked(200, 1), 40), (20, 2)),
        (inked(5, 4000), (2, 20)),
        (inked(1, 1), (20, 20)),
    ],
    ids=["dot", "filled edge to edge", "4,000 px", "hairline", "long hairline", "one pixel"],
)
def test_the_extremes_of_size_are_framed(ink, size):
    framing = frame(ink)
    assert framing.fitted.shape == size
    assert framing.model_input.max() == 255


def test_a_hairline_on_a_picture_of_4000_px_is_not_lost():
    ink = blank(4000, 4000)
    for offset in range(3000):
        ink[500 + offset, 500 + offset] = 1
    framing = frame(ink)
    assert (np.diagonal(framing.fitted) > 0.5).all()


DUSTY = np.full((280, 280), 0.04, np.float32)


@pytest.mark.parametrize("ink", [blank(), blank(0, 0), DUSTY], ids=["white", "no", "dusty"])
def test_a_blank_sheet_is_said_to_be_blank(ink):
    assert is_blank(ink)
    with pytest.raises(BlankDrawing, match="nothing on the paper"):
        to_model_input(ink)


def test_a_faint_drawing_reaches_full_black():
    faint = drawn(3) * np.float32(0.3)
    assert to_model_input(faint).max() == 255


def test_all_the_ink_stays_in_the_field_when_its_mass_lies_at_one_end():
    ink = blank()
    ink[40:240, 138:142] = 1
    ink[220:240, 100:180] = 1
    ink[200:240, 100:180] = 1
    framing = frame(ink)
    assert framing.model_input.sum() == np.rint(framing.fitted * 255).sum()


@pytest.mark.parametrize("width_px", [2, 5, 9])
@pytest.mark.parametrize("axis", [0, 1])
def test_the_width_of_a_straight_line_is_measured(width_px, axis):
    line = np.pad(inked(200, width_px) if axis else inked(width_px, 200), 20)
    assert line_width_px(line) == pytest.approx(width_px, rel=0.06)
