"""Measures models and keeps the figures with them: first what a decision needs, later the rest."""

from concurrent.futures import BrokenExecutor, Future
from contextlib import suppress

from mnist_core import files, settings
from mnist_core.data.mnist import Mnist
from mnist_core.drawing.strokes import StrokePack
from mnist_core.errors import StudioError
from mnist_core.evaluation import drawn
from mnist_core.evaluation.drawn import Drawings
from mnist_core.evaluation.metrics import Count, complete, evaluate_test_images
from mnist_core.evaluation.results import Evaluation, Tested
from mnist_core.models import model_folder
from mnist_core.models.model_folder import Model
from mnist_core.reading.network import CORES
from mnist_core.reading.recognizer import Recognizer


def measure_test_images(model: Model, mnist: Mnist, report: Count) -> None:
    """Measures a new model on the test images.

    Args:
        model: what is measured.
        mnist: whose test images are read.
        report: called with how many images were read, and how many there are to read.

    Raises:
        OSError: the figures cannot be written.
    """
    recognizer = Recognizer(model, interpreters=CORES)
    tested = evaluate_test_images(recognizer.network, mnist, recognizer.digit_threshold, report)
    files.write_json(model.folder / model_folder.EVALUATION, {**tested.to_json(), "data": mnist.checksums})


def measure_pen_drawn(model: Model, drawings: Future[Drawings] | None = None) -> None:
    """Measures a model on pen-drawn digits, where there are some: without them, the pages say so.

    Args:
        model: what is measured.
        drawings: the digits, where another process draws them meanwhile.
    """
    with suppress(StudioError, BrokenExecutor):
        path = settings.stroke_pack()
        pack = StrokePack.load(path)
        prepared = drawn.prepare(pack) if drawings is None else drawings.result()
        drawn.keep(model, path, drawn.measure(pack, prepared, Recognizer(model, interpreters=CORES)))


def measure_the_rest(model: Model, mnist: Mnist, report: Count) -> None:
    """Adds to what `measure_test_images` found the figures that a decision can do without.

    Raises:
        ModelError: the model is gone or damaged, or nothing can be written there.
        StudioError: the images cannot be read.
    """
    network = Recognizer(model, interpreters=CORES).network
    model.keep_evaluation(complete(Tested.read(model.evaluation), network, mnist, report).to_json())


def is_measured(model: Model) -> bool:
    """Returns whether all figures are kept with a model.

    Raises:
        ModelError: the model is damaged.
    """
    return Evaluation.from_json(model.evaluation) is not None
