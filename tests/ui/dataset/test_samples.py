import numpy as np
import pytest

from mnist_core.data.mnist import Mnist
from ui.dataset.samples import Sample, images_of, indices_of, labels_of

LABELS = np.array([5, 0, 4, 1, 5, 5, 0], np.uint8)


@pytest.mark.parametrize(
    ("digits", "indices"),
    [([], [0, 1, 2, 3, 4, 5, 6]), ([5], [0, 4, 5]), ([0, 5], [0, 1, 4, 5, 6]), ([9], [])],
)
def test_a_filter_keeps_the_order_and_without_digits_keeps_all(digits, indices):
    assert indices_of(LABELS, digits).tolist() == indices


@pytest.mark.parametrize(
    ("split", "images", "labels"), [("Training", "x_train", "y_train"), ("Test", "x_test", "y_test")]
)
def test_a_sample_is_an_image_of_its_split_with_the_label_beside_it(small_mnist: Mnist, split, images, labels):
    sample = Sample(split, 7)

    assert sample.code == f"{images}[7]"
    np.testing.assert_array_equal(sample.image(small_mnist), getattr(small_mnist, images)[7])
    assert sample.label(small_mnist) == getattr(small_mnist, labels)[7]
    assert len(images_of(small_mnist, split)) == len(labels_of(small_mnist, split)) == len(getattr(small_mnist, labels))


@pytest.mark.parametrize(("index", "nearest"), [(-3, 0), (0, 0), (99, 99), (60_000, 99)])
def test_a_sample_that_a_smaller_mnist_lacks_gives_way_to_the_nearest(small_mnist, index, nearest):
    assert Sample("Test", index).within(small_mnist) == Sample("Test", nearest)
