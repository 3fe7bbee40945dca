from collections import Counter

import numpy as np
import pytest

from mnist_core.drawing.framing import to_model_input
from mnist_core.synthesis import handwriting
from mnist_core.synthesis.allographs import DIGITS, SYMBOLS, Allograph

BAR = next(form for form in DIGITS if form.character == "7" and form.name == "a bar")


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_digits_come_equally_often_and_in_any_order():
    images, labels = handwriting.digits(200, rng())
    assert images.shape == (200, 28, 28)
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(np.bincount(labels), [20] * 10)
    assert list(labels[:10]) != list(range(10))


def test_no_digit_is_favoured_where_there_are_too_few_for_all():
    source = rng()
    counts = sum(np.bincount(handwriting.digits(4, source)[1], minlength=10) for _ in range(200))
    assert counts.min() > 50
    assert counts.max() < 115


def test_digits_are_framed_as_the_network_sees_everything():
    images, _ = handwriting.digits(300, rng())
    rows, columns = images.any(axis=2).sum(axis=1), images.any(axis=1).sum(axis=1)
    longer = np.maximum(rows, columns)
    assert (longer <= 20).all()
    assert (longer == 20).mean() > 0.95  # an edge may be too faint to count
    assert (images.max(axis=(1, 2)) == 255).all()
    again = np.stack([to_model_input(image.astype(np.float32) / 255) for image in images])
    assert np.abs(again.astype(int) - images).mean() < 2


def test_the_same_seed_writes_the_same():
    (first, labels), (second, labels_again) = handwriting.digits(50, rng(5)), handwriting.digits(50, rng(5))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(labels, labels_again)
    assert (handwriting.digits(50, rng(6))[0] != first).any()


def test_no_two_copies_are_alike():
    images = handwriting.pictures([BAR] * 50, rng())
    assert len({image.tobytes() for image in images}) == 50


def test_every_form_is_written_as_often_as_its_weight_says(monkeypatch):
    written: Counter[Allograph] = Counter()
    monkeypatch.setattr(handwriting, "pictures", lambda forms, rng: written.update(forms))
    handwriting.digits(40_000, rng())
    assert set(written) == set(DIGITS)
    sevens = {form: form.weight for form in DIGITS if form.character == "7"}
    for form, weight in sevens.items():
        assert written[form] == pytest.approx(4000 * weight / sum(sevens.values()), rel=0.35)


@pytest.fixture(scope="module")
def mean_of_all() -> np.ndarray:
    """The mean of forms of all digits."""
    return handwriting.pictures(DIGITS[:: len(DIGITS) // 60], rng()).mean(axis=0)


@pytest.mark.parametrize("form", DIGITS, ids=lambda form: f"{form.character} with {form.name}")
def test_on_average_a_form_is_what_its_path_draws(form, mean_of_all):
    """Human variation goes to either side of the form, and does not lead away from it."""
    plain = [np.concatenate(pieces) for pieces in form.pieces]
    drawn = handwriting.picture(plain, 0.12, rng()).astype(float)
    mean = handwriting.pictures([form] * 40, rng()).mean(axis=0)
    likeness, likeness_of_all = (np.corrcoef(some.ravel(), drawn.ravel())[0, 1] for some in (mean, mean_of_all))
    assert likeness > max(0.55, likeness_of_all)


def test_copies_keep_their_places_among_other_forms():
    forms = [BAR, SYMBOLS[0], BAR, DIGITS[0]]
    written = handwriting.write(forms, rng())
    width = [np.ptp(np.concatenate(strokes)[:, 0]) for strokes in written]
    assert len(written) == 4
    assert width[1] == max(width)  # the star is the widest by far


def test_a_dot_stays_a_dot():
    image = handwriting.picture([np.array([[3.0, 4.0]])], 0.2, rng())
    assert image.any()


def test_a_stroke_of_one_point_can_be_a_form():
    dot = Allograph(".", "a dot", "everywhere", "30,50")
    assert handwriting.pictures([dot] * 20, rng()).any(axis=(1, 2)).all()
