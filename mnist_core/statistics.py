"""What can be said of each digit as a whole: how often it comes, how it looks on average, where writers differ."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.data import CLASSES


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
    means = np.zeros((CLASSES, *images.shape[1:]), np.float32)
    spreads = np.zeros_like(means)
    for digit in range(CLASSES):
        chosen = images[labels == digit].astype(np.float32)  # one digit at a time: 19 MB of MNIST's 188
        if len(chosen):
            means[digit], spreads[digit] = chosen.mean(axis=0), chosen.std(axis=0)
    return DigitStatistics(np.bincount(labels, minlength=CLASSES), means, spreads)
