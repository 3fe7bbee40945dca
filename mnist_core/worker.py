"""The process of a run: trains or validates what was asked for, and writes how that ended.

Keras and TensorFlow are imported here, after the process has told that it is there.
"""

import errno
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from mnist_core import control, kfold, progress, registry, runs
from mnist_core.data import Mnist, load_mnist
from mnist_core.errors import StudioError
from mnist_core.recipes import Recipe

NICENESS = 19  # whatever else wants the processor, drawing above all, comes first
FULL = {
    errno.ENOSPC: "the disk is full.",
    errno.EDQUOT: "the disk quota is used up.",
    errno.EFBIG: "a file grew larger than this system allows.",
}
NO_MEMORY = ("MemoryError", "ResourceExhaustedError")

Listener = Callable[[progress.Progress], None]

log = logging.getLogger(__name__)


class Train(Protocol):
    """A function like `mnist_core.training.train`."""

    def __call__(
        self,
        recipe: Recipe,
        mnist: Mnist,
        folder: Path,
        report: Listener,
        *,
        checkpoints: Path,
    ) -> registry.Model: ...


def carry_out(id_: str, train: Train | None = None, train_fold: kfold.TrainFold | None = None) -> runs.Run:
    """Does what a run asks for, in this process, and gives the run with its outcome.

    Args:
        id_: which run.
        train: what trains; by default `mnist_core.training.train`.
        train_fold: what trains a fold; by default Keras as well.

    Raises:
        RunError: there is no such run.
    """
    os.nice(NICENESS)
    logging.basicConfig(format="%(asctime)s  %(message)s", datefmt="%H:%M:%S", level=logging.INFO, stream=sys.stderr)
    run = runs.read(id_)
    with _outcome_written(run):
        accuracy = _train(run, train) if run.folds is None else _validate(run, run.folds, train_fold)
        control.finish(run, accuracy)
        log.info("Finished: %.2f %% read right", 100 * accuracy)
    return runs.read(id_)


def _train(run: runs.Run, train: Train | None) -> float:
    """Trains in the run's folder and moves the whole model to the others; gives its accuracy on the test images."""
    if (model := runs.model_of(run)) is None:
        with _telling(run) as writer:
            listeners: list[Listener] = []
            if train is None:
                _tell(writer, "Loading TensorFlow")
                train = _keras_training()
                listeners.append(_curves(run))
            mnist = _images(run, writer)
            report = _reporter(run, writer, listeners)
            folder = run.folder / runs.MODEL / run.name
            train(run.recipe, mnist, folder, report, checkpoints=run.folder / runs.CHECKPOINTS)
        model = control.keep_model(run)
    return float(model.evaluation["accuracy"])


def _validate(run: runs.Run, folds: int, train_fold: kfold.TrainFold | None) -> float:
    """Trains the folds that are still missing; gives the mean of all accuracies."""
    with _telling(run) as writer:
        if train_fold is None:
            _tell(writer, "Loading TensorFlow")
            _keras_training()
        mnist = _images(run, writer)
        report = _reporter(run, writer)
        validation = kfold.validate(
            run.recipe,
            mnist,
            folds,
            run.folder / runs.FOLDS,
            lambda fold, step: report(kfold.whole(run.recipe, folds, fold, step)),
            train=train_fold,
        )
    return float(validation.mean or 0.0)


@contextmanager
def _telling(run: runs.Run) -> Iterator[progress.Writer]:
    """Gives what writes the run's progress."""
    writer = progress.Writer(run.folder / runs.PROGRESS)
    _tell(writer, progress.BEGIN)
    yield writer
    writer.close()


def _images(run: runs.Run, writer: progress.Writer) -> Mnist:
    """Loads the images that a run shall learn from."""
    _tell(writer, "Loading MNIST")
    mnist = load_mnist().part(run.subset)
    _tell(writer, "Preparing the network")
    return mnist


def _reporter(run: runs.Run, writer: progress.Writer, listeners: Sequence[Listener] = ()) -> Listener:
    """Gives what tells of every step, and writes every epoch's end into the log."""

    def report(step: progress.Progress) -> None:
        writer(step)
        for listener in listeners:
            listener(step)
        if "val_loss" in step.values:
            values = ", ".join(f"{name} {value:.4g}" for name, value in step.values.items() if name != "epoch")
            log.info("%s: %s", runs.place(run, step).capitalize(), values)
            if run.folds is None and step.epoch == step.epochs:
                _tell(writer, "Testing and saving")

    return report


def _keras_training() -> Train:
    os.environ["KERAS_BACKEND"] = "tensorflow"
    from mnist_core.training import train

    return train


def _curves(run: runs.Run) -> Listener:
    from mnist_core.tensorboard import Curves

    return Curves(run.folder / runs.TENSORBOARD)


def _tell(writer: progress.Writer, phase: str) -> None:
    writer.phase(phase)
    log.info("%s", phase)


@contextmanager
def _outcome_written(run: runs.Run) -> Iterator[None]:
    """Writes why a run failed, if it does."""
    try:
        yield
    except Exception as error:
        log.exception("The training failed.")
        shutil.rmtree(run.folder / runs.MODEL, ignore_errors=True)
        control.fail(run, reason_of(error))


def reason_of(error: Exception) -> str:
    """Says why a training failed, as the rest of a sentence."""
    origin: BaseException | None = error
    while origin is not None:  # what refuses to write is told on with longer words
        if isinstance(origin, OSError) and origin.errno in FULL:
            return FULL[origin.errno]
        origin = origin.__cause__
    if isinstance(error, StudioError):
        return str(error)
    if any(kind.__name__ in NO_MEMORY for kind in type(error).__mro__):
        return "the memory is used up. A smaller batch size needs less."
    first_line = next(iter(str(error).strip().splitlines()), "")
    return f"{type(error).__name__}: {first_line}".removesuffix(": ")
