"""Trains a recipe's network and writes what came out as a model folder.

Importing this module imports Keras and TensorFlow: for training processes only. The test images are looked at once,
after the last epoch; every choice before that is made on the validation split of the training images.
"""

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from mnist_core import doodles, networks, registry
from mnist_core.data import Mnist
from mnist_core.evaluation import evaluate
from mnist_core.networks import DIGIT_SCORE, PROBABILITIES
from mnist_core.recipes import Recipe
from mnist_core.recognizer import Network

WARM_UP = 0.1  # of all steps: while the learning rate rises
PREDICT_BATCH = 500
TURNED_AWAY = 0.002  # of the validation digits, at most, fall below the shipped threshold of the digit score

Images = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Progress:
    """Where a training stands."""

    epoch: int
    """From 1."""
    epochs: int
    batch: int
    """From 1."""
    batches: int
    values: dict[str, float]
    """`loss` and `accuracy` so far in this epoch; after its last batch `val_loss` and `val_accuracy` as well."""


Report = Callable[[Progress], None]


def train(recipe: Recipe, mnist: Mnist, folder: Path, report: Report, *, replace: bool = False) -> registry.Model:
    """Trains a network and writes it as a model folder.

    Args:
        recipe: what to train.
        mnist: what to train and test on.
        folder: where the model shall lie; its last part is the model's name.
        report: called after every batch and every epoch.
        replace: whether a model that lies there already is replaced.

    Raises:
        ModelError: there is a model of that name already.
    """
    with registry.writing(folder, replace=replace) as temporary:
        keras.utils.set_random_seed(recipe.seed)
        x_train, y_train, x_val, y_val = mnist.split_validation(recipe.validation_fraction, recipe.seed)
        training = TrainingSequence(recipe, x_train, y_train)
        model = networks.build(recipe)
        compile_for(model, recipe, steps=len(training) * recipe.epochs)
        recorder = Recorder(recipe.epochs, len(training), report)
        started = datetime.now(UTC)
        model.fit(
            training,
            epochs=recipe.epochs,
            validation_data=(to_pixels(x_val), targets(y_val), weights(np.ones(len(y_val)))),
            validation_batch_size=PREDICT_BATCH,
            verbose=0,
            callbacks=[recorder],
        )
        seconds = (datetime.now(UTC) - started).total_seconds()
        temperature = calibrate(model, x_val, y_val)
        keras.Model(model.inputs, model.output, name=model.name).save(temporary / registry.KERAS_MODEL)  # no optimiser
        model.export(temporary / registry.NETWORK, format="litert", verbose=False)

        network = Network((temporary / registry.NETWORK).read_bytes())
        _, scores = network(x_val)
        digit_threshold = min(0.5, float(np.quantile(scores, TURNED_AWAY)))
        evaluation = evaluate(*network(mnist.x_test), mnist.y_test, digit_threshold)
        registry.write_json(temporary / registry.HISTORY, recorder.history)
        registry.write_json(temporary / registry.EVALUATION, evaluation.to_json())
        registry.write_json(
            temporary / registry.CARD,
            {
                "name": folder.name,
                "recipe": recipe.to_json(),
                "parameters": model.count_params(),
                "trained": {
                    "started": started.isoformat(timespec="seconds"),
                    "seconds": round(seconds, 1),
                    "machine": machine(),
                    "images": len(x_train),
                    "validation_images": len(x_val),
                },
                "temperature": temperature,
                "digit_threshold": digit_threshold,
                "data": mnist.checksums,
                "files": {
                    name: {"bytes": (temporary / name).stat().st_size, "sha256": registry.sha256(temporary / name)}
                    for name in (registry.NETWORK, registry.KERAS_MODEL)
                },
                "versions": {
                    "python": platform.python_version(),
                    **{name: version(name) for name in ("tensorflow", "keras", "ai-edge-litert", "numpy")},
                },
            },
        )
    return registry.Model.open(folder)


def compile_for(model: keras.Model, recipe: Recipe, steps: int) -> None:
    """Gives a model the recipe's losses and its optimiser with a rising and falling learning rate."""
    rising = max(1, round(WARM_UP * steps))
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=recipe.learning_rate / 20,
        warmup_target=recipe.learning_rate,
        warmup_steps=rising,
        decay_steps=max(1, steps - rising),
        alpha=1e-3,
    )
    model.compile(
        optimizer=keras.optimizers.AdamW(schedule, weight_decay=recipe.weight_decay),
        loss={
            PROBABILITIES: keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing),
            DIGIT_SCORE: keras.losses.BinaryCrossentropy(),
        },
        loss_weights={PROBABILITIES: 1.0, DIGIT_SCORE: 0.2},
        weighted_metrics={PROBABILITIES: [keras.metrics.CategoricalAccuracy(name="accuracy")], DIGIT_SCORE: []},
    )


def to_pixels(images: Images) -> npt.NDArray[np.float32]:
    """Gives images as networks take them: uint8 (N, 28, 28) -> float32 (N, 28, 28, 1), 0 to 255."""
    return images[..., np.newaxis].astype(np.float32)


def targets(labels: npt.NDArray[np.integer]) -> dict[str, npt.NDArray[np.float32]]:
    """Gives what the two outputs should be; a label of -1 is no digit."""
    is_digit = labels >= 0
    one_hot = np.eye(10, dtype=np.float32)[np.where(is_digit, labels, 0)]
    return {PROBABILITIES: one_hot, DIGIT_SCORE: is_digit[:, np.newaxis].astype(np.float32)}


def weights(is_digit: npt.NDArray[Any]) -> dict[str, npt.NDArray[np.float32]]:
    """Gives how much each sample counts for each output: which digit it is, is not asked of what is none."""
    return {PROBABILITIES: is_digit.astype(np.float32), DIGIT_SCORE: np.ones(len(is_digit), np.float32)}


class TrainingSequence(keras.utils.PyDataset):  # type: ignore[misc]  # Keras has no type hints
    """The training images, in a new order and newly varied every epoch, with drawings that are no digits among them.

    Batches are made in another thread while the network learns from the one before. Each has a random generator of its
    own, so that the result does not depend on who makes it when.
    """

    def __init__(self, recipe: Recipe, images: Images, labels: npt.NDArray[np.uint8]) -> None:
        super().__init__(workers=1, max_queue_size=16)
        self._recipe = recipe
        rng = np.random.default_rng([recipe.seed, 0])
        none = doodles.draw(round(len(images) * recipe.doodles), rng, images) if recipe.doodles else images[:0]
        self._images = np.concatenate([images, none])
        self._labels = np.concatenate([labels.astype(np.int64), np.full(len(none), -1)])
        self._epoch = -1
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        self._epoch += 1
        self._order = np.random.default_rng([self._recipe.seed, 1, self._epoch]).permutation(len(self._labels))

    def __len__(self) -> int:
        return -(-len(self._labels) // self._recipe.batch_size)

    def __getitem__(self, index: int) -> tuple[npt.NDArray[np.float32], dict[str, Any], dict[str, Any]]:
        chosen = self._order[index * self._recipe.batch_size : (index + 1) * self._recipe.batch_size]
        rng = np.random.default_rng([self._recipe.seed, 2, self._epoch, index])
        labels = self._labels[chosen]
        images = self._recipe.augmentation.apply(self._images[chosen], rng)
        return to_pixels(images), targets(labels), weights(labels >= 0)


class Recorder(keras.callbacks.Callback):  # type: ignore[misc]
    """Keeps the learning curves and tells how far the training is."""

    def __init__(self, epochs: int, batches: int, report: Report) -> None:
        super().__init__()
        self.history: list[dict[str, float]] = []
        self._epochs, self._batches, self._report = epochs, batches, report

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._started = time.monotonic()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self._tell(len(self.history) + 1, batch + 1, _readable(logs))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        row = {
            "epoch": epoch + 1,
            **_readable(logs),
            "learning_rate": float(self.model.optimizer.learning_rate),
            "seconds": round(time.monotonic() - self._started, 2),
        }
        self.history.append(row)
        self._tell(epoch + 1, self._batches, row)

    def _tell(self, epoch: int, batch: int, values: dict[str, float]) -> None:
        self._report(Progress(epoch, self._epochs, batch, self._batches, values))


def _readable(logs: dict[str, float] | None) -> dict[str, float]:
    """Names the losses and accuracies of the digits as for a network with one output."""
    names = {f"{prefix}{PROBABILITIES}_{value}": prefix + value for prefix in ("", "val_") for value in VALUES}
    return {names[name]: float(value) for name, value in (logs or {}).items() if name in names}


VALUES = ("loss", "accuracy")


def calibrate(model: keras.Model, images: Images, labels: npt.NDArray[np.integer]) -> float:
    """Makes a network as sure as it is right, by temperature scaling (Guo et al. 2017).

    The temperature is the one with the least cross-entropy on validation images. It is divided into the weights of the
    last layer, so that the model's probabilities are calibrated wherever it is used.

    Returns:
        The temperature; above 1 the network had been too sure.
    """
    last = model.get_layer(PROBABILITIES)
    kernel, bias = last.get_weights()
    features = keras.Model(model.inputs, last.input).predict(to_pixels(images), batch_size=PREDICT_BATCH, verbose=0)
    logits = features @ kernel + bias

    def cross_entropy(temperature: float) -> float:
        log_probabilities = special.log_softmax(logits / temperature, axis=1)
        return float(-log_probabilities[np.arange(len(labels)), labels].mean())

    temperature = float(optimize.minimize_scalar(cross_entropy, bounds=(0.1, 10), method="bounded").x)
    last.set_weights([kernel / temperature, bias / temperature])
    return temperature


def machine() -> str:
    """Describes this machine for a model's card."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPU cores"
