"""What can be said of each digit as a whole: how often it comes, how it looks on average, where writers differ."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.data import CLASSES

AT_ONCE = 250  # images: so few that float32 holds the sum of their squares exactly


@dataclass(frozen=True, eq=False)
class DigitStatistics:
    """The images of each digit, summed up.

    Attributes:
        counts: int64 (10,): how many images there are of each digit.
        means: float32 (10, H, W), 0 to 255: each pixel's mean; 0 where there are no images.
        spreads: float32 (10, H, W), 0 to 127.5: each pixel's standard deviation; 0 where there are no images.
    """

    counts: npt.NDArray[np.int64]
    means: npt.NDArray[np.float32]
    spreads: npt.NDArray[np.float32]


def digit_statistics(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]) -> DigitStatistics:
    """Sums up images, uint8 (N, H, W), by their labels, uint8 (N,) from 0 to 9."""
    counts = np.bincount(labels, minlength=CLASSES)
    sums, squares = np.zeros((2, CLASSES, *images.shape[1:]), np.int64)
    for first in range(0, len(images), AT_ONCE):
        of_each = np.eye(CLASSES, dtype=np.float32)[labels[first : first + AT_ONCE]].T
        pixels = images[first : first + AT_ONCE].reshape(len(of_each.T), -1).astype(np.float32)
        sums += np.rint(of_each @ pixels).astype(np.int64).reshape(sums.shape)
        squares += np.rint(of_each @ pixels**2).astype(np.int64).reshape(sums.shape)
    there = np.maximum(counts, 1).reshape(-1, *[1] * (images.ndim - 1))
    means = sums / there
    spreads = np.sqrt(np.maximum(squares / there - means**2, 0))
    return DigitStatistics(counts, means.astype(np.float32), spreads.astype(np.float32))
