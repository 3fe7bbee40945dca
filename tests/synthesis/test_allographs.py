import numpy as np
import pytest

from mnist_core.synthesis.allographs import DIGITS, LETTERS, SYMBOLS, Allograph


def test_a_path_is_read_as_strokes_of_smooth_pieces():
    (top, stem), bar = Allograph("7", "a bar", "Turkey", "4,6 56,4 | 22,100 ; 12,52 54,48").pieces
    np.testing.assert_array_equal(top, [[4, 6], [56, 4]])
    np.testing.assert_array_equal(stem, [[56, 4], [22, 100]])
    np.testing.assert_array_equal(bar, [[[12, 52], [54, 48]]])


def test_every_digit_has_many_forms_each_told_once():
    for digit in "0123456789":
        names = [form.name for form in DIGITS if form.character == digit]
        assert len(names) >= 10
        assert len(names) == len(set(names))


@pytest.mark.parametrize("form", DIGITS + LETTERS + SYMBOLS, ids=lambda form: f"{form.character} {form.name}")
def test_every_form_is_about_as_high_as_the_others(form):
    points = np.concatenate([piece for pieces in form.pieces for piece in pieces])
    assert 60 <= np.ptp(points[:, 1]) <= 125 or form.character in "→÷∞πω♥"
    assert points.min() >= -20
    assert points.max() <= 125


@pytest.mark.parametrize("letter", "AEFHKMNRWXhkmnwx")
def test_letters_that_are_no_digits_come_in_several_forms(letter):
    assert len([form for form in LETTERS if form.character == letter]) >= 2
