"""Makes a model folder of a recipe in three steps: fits a network, exports it, measures what it reaches.

Importing this module imports Keras and TensorFlow: for training processes only. The test images are looked at once,
after the last epoch; every choice before that is made on the validation split of the training images. The two recipes
that validate on the test images do so because their article does.
"""

import os
import platform
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from mnist_core import files, settings
from mnist_core.data.mnist import Mnist
from mnist_core.drawing.strokes import StrokePack
from mnist_core.errors import StudioError
from mnist_core.evaluation import drawn
from mnist_core.evaluation.drawn import Drawings
from mnist_core.evaluation.metrics import evaluate_test_images
from mnist_core.models import registry
from mnist_core.networks.architectures import PROBABILITIES
from mnist_core.networks.recipes import Recipe
from mnist_core.reading.network import CORES, Network
from mnist_core.reading.recognizer import Recognizer
from mnist_core.reading.tta import views
from mnist_core.training import devices, exporting
from mnist_core.training.batches import Images, to_pixels
from mnist_core.training.checkpoints import Checkpoint, Checkpoints
from mnist_core.training.fitting import PREDICT_BATCH, Division, fit
from mnist_core.training.progress import Phase, Progress, told

Report = Callable[[Progress | Phase], None]
"""Called after every batch and every epoch, and outside of epochs with what is done."""

LIKELIER_NONE = 0.5  # a digit score below says that it is likelier no digit
TURNED_AWAY = 0.002  # of the validation digits, at most, fall below the threshold of the digit score


def train(
    recipe: Recipe,
    mnist: Mnist,
    folder: Path,
    report: Report,
    *,
    replace: bool = False,
    checkpoints: Path | None = None,
    drawings: Future[Drawings] | None = None,
) -> registry.Model:
    """Trains a network, exports it, and measures what a decision about it needs: test images and drawn digits.

    `mnist_core.evaluation.metrics.complete` measures the rest.

    Args:
        recipe: what to train.
        mnist: what to train and test on.
        folder: where the model shall lie; its last part is the model's name.
        report: called after every batch and every epoch, and while the model is measured.
        replace: whether a model that lies there already is replaced.
        checkpoints: a folder to keep the training's state in after every epoch. Where it holds one of the same recipe
            and data, the training goes on from there. The states are removed when the model is there.
        drawings: the digits to draw, where another process prepares them meanwhile.

    Raises:
        ModelError: there is a model of that name already, or the disk is full, or cannot be written for another reason.
        ImpossibleRecipe: the recipe asks a network for what it cannot do.
        DataError: there are too few images to divide.
        GpuError: a GPU was chosen that is not there.
    """
    with registry.writing(folder, replace=replace) as temporary:
        division = Division.of(mnist, recipe)
        kept = Checkpoints(checkpoints, recipe, mnist.checksums) if checkpoints else None
        trained = fit(recipe, division, report, kept)
        report(Phase("Exporting the network"))
        model = export(trained, recipe, division, mnist, temporary, folder.name)
        measure(model, mnist, report, drawings)
    if kept:
        kept.remove()
    return registry.Model.open(folder)


def export(
    trained: Checkpoint, recipe: Recipe, division: Division, mnist: Mnist, folder: Path, name: str
) -> registry.Model:
    """Writes a trained network with its curves and its card; what it reaches is measured afterwards."""
    model = trained.model
    temperature = calibrate(model, division.x_val, division.y_val, recipe.views) if recipe.calibrated else 1.0
    exporting.write(model, folder)
    network = Network((folder / registry.NETWORK).read_bytes(), views=recipe.views, interpreters=CORES)
    digit_threshold = threshold(network, division.x_val)
    files.write_json(folder / registry.HISTORY, trained.history)
    files.write_json(
        folder / registry.CARD,
        {
            "name": name,
            "recipe": recipe.to_json(),
            "parameters": model.count_params(),
            "trained": {
                "started": trained.started,
                "seconds": round(trained.seconds, 1),
                "machine": machine(),
                "gpus": devices.use().to_json(),
                "images": len(division.x_train),
                "validation_images": len(division.x_val),
            },
            "temperature": temperature,
            "digit_threshold": digit_threshold,
            "data": mnist.checksums,
            "files": exporting.described(folder),
            "versions": {
                "python": platform.python_version(),
                **{name: version(name) for name in ("tensorflow", "keras", "ai-edge-litert", "numpy")},
            },
        },
    )
    return registry.Model.open(folder)


def measure(model: registry.Model, mnist: Mnist, report: Report, drawings: Future[Drawings] | None = None) -> None:
    """Measures what the decision for or against a model needs, and keeps it with the model."""
    recognizer = Recognizer(model, interpreters=CORES)
    tested = evaluate_test_images(
        recognizer.network, mnist, recognizer.digit_threshold, told(report, "Reading the test images")
    )
    files.write_json(model.folder / registry.EVALUATION, {**tested.to_json(), "data": mnist.checksums})
    report(Phase("Reading drawn digits"))
    measure_drawn(model, drawings)


def measure_drawn(model: registry.Model, drawings: Future[Drawings] | None = None) -> None:
    """Measures a model on digits that people drew, and keeps that with it."""
    with suppress(StudioError, BrokenExecutor):  # that costs nobody a trained model; the pages tell of it
        path = settings.stroke_pack()
        pack = StrokePack.load(path)
        prepared = drawn.prepare(pack) if drawings is None else drawings.result()
        drawn.keep(model, path, drawn.measure(pack, prepared, Recognizer(model, interpreters=CORES)))


def threshold(network: Network, images: Images) -> float:
    """Finds the digit score below which a drawing is called no digit.

    Args:
        network: what reads.
        images: uint8 (N, 28, 28): the validation images, of which hardly any may be rejected; none is fine.
    """
    if not len(images):
        return LIKELIER_NONE
    _, scores = network(images)
    return min(LIKELIER_NONE, float(np.quantile(scores, TURNED_AWAY)))


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
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPU cores"
