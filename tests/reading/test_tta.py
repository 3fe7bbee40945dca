import numpy as np
import pytest

from mnist_core.drawing.framing import to_model_input
from mnist_core.reading.tta import VIEWS, averaged, mean, views
from tests.handwriting import drawn

DIGITS = np.stack([to_model_input(drawn(digit)) for digit in range(10)])


def test_the_first_view_is_the_drawing_itself_and_the_others_are_near_it():
    seen = views(DIGITS).reshape(10, VIEWS, 28, 28).astype(float)
    np.testing.assert_array_equal(seen[:, 0], DIGITS)
    for view in range(1, VIEWS):
        difference = np.abs(seen[:, view] - DIGITS).mean(axis=(1, 2))
        assert (difference > 0.5).all()
        likeness = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(seen[:, view], DIGITS, strict=True)]
        assert min(likeness) > 0.6


def test_each_image_is_seen_alike_whatever_stands_beside_it():
    np.testing.assert_array_equal(views(DIGITS)[VIEWS : 2 * VIEWS], views(DIGITS[1:2]))


def test_views_that_agree_change_nothing():
    rows = np.random.default_rng(0).dirichlet(np.ones(10), 4).astype(np.float32)
    np.testing.assert_allclose(averaged(np.log(rows).repeat(VIEWS, axis=0)), rows, atol=1e-5)
    np.testing.assert_allclose(mean(np.repeat([0.1, 0.5, 0.9, 1.0], VIEWS)), [0.1, 0.5, 0.9, 1.0])


def test_answers_are_averaged_as_logits():
    first, others = np.array([0.8, 0.2]), np.array([0.2, 0.8])
    probabilities = averaged(3 + np.log([first, *[others] * (VIEWS - 1)]))
    expected = first ** (1 / VIEWS) * others ** (1 - 1 / VIEWS)
    np.testing.assert_allclose(probabilities[0], expected / expected.sum(), atol=1e-6)


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_a_temperature_before_the_averaging_is_one_after_it(temperature):
    logits = np.random.default_rng(1).normal(size=(VIEWS, 10))
    after = averaged(logits) ** (1 / temperature)
    np.testing.assert_allclose(averaged(logits / temperature), after / after.sum(), atol=1e-5)
