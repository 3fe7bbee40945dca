"""Teachers: models whose outputs another network learns, as LiteRT gives them, without Keras.

A teacher reads each image as the learning network sees it, augmented, in a single view.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mnist_core.models import registry
from mnist_core.models.model_folder import Model, ModelError
from mnist_core.networks.recipe import Recipe
from mnist_core.reading.network import Network
from mnist_core.reading.tta import LEAST

Float32 = npt.NDArray[np.float32]

READERS = 2  # as many as the threads that make batches


class Taught(NamedTuple):
    """What a teacher says of N images."""

    logits: Float32
    """float32 (N, 10), calibrated."""
    digit_scores: Float32 | None
    """float32 (N,); None if the teacher takes everything for one digit."""
    multi_digit_scores: Float32 | None
    """float32 (N,); None likewise."""


class Teacher:
    """A model that teaches, for several threads at once."""

    def __init__(self, model: Model) -> None:
        """Loads a model's network.

        Raises:
            ModelError: it is damaged.
        """
        self._network = Network(model.network, interpreters=READERS)

    def __call__(self, images: npt.NDArray[np.uint8]) -> Taught:
        """Reads images: uint8 (N, 28, 28)."""
        outputs = self._network.run(images)
        logits = outputs.logits
        if logits is None:
            logits = np.log(np.maximum(outputs.probabilities, LEAST))
        if not self._network.has_scores:
            return Taught(logits, None, None)
        return Taught(logits, outputs.digit_scores, outputs.multi_digit_scores)


def of(recipe: Recipe) -> Teacher | None:
    """Loads the teacher of a recipe; None where it has none.

    Raises:
        ModelError: the model is missing or damaged.
    """
    return Teacher(opened(recipe.teacher)) if recipe.is_distilled else None


def opened(name: str) -> Model:
    """Opens a model that shall teach.

    Raises:
        ModelError: it is missing or damaged.
    """
    try:
        return Model.open(registry.folder_of(name))
    except ModelError as error:
        raise ModelError(f"{error} It cannot teach: choose another model to learn from.") from error
