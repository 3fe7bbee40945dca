import numpy as np
import pytest
from scipy import ndimage

from mnist_core.drawing.framing import to_model_input
from mnist_core.synthesis import non_digits
from tests.handwriting import drawn

DIGITS = np.stack([to_model_input(drawn(digit)) for digit in range(10)])


def test_doodles_are_framed_like_digits():
    drawings, labels = non_digits.draw(200, np.random.default_rng(0), DIGITS)
    assert set(labels) == {non_digits.NONE, non_digits.NUMBER}
    assert drawings.shape == (200, 28, 28)
    assert drawings.dtype == np.uint8
    assert (drawings.max(axis=(1, 2)) == 255).all()
    rows, columns = drawings.any(axis=2).sum(axis=1), drawings.any(axis=1).sum(axis=1)
    assert (np.maximum(rows, columns) <= 20).all()


def test_the_same_seed_draws_the_same():
    first, second = (non_digits.draw(30, np.random.default_rng(5), DIGITS) for _ in range(2))
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])


def test_a_number_is_several_digits_beside_or_above_one_another():
    mixture = non_digits.MIXTURE
    drawings, labels = non_digits.draw(400, np.random.default_rng(1), DIGITS)
    numbers = drawings[labels == non_digits.NUMBER]
    assert len(numbers) == pytest.approx(400 * (mixture.composed_numbers + mixture.written_numbers), rel=0.4)
    rows, columns = numbers.any(axis=2).sum(axis=1), numbers.any(axis=1).sum(axis=1)
    assert 0.5 < (columns > rows).mean() < 0.95


def test_many_numbers_touch_and_many_do_not():
    drawings, labels = non_digits.draw(600, np.random.default_rng(2), DIGITS)
    in_one_piece = [ndimage.label(number, np.ones((3, 3)))[1] == 1 for number in drawings[labels == non_digits.NUMBER]]
    assert 0.2 < np.mean(in_one_piece) < 0.8


@pytest.mark.parametrize("kind", non_digits.KINDS)
def test_every_kind_varies(kind):
    rng = np.random.default_rng(0)
    strokes = [np.concatenate(kind(rng)) for _ in range(10)]
    assert len({points.tobytes() for points in strokes}) >= 5
    assert all(points.shape[1] == 2 and np.isfinite(points).all() for points in strokes)
