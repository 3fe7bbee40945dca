"""Pixels and labels in the form in which networks take them."""

import numpy as np
import numpy.typing as npt

from mnist_core.data.mnist import CLASSES

WHITE = 255


def scaled(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Brings pixels, uint8 from 0 to 255, to float32 from 0 to 1: networks learn best from small numbers."""
    return images.astype(np.float32) / np.float32(WHITE)


def with_channel(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Returns images (N, H, W) as (N, H, W, 1), as convolutions take them: one channel, as there are no colours."""
    return images[..., np.newaxis]


def one_hot(labels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Writes labels (N,), 0 to 9, as a perfect network would answer: float32 (N, 10), a single 1 in each row."""
    return np.eye(CLASSES, dtype=np.float32)[labels]
