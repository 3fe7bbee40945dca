"""A model that is reported on, with all that is known of it; what is missing raises a sentence."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from mnist_core import settings
from mnist_core.data.mnist import Mnist, load_mnist
from mnist_core.errors import StudioError
from mnist_core.evaluation import drawn
from mnist_core.evaluation.drawn import Drawn
from mnist_core.evaluation.measured import Measured
from mnist_core.evaluation.pairs import require_same_images, tested_on
from mnist_core.evaluation.results import Tested
from mnist_core.export.figures.subjects import evaluation_of
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import Model
from mnist_core.networks.recipe import Recipe
from mnist_core.shapes import Misshapen


class NotKnown(StudioError):
    """Something that a report tells is not known of a model."""


@dataclass(frozen=True)
class Reported:
    """A model that is reported on; each property raises a `StudioError` where what it returns is missing."""

    model: Model
    folder_name: str
    """By which figures and commands find it."""

    @property
    def name(self) -> str:
        return self.model.name

    @cached_property
    def recipe(self) -> Recipe:
        """What made it."""
        return Recipe.from_json(self.model.card["recipe"])

    def require_evaluation(self) -> None:
        """Raises a sentence where nothing was measured of it on test images.

        Raises:
            NotKnown: nothing was.
        """
        if not (self.model.folder / model_folder.EVALUATION).exists():
            raise NotKnown(
                f"“{self.name}” was not measured on test images: the Evaluation page does that, and the command "
                "evaluate --save."
            )

    @cached_property
    def evaluation(self) -> dict[str, Any]:
        """What was measured of it on the test images: at least what `model_folder.Reached` names."""
        self.require_evaluation()
        return self.model.evaluation

    @cached_property
    def accuracy(self) -> float:
        """On the test images."""
        return float(self.evaluation["accuracy"])

    @cached_property
    def images(self) -> int:
        """How many test images there were."""
        if (images := int(self.evaluation["images"])) < 1:
            raise NotKnown(f"“{self.name}” was measured on no test image.")
        return images

    @cached_property
    def mistakes(self) -> int:
        """How many of them it read wrong."""
        counts = np.array(self.evaluation["confusion"])
        return int(counts.sum() - counts.trace())

    @cached_property
    def tested(self) -> Tested:
        """What it read in each test image."""
        try:
            return Tested.read(self.evaluation)
        except (KeyError, Misshapen) as error:
            raise NotKnown(
                f"What “{self.name}” read in each test image is not kept with it: an earlier version measured it. The "
                f"command evaluate --save --model {shlex.quote(self.folder_name)} measures it anew."
            ) from error

    @cached_property
    def measured(self) -> Measured:
        """All its figures."""
        self.require_evaluation()
        return Measured(self.model, evaluation_of(self.model))

    @cached_property
    def drawn(self) -> Drawn:
        """What it reads of pen-drawn digits."""
        if (found := drawn.kept(self.model, settings.stroke_pack())) is None:
            raise NotKnown(
                f"“{self.name}” was not measured on pen-drawn digits: the Evaluation page and the command evaluate "
                "--drawn --save do that."
            )
        return found

    @cached_property
    def mnist(self) -> Mnist:
        """The test images that it was measured on."""
        mnist = load_mnist()
        if tested_on(self.model) != (mnist.checksum("x_test"), mnist.checksum("y_test")):
            raise NotKnown(f"The images at hand are not those that “{self.name}” was tested on: none is shown.")
        return mnist


def reported(names: Sequence[str]) -> list[Reported]:
    """Opens one model, or two that can be compared.

    Args:
        names: of the models.

    Raises:
        NoPair: they were measured on different test images.
        NotKnown: they are the same one.
        ModelError: one is missing or damaged.
    """
    if len(set(names)) < len(names):
        raise NotKnown(f"“{names[0]}” cannot be compared with itself: name another model.")
    found = [Reported(model_folder.Model.open(registry.folder_of(name)), name) for name in names]
    if len(found) == 2:
        require_same_images(found[0].model, found[1].model)
    return found
