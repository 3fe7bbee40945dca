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
from mnist_core.training.teachers import READERS, Teacher

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.integer]
Float32 = npt.NDArray[np.float32]


def to_pixels(images: Images) -> Float32:
    """Returns images as networks take them: uint8 (N, 28, 28) -> float32 (N, 28, 28, 1), 0 to 255."""
    return images[..., np.newaxis].astype(np.float32)


def samples(recipe: Recipe, images: Images, labels: Labels, teacher: Teacher | None = None) -> tuple[Any, ...]:
    """Returns the inputs and targets of a recipe's network, as Keras takes them.

    Args:
        recipe: says how labels are written.
        images: uint8 (N, 28, 28).
        labels: (N,): the digits, or what `mnist_core.synthesis.non_digits` calls what is none.
        teacher: whose outputs are learned as well; then a digit's target is what
            `mnist_core.networks.distillation` takes, and scores lie between the label's and the teacher's.

    Returns:
        Pixels and targets; for a network with scores a dictionary of targets, and one of how much each sample counts
        for each output: which digit it is, is not asked of what is none.
    """
    is_digit = labels >= 0
    digits = np.where(is_digit, labels, 0)
    one_hot = np.eye(10, dtype=np.float32)[digits]
    taught = None if teacher is None else teacher(images)
    if taught is not None:
        targets = np.concatenate([one_hot, taught.logits], axis=1)
    else:
        targets = one_hot if recipe.one_hot else digits

    def score(said: npt.NDArray[np.bool_], by_teacher: Float32 | None) -> Float32:
        """Returns the target of a score, of which binary cross-entropy makes the same as of both by their shares."""
        if by_teacher is not None:
            said = (1 - recipe.teacher_share) * said + recipe.teacher_share * by_teacher
        return said[:, np.newaxis].astype(np.float32)

    if not architectures.of(recipe).scores:
        return to_pixels(images), targets
    return (
        to_pixels(images),
        {
            PROBABILITIES: targets,
            DIGIT_SCORE: score(is_digit, taught and taught.digit_scores),
            MULTI_DIGIT_SCORE: score(labels == non_digits.NUMBER, taught and taught.multi_digit_scores),
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

    def __init__(self, recipe: Recipe, images: Images, labels: Labels, teacher: Teacher | None = None) -> None:
        # With one worker, Keras turns on tf.data's autotuning, whose thread may hold up the end of an epoch for as long
        # as the epoch took.
        super().__init__(workers=READERS, max_queue_size=16)
        self._recipe, self._images, self._labels = recipe, images, labels.astype(np.int64)
        self._teacher = teacher
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
        return samples(self._recipe, images, labels, self._teacher)
