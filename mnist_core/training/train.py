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
from mnist_core.evaluation import own as own_measured
from mnist_core.evaluation.drawn import Drawings
from mnist_core.models import model_folder, registry
from mnist_core.networks.recipe import Recipe
from mnist_core.training import ensembles, exporting, fine_tuning
from mnist_core.training.checkpoints import Checkpoints
from mnist_core.training.fitting import Division, fit
from mnist_core.training.mixture import Samples
from mnist_core.training.own_drawings import OwnDrawings, TooFewDrawings
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
    own: OwnDrawings | None = None,
    samples: Future[Samples] | None = None,
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
        own: the kept drawings that the recipe wants to be learned.
        samples: what a fine-tuning is shown, where another thread prepares it meanwhile.

    Raises:
        ModelError: there is a model of that name already, or the disk is full, or cannot be written for another reason;
            or a model that the recipe names is missing or damaged, or cannot do what it shall.
        ImpossibleRecipe: the recipe asks a network for what it cannot do.
        DataError: there are too few images to divide.
        GpuError: a GPU was chosen that is not there.
        TooFewDrawings: the recipe wants kept drawings, and there are none.
    """
    if recipe.own_shown and own is None:
        raise TooFewDrawings(0)
    with model_folder.writing(folder, replace=replace) as temporary:
        kept = None
        if recipe.members:
            model = ensembles.make(recipe, mnist, temporary, report, name=folder.name)
        elif recipe.starts_from and own is not None:
            base = model_folder.Model.open(registry.folder_of(recipe.starts_from))
            prepared = None if samples is None else samples.result()
            model = fine_tuning.make(base, recipe, mnist, own, temporary, report, name=folder.name, samples=prepared)
        else:
            division = _division(mnist, recipe, own)
            kept = Checkpoints(checkpoints, recipe, mnist.checksums) if checkpoints else None
            trained = fit(recipe, division, report, kept)
            report(Phase("Exporting the network"))
            model = exporting.export(trained, recipe, division, mnist, temporary, name=folder.name, own=own)
        measuring.measure_test_images(model, mnist, reporting(report, "Reading the test images"))
        report(Phase("Reading drawn digits"))
        measuring.measure_pen_drawn(model, drawings)
        if own is not None:
            before = model_folder.Model.open(registry.folder_of(recipe.starts_from or registry.active_name()))
            own_measured.keep(model, own_measured.measure(model, before, own.learned, own.measured))
    if kept:
        kept.remove()
    return model_folder.Model.open(folder)


def _division(mnist: Mnist, recipe: Recipe, own: OwnDrawings | None) -> Division:
    """Divides all that a recipe learns from."""
    if own is None:
        return Division.of(mnist, recipe)
    if recipe.own_alone:
        return Division.of_own(own, mnist, recipe)
    return Division.of(mnist, recipe).with_own(own, recipe.own_shown)
