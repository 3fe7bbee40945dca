"""Fine-tunes a model on drawings that people kept, in seconds, and lets it forget nothing.

The weights of a trained network are changed in a few small steps. A quarter of each batch are the kept drawings,
augmented; the rest is what the model knows already (MNIST's training images, digits in the world's pen styles, drawings
that are no digits), and of these it shall go on saying what it says: its own outputs are their targets, as in "Learning
without forgetting" (Li and Hoiem 2016). Batch normalisation keeps its statistics.

Importing this module imports Keras and TensorFlow: for training processes only.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import keras

from mnist_core import files
from mnist_core.data.mnist import Mnist
from mnist_core.models import model_folder
from mnist_core.models.model_folder import Model
from mnist_core.networks import keras_models
from mnist_core.networks.architectures import PROBABILITIES
from mnist_core.networks.recipe import Recipe
from mnist_core.training import devices, exporting
from mnist_core.training.batches import to_pixels
from mnist_core.training.fitting import readable
from mnist_core.training.mixture import MIXTURE, STEPS, Samples, prepare
from mnist_core.training.own_drawings import OwnDrawings
from mnist_core.training.progress import Phase, Progress

Report = Callable[[Progress | Phase], None]


def make(
    base: Model,
    recipe: Recipe,
    mnist: Mnist,
    own: OwnDrawings,
    folder: Path,
    report: Report,
    *,
    name: str,
    samples: Samples | None = None,
) -> Model:
    """Fine-tunes a model and writes its folder, all but what it reaches: that is measured afterwards.

    Args:
        base: the model that learns on.
        recipe: as `mnist_core.training.mixture.recipe_of` returns it.
        mnist: whose training images it shall go on knowing.
        own: the drawings that it learns.
        folder: an empty folder, which is filled.
        report: called after every batch.
        name: of the new model.
        samples: what it is shown, where that was prepared meanwhile.

    Raises:
        OSError: a file cannot be written.
        GpuError: a GPU was chosen that is not there.
    """
    devices.use()
    keras.utils.set_random_seed(recipe.seed)
    samples = samples or prepare(base, recipe, mnist, own)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    began = time.monotonic()
    model = keras.models.load_model(base.keras_path, compile=False)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    keras_models.compile_for(model, recipe, STEPS)
    values: dict[str, float] = {}
    for step in range(STEPS):  # one by one: `fit` takes a second more before and after
        values = readable(model.train_on_batch(*_batch(model, samples, step), return_dict=True))
        report(Progress(1, 1, step + 1, STEPS, values))
    seconds = time.monotonic() - began
    row = {"epoch": 1, **values, "learning_rate": recipe.learning_rate, "seconds": round(seconds, 2)}
    report(Progress(1, 1, STEPS, STEPS, row, ends_epoch=True))
    report(Phase("Exporting the network"))
    exporting.write(model, recipe, folder)
    files.write_json(folder / model_folder.HISTORY, [row])
    exporting.write_card(
        folder,
        name=name,
        recipe=recipe,
        parameters=model.count_params(),
        mnist=mnist,
        trained={
            "started": started,
            "seconds": round(seconds, 1),
            "images": len(samples.images),
            "validation_images": 0,
        },
        temperature=base.card.get("temperature", 1.0),
        digit_threshold=base.card["digit_threshold"],
        own=own,
    )
    return Model.open(folder)


def _batch(model: keras.Model, samples: Samples, step: int) -> tuple[Any, Any, Any]:
    """Returns a batch as Keras takes it: pixels, targets and weights of each of the network's outputs."""
    part = slice(step * MIXTURE.batch_size, (step + 1) * MIXTURE.batch_size)
    pixels = to_pixels(samples.images[part])
    if isinstance(model.output, dict):
        targets, weights = (
            {name: of[name][part] for name in model.output} for of in (samples.targets, samples.weights)
        )
        return pixels, targets, weights
    return pixels, samples.targets[PROBABILITIES][part], samples.weights[PROBABILITIES][part]
