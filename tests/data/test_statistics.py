import numpy as np
import pytest

from mnist_core.data.statistics import digit_statistics


def test_counts_means_and_deviations_are_those_worked_out_by_hand():
    images = np.array([[[0, 100]], [[200, 100]], [[30, 40]]], np.uint8)
    statistics = digit_statistics(images, np.array([3, 3, 7], np.uint8))

    np.testing.assert_array_equal(statistics.counts, [0, 0, 0, 2, 0, 0, 0, 1, 0, 0])
    np.testing.assert_allclose(statistics.means[[3, 7]], [[[100, 100]], [[30, 40]]])
    np.testing.assert_allclose(statistics.deviations[[3, 7]], [[[100, 0]], [[0, 0]]])


def test_a_digit_without_images_has_a_black_mean():
    statistics = digit_statistics(np.full((1, 28, 28), 9, np.uint8), np.array([4], np.uint8))

    assert not statistics.means[5].any()
    assert not statistics.deviations[5].any()


def test_the_means_of_all_digits_together_are_the_mean_of_all_images():
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (300, 28, 28), np.uint8), rng.integers(0, 10, 300).astype(np.uint8)
    statistics = digit_statistics(images, labels)

    np.testing.assert_allclose(
        np.average(statistics.means, axis=0, weights=statistics.counts), images.mean(axis=0), rtol=1e-4
    )


def test_mnist_is_counted_as_its_authors_counted_it(mnist):
    statistics = digit_statistics(mnist.x_train, mnist.y_train)

    assert statistics.counts.tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    mean = np.average(statistics.means.mean(axis=(1, 2)), weights=statistics.counts)
    assert mean / 255 == pytest.approx(0.1307, abs=5e-5)  # by which PyTorch's examples normalise
