"""Trains a recipe's network and writes what came out as a model folder.

Importing this module imports Keras and TensorFlow: for training processes only. The test images are looked at once,
after the last epoch; every choice before that is made on the validation split of the training images. The one recipe
that validates on the test images does so because its article does.
"""

import os
import platform
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from mnist_core import drawn, networks, registry, settings
from mnist_core.architectures import PROBABILITIES
from mnist_core.batches import Images, to_pixels
from mnist_core.checkpoints import Checkpoints
from mnist_core.data import Mnist
from mnist_core.errors import StudioError
from mnist_core.evaluation import evaluate_model
from mnist_core.fitting import PREDICT_BATCH, Division, Report, fit, let_gpus_share
from mnist_core.recipes import Recipe
from mnist_core.recognizer import Network, Recognizer
from mnist_core.strokes import StrokePack
from mnist_core.views import views

TURNED_AWAY = 0.002  # of the validation digits, at most, fall below the threshold of the digit score


def train(
    recipe: Recipe,
    mnist: Mnist,
    folder: Path,
    report: Report,
    *,
    replace: bool = False,
    checkpoints: Path | None = None,
) -> registry.Model:
    """Trains a network and writes it as a model folder.

    Args:
        recipe: what to train.
        mnist: what to train and test on.
        folder: where the model shall lie; its last part is the model's name.
        report: called after every batch and every epoch.
        replace: whether a model that lies there already is replaced.
        checkpoints: a folder to keep the training's state in after every epoch. Where it holds one of the same recipe
            and data, the training goes on from there. The states are removed when the model is there.

    Raises:
        ModelError: there is a model of that name already, or the disk is full, or cannot be written for another reason.
        ImpossibleRecipe: the recipe asks a network for what it cannot do.
        DataError: there are too few images to divide.
    """
    with registry.writing(folder, replace=replace) as temporary:
        division = Division.of(mnist, recipe)
        kept = Checkpoints(checkpoints, recipe, mnist.checksums) if checkpoints else None
        trained = fit(recipe, division, report, kept)
        model = trained.model
        temperature = calibrate(model, division.x_val, division.y_val, recipe.views) if recipe.calibrated else 1.0
        keras.Model(model.inputs, model.output, name=model.name).save(temporary / registry.KERAS_MODEL)  # no optimiser
        networks.for_reading(model).export(temporary / registry.NETWORK, format="litert", verbose=False)

        network = Network((temporary / registry.NETWORK).read_bytes(), views=recipe.views)
        _, scores = network(division.x_val)
        digit_threshold = min(0.5, float(np.quantile(scores, TURNED_AWAY)))
        registry.write_json(temporary / registry.HISTORY, trained.history)
        registry.write_json(temporary / registry.EVALUATION, evaluate_model(network, mnist, digit_threshold).to_json())
        registry.write_json(
            temporary / registry.CARD,
            {
                "name": folder.name,
                "recipe": recipe.to_json(),
                "parameters": model.count_params(),
                "trained": {
                    "started": trained.started,
                    "seconds": round(trained.seconds, 1),
                    "machine": machine(),
                    "images": len(division.x_train),
                    "validation_images": len(division.x_val),
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
        measure_drawn(registry.Model.open(temporary))
    if kept:
        kept.remove()
    return registry.Model.open(folder)


def measure_drawn(model: registry.Model) -> None:
    """Measures a model on digits that people drew, and keeps that with it."""
    with suppress(StudioError):  # an unreadable pack costs nobody a trained model; the pages tell of it
        pack = settings.stroke_pack()
        drawn.keep(model, pack, drawn.measure(StrokePack.load(pack), Recognizer(model)))


def calibrate(model: keras.Model, images: Images, labels: npt.NDArray[np.integer], in_views: bool = False) -> float:
    """Makes a network as sure as it is right, by temperature scaling (Guo et al. 2017).

    The temperature is the one with the least cross-entropy on validation images. It is divided into the weights of the
    last layer, so that the model's probabilities are calibrated wherever it is used.

    Returns:
        The temperature; above 1 the network had been too sure.
    """
    last = model.get_layer(PROBABILITIES)
    kernel, bias = last.get_weights()
    pixels = to_pixels(views(images) if in_views else images)
    features = keras.Model(model.inputs, last.input).predict(pixels, batch_size=PREDICT_BATCH, verbose=0)
    logits = (features @ kernel + bias).reshape(len(images), -1, len(bias)).mean(axis=1)

    def cross_entropy(temperature: float) -> float:
        log_probabilities = special.log_softmax(logits / temperature, axis=1)
        return float(-log_probabilities[np.arange(len(labels)), labels].mean())

    temperature = float(optimize.minimize_scalar(cross_entropy, bounds=(0.1, 10), method="bounded").x)
    last.set_weights([kernel / temperature, bias / temperature])
    return temperature


def machine() -> str:
    """Describes this machine for a model's card."""
    return ", ".join([f"{platform.system()} {platform.machine()}", f"{os.cpu_count()} CPU cores", *let_gpus_share()])
