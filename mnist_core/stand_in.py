"""Digits to work with where MNIST cannot be had: written by the program, in MNIST's form."""

from collections.abc import Callable

import numpy as np

from mnist_core import handwriting
from mnist_core.data import Mnist, load_mnist
from mnist_core.download import DownloadError, Progress

TRAIN, TEST = 20_000, 4_000  # images: written in about ten seconds, and enough to train any network on


def load_digits(progress: Progress | None = None, told: Callable[[str], None] = lambda sentence: None) -> Mnist:
    """Loads MNIST; where it would have to be downloaded and cannot be, writes digits in its place.

    Args:
        progress: called during a download, as by `mnist_core.data.load_mnist`.
        told: called with a sentence before digits are written.

    Returns:
        MNIST, or digits whose `notice` says why they are not MNIST; these are the same each time.

    Raises:
        MnistNotFound, DataError, IdxError: what `MNIST_PATH` names cannot be read; a wish is not silently overruled.
    """
    try:
        return load_mnist(progress)
    except DownloadError as error:
        told("Writing digits in MNIST's place")
        return written(
            TRAIN,
            TEST,
            notice=f"{error} These are {TRAIN + TEST:,} digits that the program wrote in its place, in the pen styles "
            "of the world: everything works with them, but figures measured on them are not MNIST's.",
        )


def part(digits: Mnist, training_images: int | None) -> Mnist:
    """Gives so many training images, or all; all as well of a stand-in that has no more."""
    if training_images is None or (digits.notice and training_images >= len(digits.x_train)):
        return digits
    return digits.subset(training_images, len(digits.x_test))


def written(n_train: int, n_test: int, notice: str | None = None) -> Mnist:
    """Writes so many digits, the training images and the test images by chance of their own."""
    (x_train, y_train), (x_test, y_test) = (
        handwriting.digits(count, np.random.default_rng(seed)) for seed, count in enumerate((n_train, n_test))
    )
    return Mnist(x_train, y_train.astype(np.uint8), x_test, y_test.astype(np.uint8), notice)
