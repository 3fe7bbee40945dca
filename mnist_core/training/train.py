"""Makes a model folder of a recipe in three steps: fits a network, exports it, measures what it reaches.

Importing this module imports Keras and TensorFlow: for training processes only. The test images are looked at once,
after the last epoch; every choice before that is made on the validation split of the training images. The two recipes
that validate on the test images do so because their article does.
"""

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from mnist_core.data.mnist import Mnist
from mnist_core.evaluation import measuring
from mnist_core.evaluation.drawn import Drawings
from mnist_core.models import model_folder
from mnist_core.networks.recipe import Recipe
from mnist_core.training import exporting
from mnist_core.training.checkpoints import Checkpoints
from mnist_core.training.fitting import Division, fit
from mnist_core.training.progress import Phase, Progress, reporting

Report = Callable[[Progress | Phase], None]
"""Called after every batch and every epoch, and outside of epochs with what is done."""


def train(
    recipe: Recipe,
    mnist: Mnist,
    folder: Path,
    report: Report,
    *,
    replace: bool = False,
    checkpoints: Path | None = None,
    drawings: Future[Drawings] | None = None,
) -> model_folder.Model:
    """Trains a network, exports it, and measures what a decision about it needs: test images and drawn digits.

    `mnist_core.evaluation.measuring.measure_the_rest` measures the rest.

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
    with model_folder.writing(folder, replace=replace) as temporary:
        division = Division.of(mnist, recipe)
        kept = Checkpoints(checkpoints, recipe, mnist.checksums) if checkpoints else None
        trained = fit(recipe, division, report, kept)
        report(Phase("Exporting the network"))
        model = exporting.export(trained, recipe, division, mnist, temporary, name=folder.name)
        measuring.measure_test_images(model, mnist, reporting(report, "Reading the test images"))
        report(Phase("Reading drawn digits"))
        measuring.measure_pen_drawn(model, drawings)
    if kept:
        kept.remove()
    return model_folder.Model.open(folder)
