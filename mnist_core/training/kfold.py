"""K-fold validation: trains a recipe K times, each time without another K-th of the training images to judge it by.

The mean accuracy says how good the recipe is, the standard deviation how much of that is chance. The test images play
no part. A fold's result is a file in a folder, so that an interrupted validation goes on after its last whole fold:

    plan.json        what is validated: recipe, number of folds, checksums of the data
    fold-1.json      what came out, with the learning curves

Keras is imported only where a fold has to be trained. How a validation becomes a process of its own is the business of
`mnist_core.runs.control`.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypedDict

import numpy as np
import numpy.typing as npt

from mnist_core import files
from mnist_core.data.mnist import CLASSES, Mnist
from mnist_core.errors import StudioError
from mnist_core.networks.recipe import Recipe
from mnist_core.shapes import conform
from mnist_core.training.progress import Progress

PLAN = "plan.json"

Report = Callable[[int, Progress], None]
"""Called with the fold, from 1, and where its training stands."""

Indices = npt.NDArray[np.intp]


class KFoldError(StudioError):
    """A validation cannot be carried out, or its results cannot be read or written."""


@dataclass(frozen=True)
class Fold:
    """What came out of one fold."""

    number: int
    """From 1."""
    images: int
    """How many were held out."""
    accuracy: float
    """On these, after the last epoch."""
    loss: float
    seconds: float
    history: list[dict[str, float]]
    """The learning curves, a row an epoch."""


class _Plan(TypedDict):
    recipe: dict[str, Any]
    folds: int
    data: dict[str, str]


class TrainFold(Protocol):
    """Trains one fold."""

    def __call__(self, recipe: Recipe, mnist: Mnist, number: int, held_out: Indices, report: Report) -> Fold: ...


@dataclass(frozen=True)
class Validation:
    """A K-fold validation, as far as it has come."""

    recipe: Recipe
    folds: int
    """How many there shall be."""
    finished: tuple[Fold, ...]
    data: dict[str, str]
    """The checksums of the data, as in `Mnist.checksums`."""

    @property
    def is_finished(self) -> bool:
        """Whether no fold is missing."""
        return len(self.finished) == self.folds

    @property
    def mean(self) -> float | None:
        """The mean accuracy of the finished folds."""
        return statistics.fmean(fold.accuracy for fold in self.finished) if self.finished else None

    @property
    def standard_deviation(self) -> float | None:
        """The standard deviation of their accuracies; None before the second."""
        return statistics.stdev(fold.accuracy for fold in self.finished) if len(self.finished) > 1 else None

    def to_json(self) -> dict[str, Any]:
        """Returns the validation as a dictionary for programs."""
        return {
            "recipe": self.recipe.to_json(),
            "folds": self.folds,
            "mean": self.mean,
            "standard_deviation": self.standard_deviation,
            "finished": [asdict(fold) for fold in self.finished],
        }


def validate(
    recipe: Recipe, mnist: Mnist, folds: int, folder: Path, report: Report, *, train: TrainFold | None = None
) -> Validation:
    """Trains and judges every fold that the folder does not hold yet.

    Args:
        recipe: what to validate; its own way of validating is left aside.
        mnist: whose training images are divided.
        folds: how many parts they are divided in.
        folder: where results lie or shall lie; one folder for one validation.
        report: called after every batch and every epoch.
        train: what trains a fold; by default Keras.

    Raises:
        KFoldError: the images cannot be divided so, or the folder belongs to another validation or cannot be written.
        ImpossibleRecipe: the recipe asks a network for what it cannot do.
    """
    parts = divide(mnist.y_train, folds, recipe.seed)
    asked = Validation(recipe, folds, (), mnist.checksums)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / PLAN).exists():
            files.write_json(folder / PLAN, {"recipe": recipe.to_json(), "folds": folds, "data": mnist.checksums})
        elif replace(read(folder), finished=()) != asked:
            raise KFoldError(f"The folder {folder} holds the results of another validation, or of other images.")
        for number, held_out in enumerate(parts, start=1):
            if not (folder / f"fold-{number}.json").exists():
                fold = (train or _train)(recipe, mnist, number, held_out, report)
                files.write_json(folder / f"fold-{number}.json", asdict(fold))
    except OSError as error:
        raise KFoldError(f"The results cannot be written to {folder}: {error.strerror or error}.") from error
    return read(folder)


def read(folder: Path) -> Validation:
    """Reads what a folder holds of a validation.

    Raises:
        KFoldError: it holds none, or a damaged one.
    """
    try:
        plan = conform(_read(folder / PLAN), _Plan)
        finished = (conform(_read(result), Fold) for result in folder.glob("fold-*.json"))
        in_order = sorted(finished, key=lambda fold: fold.number)
        return Validation(Recipe.from_json(plan["recipe"]), plan["folds"], tuple(in_order), plan["data"])
    except (OSError, ValueError) as error:
        raise KFoldError(f"The validation in {folder} is damaged ({error}): remove that folder.") from error


def forget(folder: Path) -> None:
    """Removes a validation's files, so that it can begin anew.

    Raises:
        KFoldError: they cannot be removed.
    """
    try:
        for file in (folder / PLAN, *folder.glob("fold-*.json")):
            file.unlink(missing_ok=True)
    except OSError as error:
        raise KFoldError(f"The results in {folder} cannot be removed: {error.strerror}.") from error


def whole(recipe: Recipe, folds: int, fold: int, progress: Progress) -> Progress:
    """Converts a fold's progress to that of the whole: one training with the epochs of all folds in turn."""
    return replace(progress, epoch=(fold - 1) * recipe.epochs + progress.epoch, epochs=folds * recipe.epochs)


def within(recipe: Recipe, progress: Progress) -> tuple[int, Progress]:
    """Converts the whole's progress to a fold, counted from 1, and that fold's progress."""
    before, epoch = divmod(progress.epoch - 1, recipe.epochs)
    return before + 1, replace(progress, epoch=epoch + 1, epochs=recipe.epochs)


def verdict(validation: Validation) -> str:
    """Returns a sentence about what mean and standard deviation mean; empty before there are two folds."""
    if validation.mean is None or validation.standard_deviation is None:
        return ""
    points = 100 * validation.standard_deviation
    held_out = statistics.fmean(fold.images for fold in validation.finished)
    learned_from = round(held_out * (validation.folds - 1))
    return (
        f"Trained on {learned_from:,} images, expect {validation.recipe.name} to read {100 * validation.mean:.2f} % of "
        f"digits that it has not seen, give or take {points:.2f} points from one training to the next: against another "
        "recipe, a smaller difference may be chance."
    )


def divide(labels: npt.NDArray[np.integer], folds: int, seed: int) -> list[Indices]:
    """Divides indices at random into parts of the same size that have the same share of each label.

    Args:
        labels: (N,).
        folds: how many parts.
        seed: the same seed gives the same parts.

    Returns:
        For each part its indices in ascending order.

    Raises:
        KFoldError: there are fewer than two parts, or fewer images than parts.
    """
    if not 2 <= folds <= len(labels):
        raise KFoldError(f"{len(labels):,} training images can be divided in 2 to {len(labels):,} folds, not {folds}.")
    rng = np.random.default_rng(seed)
    by_label = np.concatenate([rng.permutation(np.flatnonzero(labels == label)) for label in range(CLASSES)])
    return [np.sort(by_label[first::folds]) for first in range(folds)]


def _train(recipe: Recipe, mnist: Mnist, number: int, held_out: Indices, report: Report) -> Fold:
    from mnist_core.training import fitting

    learned = np.ones(len(mnist.y_train), bool)
    learned[held_out] = False
    division = fitting.Division(
        mnist.x_train[learned], mnist.y_train[learned], mnist.x_train[held_out], mnist.y_train[held_out]
    )
    started = time.monotonic()
    trained = fitting.fit(recipe, division, lambda progress: report(number, progress))
    last = trained.history[-1]
    seconds = round(time.monotonic() - started, 1)
    return Fold(number, len(held_out), last["val_accuracy"], last["val_loss"], seconds, trained.history)


def _read(path: Path) -> Any:
    try:
        return files.read_json(path)
    except FileNotFoundError as error:
        raise KFoldError(f"There is no validation in {path.parent}: {path.name} is missing.") from error
    except (OSError, ValueError) as error:
        raise KFoldError(f"The validation in {path.parent} is damaged ({error}): remove that folder.") from error
