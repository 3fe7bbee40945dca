"""Trains a recipe's network epoch by epoch, from the beginning or from a checkpoint.

Importing this module imports Keras and TensorFlow: for training processes only.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import keras
import numpy as np

from mnist_core.data.mnist import Mnist
from mnist_core.networks import keras_models
from mnist_core.networks.architectures import PROBABILITIES
from mnist_core.networks.recipe import Recipe
from mnist_core.training import devices, teachers
from mnist_core.training.batches import Images, Labels, TrainingSequence, samples
from mnist_core.training.checkpoints import Checkpoint, Checkpoints
from mnist_core.training.own_drawings import OwnDrawings
from mnist_core.training.progress import Progress

PREDICT_BATCH = 500

Report = Callable[[Progress], None]


@dataclass(frozen=True)
class Division:
    """The training images, divided in those to learn from and those to validate with, which may be none."""

    x_train: Images
    y_train: Labels
    x_val: Images
    y_val: Labels

    @classmethod
    def of(cls, mnist: Mnist, recipe: Recipe) -> "Division":
        """Divides MNIST as a recipe wants it; one that validates on the test images, or not, learns from all others."""
        match recipe.validation:
            case "split":
                return cls(*mnist.split_validation(recipe.validation_fraction, recipe.seed))
            case "test":
                return cls(mnist.x_train, mnist.y_train, mnist.x_test, mnist.y_test)
            case "none":
                return cls(mnist.x_train, mnist.y_train, mnist.x_train[:0], mnist.y_train[:0])

    @classmethod
    def of_own(cls, own: OwnDrawings, mnist: Mnist, recipe: Recipe) -> "Division":
        """Returns kept drawings of digits as all training images; what validates is MNIST's, as the recipe wants it."""
        images, labels = own.learned
        without = replace(cls.of(mnist, recipe), x_train=images[:0], y_train=labels[:0])
        return without.with_own(replace(own, held_back=own.held_back | (own.labels < 0)), recipe.own_shown)

    def with_own(self, own: OwnDrawings, shown: int) -> "Division":
        """Returns the division with kept drawings among the training images, each so many times."""
        images, labels = own.learned
        return replace(
            self,
            x_train=np.concatenate([self.x_train, *[images] * shown]),
            y_train=np.concatenate([self.y_train.astype(np.int64), *[labels] * shown]),
        )

    @property
    def validates(self) -> bool:
        """Whether there is something to validate with."""
        return len(self.y_val) > 0


def fit(recipe: Recipe, division: Division, report: Report, checkpoints: Checkpoints | None = None) -> Checkpoint:
    """Trains a recipe's network through all its epochs.

    Args:
        recipe: what to train.
        division: what to learn from and what to validate with.
        report: called after every batch and every epoch.
        checkpoints: where to keep the state after every epoch, and to go on from where it holds one.

    Returns:
        Where the training stands after its last epoch.

    Raises:
        ImpossibleRecipe: the recipe asks a network for what it cannot do.
        ModelError: a checkpoint could not be written, or the teacher is missing or damaged.
        GpuError: a GPU was chosen that is not there.
    """
    devices.use()
    keras.utils.set_random_seed(recipe.seed)
    before = checkpoints.load() if checkpoints else None
    done = len(before.history) if before else 0
    teacher = teachers.of(recipe)
    training = TrainingSequence(recipe, division.x_train, division.y_train, teacher)
    if before is None:
        model = keras_models.build(recipe)
        keras_models.compile_for(model, recipe, steps=len(training) * recipe.epochs)
        before = Checkpoint(model, [], datetime.now(UTC).isoformat(timespec="seconds"))
    recorder = Recorder(before, recipe.epochs, len(training), report, checkpoints)
    if done < recipe.epochs:
        before.model.fit(
            training,
            shuffle=False,  # the sequence does, in a way that an interrupted training takes up again
            initial_epoch=done,
            epochs=recipe.epochs,
            validation_data=samples(recipe, division.x_val, division.y_val, teacher) if division.validates else None,
            validation_batch_size=PREDICT_BATCH,
            verbose=0,
            callbacks=[recorder, keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, _: training.begin(epoch))],
        )
    return recorder.checkpoint()


class Recorder(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no type hints
    """Keeps the learning curves and the training's state, and reports how far it is."""

    def __init__(
        self, before: Checkpoint, epochs: int, batches: int, report: Report, checkpoints: Checkpoints | None
    ) -> None:
        super().__init__()
        self._before, self._history = before, list(before.history)
        self._epochs, self._batches, self._report, self._checkpoints = epochs, batches, report, checkpoints

    def checkpoint(self) -> Checkpoint:
        """Returns where the training stands."""
        return Checkpoint(self._before.model, self._history, self._before.started)

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._epoch_started = time.monotonic()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        # Keras counts full calls of several batches, the last one of an epoch as well.
        self._tell(len(self._history) + 1, min(batch + 1, self._batches), readable(logs))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        row = {
            "epoch": epoch + 1,
            **readable(logs),
            "learning_rate": float(self.model.optimizer.learning_rate),
            "seconds": round(time.monotonic() - self._epoch_started, 2),
        }
        self._history.append(row)
        if self._checkpoints:
            self._checkpoints.save(self.checkpoint())
        self._tell(epoch + 1, self._batches, row, ends_epoch=True)

    def _tell(self, epoch: int, batch: int, values: dict[str, float], *, ends_epoch: bool = False) -> None:
        self._report(Progress(epoch, self._epochs, batch, self._batches, values, ends_epoch))


def readable(logs: dict[str, float] | None) -> dict[str, float]:
    """Names the losses and accuracies of the digits alike for networks with one output and with two."""
    logs = logs or {}
    part = f"{PROBABILITIES}_" if f"{PROBABILITIES}_loss" in logs else ""
    names = {f"{prefix}{part}{value}": prefix + value for prefix in ("", "val_") for value in ("loss", "accuracy")}
    return {names[name]: float(value) for name, value in logs.items() if name in names}
