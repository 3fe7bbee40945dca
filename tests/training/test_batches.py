from dataclasses import replace

import numpy as np
import pytest

from mnist_core.drawing.framing import to_model_input
from mnist_core.networks import recipes
from mnist_core.networks.architectures import DIGIT_SCORE, MULTI_DIGIT_SCORE, PROBABILITIES
from mnist_core.training.batches import TrainingSequence, samples, to_pixels
from tests.handwriting import drawn

DIGITS = np.stack([to_model_input(drawn(digit)) for digit in range(10)])
LABELS = np.arange(10, dtype=np.uint8)


def epoch(sequence: TrainingSequence) -> list[tuple]:
    return [sequence[index] for index in range(len(sequence))]


def test_every_epoch_shows_each_digit_once_in_another_order():
    recipe = replace(recipes.DEFAULT, batch_size=6, handwritten=0, doodles=0.5)
    sequence = TrainingSequence(recipe, DIGITS, LABELS)
    orders = []
    for number in range(2):
        sequence.begin(number)
        shown = epoch(sequence)
        is_digit = np.concatenate([targets[DIGIT_SCORE][:, 0] for _, targets, _ in shown]) > 0
        digits = np.concatenate([targets[PROBABILITIES].argmax(axis=1) for _, targets, _ in shown])
        counted = np.concatenate([weights[PROBABILITIES] for _, _, weights in shown])
        assert sorted(digits[is_digit]) == list(range(10))
        assert (~is_digit).sum() == 5
        np.testing.assert_array_equal(counted, is_digit)
        is_number = np.concatenate([targets[MULTI_DIGIT_SCORE][:, 0] for _, targets, _ in shown]) > 0
        assert not (is_number & is_digit).any()
        orders.append(list(digits))
    assert orders[0] != orders[1]


def test_digits_of_all_styles_are_mixed_in_and_fresh_in_every_epoch():
    recipe = replace(recipes.DEFAULT, batch_size=20, handwritten=1, doodles=0)
    sequence = TrainingSequence(recipe, DIGITS, LABELS)
    shown = []
    for number in range(2):
        sequence.begin(number)
        ((pixels, targets, _),) = epoch(sequence)
        assert sorted(targets[PROBABILITIES].argmax(axis=1)) == sorted([*range(10)] * 2)
        shown.append(pixels)
    assert not {image.tobytes() for image in shown[0]} & {image.tobytes() for image in shown[1]}


def test_a_batch_keeps_its_size_whatever_is_mixed_in():
    many = np.repeat(DIGITS, 30, axis=0)
    sequence = TrainingSequence(recipes.DEFAULT, many, np.repeat(LABELS, 30))
    sizes = [len(pixels) for pixels, *_ in epoch(sequence)]
    assert all(abs(size - recipes.DEFAULT.batch_size) <= 2 for size in sizes[:-1])


def test_a_sequence_that_goes_on_shows_what_it_would_have_shown():
    recipe = replace(recipes.TUTORIAL_4, batch_size=3)
    whole, resumed = TrainingSequence(recipe, DIGITS, LABELS), TrainingSequence(recipe, DIGITS, LABELS)
    for number in range(3):
        whole.begin(number)
    resumed.begin(2)
    for (pixels, targets), (again, targets_again) in zip(epoch(whole), epoch(resumed), strict=True):
        np.testing.assert_array_equal(pixels, again)
        np.testing.assert_array_equal(targets, targets_again)


def test_without_augmentation_images_come_as_they_are():
    sequence = TrainingSequence(replace(recipes.TUTORIAL_3, batch_size=10), DIGITS, LABELS)
    ((pixels, targets),) = epoch(sequence)
    np.testing.assert_array_equal(pixels, to_pixels(DIGITS)[targets])


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [(recipes.TUTORIAL_2, [3, 0]), (recipes.TUTORIAL_2A, [[0, 0, 0, 1, 0, 0, 0, 0, 0, 0], [1, *[0] * 9]])],
    ids=["the digit itself", "one-hot"],
)
def test_labels_are_written_as_the_article_has_them(recipe, expected):
    pixels, targets = samples(recipe, DIGITS[[3, 0]], np.array([3, 0]))
    np.testing.assert_array_equal(targets, expected)
    assert pixels.shape == (2, 28, 28, 1)
    assert pixels.max() > 200
