"""What networks learn from, batch by batch: images, targets, and how much each counts.

Importing this module imports Keras: for training processes only.
"""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from mnist_core import architectures, doodles
from mnist_core.architectures import DIGIT_SCORE, PROBABILITIES
from mnist_core.augmentation import Augmentation
from mnist_core.recipes import Recipe

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.integer]
Float32 = npt.NDArray[np.float32]


def to_pixels(images: Images) -> Float32:
    """Gives images as networks take them: uint8 (N, 28, 28) -> float32 (N, 28, 28, 1), 0 to 255."""
    return images[..., np.newaxis].astype(np.float32)


def samples(recipe: Recipe, images: Images, labels: Labels) -> tuple[Any, ...]:
    """Gives what a recipe's network takes and what it should give, as Keras wants it.

    Args:
        recipe: says how labels are written.
        images: uint8 (N, 28, 28).
        labels: (N,): the digits; -1 is no digit.

    Returns:
        Pixels and targets; for a network with a digit score a dictionary of targets, and one of how much each sample
        counts for each output: which digit it is, is not asked of what is none.
    """
    is_digit = labels >= 0
    digits = np.where(is_digit, labels, 0)
    targets = np.eye(10, dtype=np.float32)[digits] if recipe.one_hot else digits
    if not architectures.of(recipe).digit_score:
        return to_pixels(images), targets
    return (
        to_pixels(images),
        {PROBABILITIES: targets, DIGIT_SCORE: is_digit[:, np.newaxis].astype(np.float32)},
        {PROBABILITIES: is_digit.astype(np.float32), DIGIT_SCORE: np.ones(len(labels), np.float32)},
    )


class TrainingSequence(keras.utils.PyDataset):  # type: ignore[misc]  # Keras has no type hints
    """The training images, in a new order and newly varied every epoch, with drawings that are no digits among them.

    Batches are made in another thread while the network learns from the one before. Each has a random generator of its
    own, so that the result does not depend on who makes it when, nor on whether a training was interrupted.
    """

    def __init__(self, recipe: Recipe, images: Images, labels: Labels) -> None:
        super().__init__(workers=1, max_queue_size=16)
        self._recipe = recipe
        self._varied = recipe.augmentation != Augmentation()
        rng = np.random.default_rng([recipe.seed, 0])
        none = doodles.draw(round(len(images) * recipe.doodles), rng, images) if recipe.doodles else images[:0]
        self._images = np.concatenate([images, none])
        self._labels = np.concatenate([labels.astype(np.int64), np.full(len(none), -1)])
        self.begin(0)

    def begin(self, epoch: int) -> None:
        """Goes over to an epoch, counted from 0. Keras does not tell which one it is, so its callbacks have to."""
        self._epoch = epoch
        self._order = np.random.default_rng([self._recipe.seed, 1, epoch]).permutation(len(self._labels))

    def __len__(self) -> int:
        return -(-len(self._labels) // self._recipe.batch_size)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        chosen = self._order[index * self._recipe.batch_size : (index + 1) * self._recipe.batch_size]
        images = self._images[chosen]
        if self._varied:
            rng = np.random.default_rng([self._recipe.seed, 2, self._epoch, index])
            images = self._recipe.augmentation.apply(images, rng)
        return samples(self._recipe, images, self._labels[chosen])
