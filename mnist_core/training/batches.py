"""What networks learn from, batch by batch: images, targets, and how much each counts.

Importing this module imports Keras: for training processes only.
"""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from mnist_core.networks import architectures
from mnist_core.networks.architectures import DIGIT_SCORE, MULTI_DIGIT_SCORE, PROBABILITIES, SCORES
from mnist_core.networks.recipe import Recipe
from mnist_core.synthesis import handwriting, non_digits
from mnist_core.synthesis.augmentation import Augmentation

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.integer]
Float32 = npt.NDArray[np.float32]


def to_pixels(images: Images) -> Float32:
    """Returns images as networks take them: uint8 (N, 28, 28) -> float32 (N, 28, 28, 1), 0 to 255."""
    return images[..., np.newaxis].astype(np.float32)


def samples(recipe: Recipe, images: Images, labels: Labels) -> tuple[Any, ...]:
    """Returns the inputs and targets of a recipe's network, as Keras takes them.

    Args:
        recipe: says how labels are written.
        images: uint8 (N, 28, 28).
        labels: (N,): the digits, or what `mnist_core.synthesis.non_digits` calls what is none.

    Returns:
        Pixels and targets; for a network with scores a dictionary of targets, and one of how much each sample counts
        for each output: which digit it is, is not asked of what is none.
    """
    is_digit = labels >= 0
    digits = np.where(is_digit, labels, 0)
    targets = np.eye(10, dtype=np.float32)[digits] if recipe.one_hot else digits
    if not architectures.of(recipe).scores:
        return to_pixels(images), targets
    return (
        to_pixels(images),
        {
            PROBABILITIES: targets,
            DIGIT_SCORE: is_digit[:, np.newaxis].astype(np.float32),
            MULTI_DIGIT_SCORE: (labels == non_digits.NUMBER)[:, np.newaxis].astype(np.float32),
        },
        {PROBABILITIES: is_digit.astype(np.float32), **{name: np.ones(len(labels), np.float32) for name in SCORES}},
    )


class TrainingSequence(keras.utils.PyDataset):  # type: ignore[misc]  # Keras has no type hints
    """The training images, in a new order and newly varied every epoch, with what a recipe mixes among them.

    That is digits in all the forms in which people write them, and drawings that are no digits; no two are alike, as
    every batch has its own. Batches are made in other threads while the network learns from those before. Each has a
    random generator of its own, so that the result does not depend on who makes it when, nor on whether a training was
    interrupted.
    """

    def __init__(self, recipe: Recipe, images: Images, labels: Labels) -> None:
        # With one worker, Keras turns on tf.data's autotuning, whose thread may hold up the end of an epoch for as long
        # as the epoch took.
        super().__init__(workers=2, max_queue_size=16)
        self._recipe, self._images, self._labels = recipe, images, labels.astype(np.int64)
        self._varied = recipe.augmentation != Augmentation()
        self._share = max(1, round(recipe.batch_size / (1 + recipe.handwritten + recipe.doodles)))
        self.begin(0)

    def begin(self, epoch: int) -> None:
        """Moves on to an epoch, counted from 0. Keras does not tell which one it is, so its callbacks have to."""
        self._epoch = epoch
        self._order = np.random.default_rng([self._recipe.seed, 1, epoch]).permutation(len(self._labels))

    def __len__(self) -> int:
        return -(-len(self._labels) // self._share)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        chosen = self._order[index * self._share : (index + 1) * self._share]
        rng = np.random.default_rng([self._recipe.seed, 2, self._epoch, index])
        images, labels = self._images[chosen], self._labels[chosen]
        if written := round(len(chosen) * self._recipe.handwritten):
            more_images, more_labels = handwriting.digits(written, rng)
            images, labels = np.concatenate([images, more_images]), np.concatenate([labels, more_labels])
        if drawn := round(len(chosen) * self._recipe.doodles):
            more_images, more_labels = non_digits.draw(drawn, rng, images)
            images, labels = np.concatenate([images, more_images]), np.concatenate([labels, more_labels])
        if self._varied:
            images = self._recipe.augmentation.apply(images, rng)
        return samples(self._recipe, images, labels)
