"""Makes an ensemble: several trained models as one, which averages their answers.

Each member's probabilities are calibrated already, in its own weights, so that the mean needs nothing but the members.
It is exported as one network like any other and holds all weights: what becomes of the members afterwards does not
matter to it.

Importing this module imports Keras and TensorFlow: for training processes only.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import keras

from mnist_core import files
from mnist_core.data.mnist import Mnist
from mnist_core.models import model_folder
from mnist_core.models.model_folder import Model
from mnist_core.networks import keras_models
from mnist_core.networks.recipe import Recipe
from mnist_core.reading.network import CORES, Network
from mnist_core.training import combining, devices, exporting
from mnist_core.training.calibration import digit_threshold
from mnist_core.training.fitting import Division
from mnist_core.training.progress import Phase


def make(recipe: Recipe, mnist: Mnist, folder: Path, report: Callable[[Phase], None], *, name: str) -> Model:
    """Combines models and writes the ensemble's folder, all but what it reaches: that is measured afterwards.

    Args:
        recipe: as `mnist_core.training.combining.recipe_of` returns it.
        mnist: of whose training images a share decides which digit score rejects.
        folder: an empty folder, which is filled.
        report: called with what is done.
        name: of the ensemble.

    Raises:
        ModelError: a member is missing or damaged, or cannot be combined.
        OSError: a file cannot be written.
    """
    devices.use()
    started, began = datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic()
    members = combining.opened(recipe.members)
    report(Phase("Combining the networks"))
    model = keras_models.combine([keras.models.load_model(one.keras_path, compile=False) for one in members])
    exporting.write(model, recipe, folder)
    report(Phase("Choosing which digit score rejects"))
    network = Network((folder / model_folder.NETWORK).read_bytes(), views=recipe.views, interpreters=CORES)
    held_out = Division.of(mnist, replace(recipe, validation="split")).x_val
    threshold = digit_threshold(network, held_out)
    files.write_json(folder / model_folder.HISTORY, [])
    exporting.write_card(
        folder,
        name=name,
        recipe=recipe,
        parameters=model.count_params(),
        mnist=mnist,
        trained={
            "started": started,
            "seconds": round(time.monotonic() - began, 1),
            "images": max(one.card["trained"]["images"] for one in members),
            "validation_images": len(held_out),
        },
        temperature=1.0,
        digit_threshold=threshold,
        own=None,
        members=members,
    )
    return Model.open(folder)
