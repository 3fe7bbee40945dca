import numpy as np
import pytest

from mnist_core.synthesis import handwriting
from mnist_core.synthesis.allographs import DIGITS, LETTERS, SYMBOLS, Allograph
from mnist_core.synthesis.skeletons import skeleton_of

FORMS = DIGITS + LETTERS + SYMBOLS
LEVEL_SIGNS = "→÷∞πω♥"  # lower than the box


def named(form: Allograph) -> str:
    return f"{form.character} with {form.name}"


def test_a_path_is_read_as_strokes_of_smooth_pieces():
    (top, stem), bar = Allograph("7", "a bar", "Turkey", "4,6 56,4 | 22,100 ; 12,52 54,48").pieces
    np.testing.assert_array_equal(top, [[4, 6], [56, 4]])
    np.testing.assert_array_equal(stem, [[56, 4], [22, 100]])
    np.testing.assert_array_equal(bar, [[[12, 52], [54, 48]]])


@pytest.mark.parametrize("digit", "0123456789")
def test_every_digit_has_many_forms_each_with_a_name_and_a_path_of_its_own(digit):
    forms = [form for form in DIGITS if form.character == digit]
    assert len(forms) >= 10
    assert len(forms) == len({form.name for form in forms}) == len({form.path for form in forms})


def test_no_two_forms_of_a_digit_give_the_same_picture():
    """Forms that look alike would teach one of them more often than its weight says."""
    pictures = np.array([plain_picture(form) for form in DIGITS]).astype(float)
    for first, form in enumerate(DIGITS):
        for second in range(first):
            difference = np.abs(pictures[first] - pictures[second]).mean()
            assert difference > 1, (named(form), named(DIGITS[second]))  # of 255: a dot within a 0 makes 1.2


def test_every_form_fills_the_box_that_pens_and_variation_are_measured_in():
    points = {form: np.concatenate([piece for pieces in form.pieces for piece in pieces]) for form in FORMS}
    assert [named(form) for form in FORMS if points[form].min() < -20 or points[form].max() > 125] == []
    heights = {form: np.ptp(points[form][:, 1]) for form in FORMS if form.character not in LEVEL_SIGNS}
    assert [named(form) for form, height in heights.items() if not 60 <= height <= 125] == []


def test_a_smooth_line_hardly_leaves_the_box_of_the_points_that_it_passes():
    """A cubic spline overshoots between points that are spaced unevenly; the form is then not what its path says."""
    for form in FORMS:
        skeleton = skeleton_of(form)
        line, controls = skeleton.smooth @ skeleton.controls, skeleton.controls
        overshoot = max(
            (controls.min(axis=0) - line.min(axis=0)).max(), (line.max(axis=0) - controls.max(axis=0)).max()
        )
        assert overshoot < (20 if form in LETTERS else 10), named(form)


@pytest.mark.parametrize("letter", "AEFHKMNRWXhkmnwx")
def test_letters_that_are_no_digits_have_several_forms(letter):
    assert len([form for form in LETTERS if form.character == letter]) >= 2


def plain_picture(form: Allograph) -> np.ndarray:
    """A form without any variation, by a pen that feels no pressure."""
    skeleton = skeleton_of(form)
    return handwriting.picture(skeleton.strokes(skeleton.smooth @ skeleton.controls), 0.1, np.random.default_rng(1))
