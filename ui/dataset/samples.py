"""One digit of MNIST among many: its split and index, and which of its neighbours match a filter."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.data.mnist import Mnist

SPLITS = {"Training": "train", "Test": "test"}
"""MNIST's splits for training and testing, and what their arrays are called."""


@dataclass(frozen=True)
class Sample:
    """A digit's address: the split, one of `SPLITS`, and the index in it, from 0."""

    split: str = "Training"
    index: int = 0

    @property
    def code(self) -> str:
        """How a program would call its image: `x_train[0]`."""
        return f"x_{SPLITS[self.split]}[{self.index}]"

    def within(self, mnist: Mnist) -> "Sample":
        """Returns the nearest sample that there is."""
        return Sample(self.split, min(max(self.index, 0), len(labels_of(mnist, self.split)) - 1))

    def image(self, mnist: Mnist) -> npt.NDArray[np.uint8]:
        """Returns the image, uint8 (28, 28)."""
        return images_of(mnist, self.split)[self.index]

    def label(self, mnist: Mnist) -> int:
        """Returns the digit that it shows."""
        return int(labels_of(mnist, self.split)[self.index])


def images_of(mnist: Mnist, split: str) -> npt.NDArray[np.uint8]:
    """Returns the images of one of `SPLITS`, uint8 (N, 28, 28)."""
    return mnist.x_train if SPLITS[split] == "train" else mnist.x_test


def labels_of(mnist: Mnist, split: str) -> npt.NDArray[np.uint8]:
    """Returns the labels of one of `SPLITS`, uint8 (N,)."""
    return mnist.y_train if SPLITS[split] == "train" else mnist.y_test


def indices_of(labels: npt.NDArray[np.uint8], digits: Collection[int]) -> npt.NDArray[np.intp]:
    """Returns the indices of the labels, uint8 (N,), that are among the digits, in order; without digits, all."""
    return np.flatnonzero(np.isin(labels, list(digits))) if digits else np.arange(len(labels))
