"""The benchmark of digits against other drawings."""

import numpy as np
import pytest

from benchmarks import nodigits
from mnist_core.drawing.framing import to_model_input
from mnist_core.reading.recognizer import Recognizer
from tests.handwriting import drawn, with_pen, written_number

DIGITS = np.stack([to_model_input(drawn(digit)) for digit in range(10)])


@pytest.mark.parametrize(
    ("digits", "others", "expected"),
    [([0.9, 0.8], [0.1, 0.2], 1.0), ([0.1], [0.9], 0.0), ([0.5], [0.5], 0.5), ([0.2, 0.6], [0.4], 0.5)],
)
def test_the_area_is_the_chance_that_a_digit_scores_higher(digits, others, expected):
    assert nodigits.auroc(np.array(digits), np.array(others)) == expected


def test_letters_and_symbols_are_told_from_digits():
    kinds = nodigits.generated(DIGITS, 200)
    digits, *others = nodigits.measure(Recognizer.load(), {"digits": nodigits.Kind(DIGITS)}, kinds)
    assert digits.taken_for_digits == 1
    assert digits.auroc is digits.divided is None
    assert [group.count for group in others] == [200] * 3
    assert all(group.auroc > 0.95 for group in others)
    assert [group.divided is None for group in others] == [False, False, True]
    assert all(group.divided <= 0.05 for group in others[:2])


def test_numbers_are_divided_and_digits_are_not(own_strokes):
    recognizer = Recognizer.load()
    pack = nodigits.drawn(own_strokes, seed=0)
    assert nodigits.divided(recognizer, pack.drawings) == 0
    assert nodigits.divided(recognizer, [with_pen(written_number("74"), 10), pack.drawings[0]]) == 0.5
