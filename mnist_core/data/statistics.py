"""What can be said of each digit as a whole: how often it comes, how it looks on average, where writers differ."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.data.mnist import CLASSES

AT_ONCE = 256  # images: as much as a processor's cache holds, and nothing beside MNIST's own 47 MB


@dataclass(frozen=True, eq=False)
class DigitStatistics:
    """The images of each digit, summed up.

    Attributes:
        counts: int64 (10,): how many images there are of each digit.
        means: float32 (10, H, W), 0 to 255: each pixel's mean; 0 where there are no images.
        deviations: float32 (10, H, W), 0 to 127.5: each pixel's standard deviation; 0 where there are no images.
    """

    counts: npt.NDArray[np.int64]
    means: npt.NDArray[np.float32]
    deviations: npt.NDArray[np.float32]


def digit_statistics(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]) -> DigitStatistics:
    """Sums up images, uint8 (N, H, W), by their labels, uint8 (N,) from 0 to 9."""
    counts = np.bincount(labels, minlength=CLASSES)
    sums, squares = np.zeros((2, CLASSES, *images.shape[1:]), np.int64)
    for digit in range(CLASSES):
        indices = np.flatnonzero(labels == digit)
        for first in range(0, len(indices), AT_ONCE):
            pixels = images[indices[first : first + AT_ONCE]].astype(np.uint16)  # which holds 255 x 255
            sums[digit] += pixels.sum(axis=0, dtype=np.int64)
            squares[digit] += (pixels * pixels).sum(axis=0, dtype=np.int64)
    there = np.maximum(counts, 1)[:, np.newaxis, np.newaxis]
    means = sums / there
    deviations = np.sqrt(np.maximum(squares / there - means**2, 0))
    return DigitStatistics(counts, means.astype(np.float32), deviations.astype(np.float32))
