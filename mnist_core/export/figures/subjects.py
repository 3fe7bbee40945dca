"""What a figure shows: which model, recipe, images, validation or drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from mnist_core import formatting, settings
from mnist_core.data.mnist import FILES, Mnist, load_mnist
from mnist_core.drawing.strokes import Writing
from mnist_core.errors import StudioError
from mnist_core.evaluation.results import Evaluation
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import Model
from mnist_core.networks import recipes
from mnist_core.networks.recipe import Recipe
from mnist_core.runs import store
from mnist_core.runs.store import Run
from mnist_core.synthesis.augmentation import Augmentation

Split = Literal["train", "test"]
SPLIT_WORDS: dict[Split, str] = {"train": "training", "test": "test"}


class FigureError(StudioError):
    """A figure does not exist, or what it needs is missing."""


@dataclass(frozen=True)
class Learned:
    """How a model or a run has learned."""

    name: str
    words: str
    """What it is, for a caption."""
    history: Sequence[dict[str, float]]
    """A row for each epoch."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a figure shows; each figure reads those fields that `catalogue.FIGURES` names for it."""

    models: tuple[str, ...] = ()
    """By name; without one, the active model."""
    runs: tuple[str, ...] = ()
    """The ids of trainings whose curves are drawn in place of those of models."""
    recipe: Recipe = recipes.DEFAULT
    split: Split = "train"
    digits: tuple[int, ...] = ()
    """Only images of these; without one, of all."""
    index: int = 0
    """Of an image in its split."""
    augmentation: Augmentation | None = None
    """None is the recipe's."""
    seed: int = 0
    validation: str | None = None
    """The id of a K-fold validation; None is the latest."""
    writing: Writing | None = None
    """A drawing; None is the first of the pen-drawn digits at hand."""

    def opened(self) -> list[Model]:
        """Opens the models.

        Raises:
            StudioError: one is missing or damaged.
        """
        return [model_folder.Model.open(registry.folder_of(name)) for name in self.models] or [registry.active()]

    def model(self) -> Model:
        """Opens the first model.

        Raises:
            StudioError: it is missing or damaged.
        """
        return self.opened()[0]

    def images(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
        """Reads the images and labels of the split: uint8 (N, 28, 28) and uint8 (N,).

        Raises:
            StudioError: MNIST cannot be read, or has no image of that index.
        """
        mnist = load_mnist()
        images, labels = (mnist.x_train, mnist.y_train) if self.split == "train" else (mnist.x_test, mnist.y_test)
        if not 0 <= self.index < len(labels):
            last = formatting.count(len(labels) - 1)
            raise FigureError(f"There are {SPLIT_WORDS[self.split]} images 0 to {last}, but no image {self.index}.")
        return images, labels

    def learned(self) -> list["Learned"]:
        """Returns the learning curves of the runs or, without one, of the models.

        Raises:
            FigureError: a run has not finished an epoch, or a model is an ensemble.
            StudioError: a run or model is missing or damaged.
        """
        if not self.runs:
            models = self.opened()
            for model in models:
                if not model.history:
                    raise FigureError(f"{model.name} is an ensemble, so it has no learning curve.")
            return [Learned(model.name, model_words(model), model.history) for model in models]
        found = []
        for run in map(store.read, self.runs):
            if not run.track.history:
                raise FigureError(f"{run.name} has not finished an epoch yet, so it has no learning curve.")
            found.append(Learned(run.name, f"Training “{run.name}”: recipe {run.recipe.name}.", run.track.history))
        return found

    def run(self) -> Run:
        """Reads the K-fold validation.

        Raises:
            StudioError: there is none of that id, or none at all.
        """
        if self.validation is not None:
            run = store.read(self.validation)
            if run.folds is None:
                raise FigureError(f"The run “{self.validation}” is a training, not a K-fold validation.")
            return run
        runs = store.validations()
        if not runs:
            raise FigureError("No recipe has been validated by K folds yet: the command kfold or the Train page does.")
        return runs[0]


def evaluation_of(model: Model) -> Evaluation:
    """Returns all that was measured of a model.

    Raises:
        FigureError: figures are missing.
        ModelError: the model is damaged.
    """
    evaluation = Evaluation.from_json(model.evaluation)
    if evaluation is None:
        raise FigureError(
            f"Not all figures of the model “{model.name}” have been measured: the command evaluate and the Evaluation "
            "page do that."
        )
    return evaluation


def test_images(model: Model) -> Mnist:
    """Loads MNIST, if a model was tested on its test images.

    Raises:
        FigureError: it was tested on others.
        StudioError: MNIST cannot be read.
    """
    mnist, data = load_mnist(), evaluation_of(model).data
    if any(data.get(FILES[name]) != mnist.checksum(name) for name in ("x_test", "y_test")):
        raise FigureError(f"The images at hand are not those that the model “{model.name}” was tested on.")
    return mnist


def model_words(model: Model) -> str:
    """Names a model for a caption."""
    parameters = formatting.counted(model.card["parameters"], "parameter")
    return f"Model “{model.name}”: recipe {model.card['recipe']['name']}, {parameters}."


def tested_words(models: Sequence[Model]) -> str:
    """Names models and the images that they were tested on for a caption."""
    images = formatting.count(max(model.evaluation["images"] for model in models))
    return f"{' '.join(map(model_words, models))} Measured on the {images} images of the {data_name()} test set."


def data_name() -> str:
    """Names the data for a caption: MNIST, or the file or folder that `MNIST_PATH` names."""
    path = settings.mnist_path()
    return "MNIST" if path == settings.MNIST else path.name
