import numpy as np

from mnist_core.data.encoding import one_hot, scaled, with_channel


def test_scaling_keeps_black_and_brings_white_to_one():
    numbers = scaled(np.array([[0, 51, 255]], np.uint8))

    np.testing.assert_allclose(numbers, [[0, 0.2, 1]], rtol=1e-6)
    assert numbers.dtype == np.float32


def test_scaling_loses_nothing():
    every_grey = np.arange(256, dtype=np.uint8)

    np.testing.assert_array_equal(np.rint(255 * scaled(every_grey)), every_grey)


def test_a_channel_is_added_without_a_copy():
    images = np.zeros((5, 28, 28), np.uint8)

    assert with_channel(images).shape == (5, 28, 28, 1)
    assert np.shares_memory(with_channel(images), images)


def test_one_hot_has_its_one_at_the_label_and_zeros_elsewhere():
    labels = np.array([5, 0, 9, 5], np.uint8)
    rows = one_hot(labels)

    assert rows.shape == (4, 10)
    np.testing.assert_array_equal(rows.argmax(axis=1), labels)
    np.testing.assert_array_equal(np.sort(rows, axis=1), [[0] * 9 + [1]] * 4)
