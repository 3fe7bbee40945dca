"""The process of a run: trains or validates what was asked for, and writes how that ended.

Keras and TensorFlow are imported here, after the process has reported that it is there.
"""

import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Protocol

from mnist_core import files, settings
from mnist_core.compression import kinds
from mnist_core.compression.kinds import Kind
from mnist_core.compression.results import Results
from mnist_core.data.mnist import Mnist, load_mnist
from mnist_core.drawing.strokes import StrokePack
from mnist_core.errors import StudioError
from mnist_core.evaluation import drawn, measuring
from mnist_core.evaluation.drawn import Drawings
from mnist_core.models import model_folder, registry
from mnist_core.networks.recipe import Recipe
from mnist_core.runs import control, descriptions, outcomes, store
from mnist_core.training import kfold, mixture, progress
from mnist_core.training.mixture import Samples
from mnist_core.training.own_drawings import OwnDrawings

REST = "Reading training images, and disturbed ones"
NICENESS = 19  # whatever else wants the processor, drawing above all, comes first
FOR_NOTEBOOKS = frozenset({"matplotlib", "pandas", "IPython"})
NO_MEMORY = ("MemoryError", "ResourceExhaustedError")

Listener = Callable[[progress.Progress], None]
Report = Callable[[progress.Progress | progress.Phase], None]

log = logging.getLogger(__name__)


class Compress(Protocol):
    """A function like `mnist_core.compression.making.compress`."""

    def __call__(
        self,
        base: model_folder.Model,
        chosen: Sequence[Kind],
        mnist: Mnist,
        folder: Path,
        report: Report,
        keep: Callable[[Path], model_folder.Model],
    ) -> Results: ...


class Train(Protocol):
    """A function like `mnist_core.training.train.train`."""

    def __call__(
        self,
        recipe: Recipe,
        mnist: Mnist,
        folder: Path,
        report: Report,
        *,
        checkpoints: Path,
        own: OwnDrawings | None,
    ) -> model_folder.Model: ...


def carry_out(
    id_: str,
    train: Train | None = None,
    train_fold: kfold.TrainFold | None = None,
    compress: Compress | None = None,
) -> store.Run:
    """Does what a run asks for, in this process, and gives the run with its outcome.

    Args:
        id_: which run.
        train: what trains; by default `mnist_core.training.train.train`.
        train_fold: what trains a fold; by default Keras as well.
        compress: what makes smaller versions; by default `mnist_core.compression.making.compress`.

    Raises:
        RunError: there is no such run.
    """
    os.nice(NICENESS)
    os.environ["KERAS_BACKEND"] = "tensorflow"
    logging.basicConfig(format="%(asctime)s  %(message)s", datefmt="%H:%M:%S", level=logging.INFO, stream=sys.stderr)
    run = store.read(id_)
    if run.gpu is not None:
        os.environ[settings.GPU] = run.gpu
    with _outcome_written(run):
        if run.compression is not None:
            control.finish(run, _compress(run, run.compression, compress))
        elif run.folds is not None:
            control.finish(run, _validate(run, run.folds, train_fold))
        else:
            _train(run, train)
    return store.read(id_)


def _train(run: store.Run, train: Train | None) -> None:
    """Trains in the run's folder and moves the model to the others, ready to be decided on; then measures the rest."""
    with _telling(run) as writer, ThreadPoolExecutor(1) as beside:
        images = beside.submit(_images, run)  # while TensorFlow loads
        if (model := store.model_of(run)) is None:
            listeners: list[Listener] = []
            own = OwnDrawings.load(run.folder / store.DRAWINGS) if run.recipe.own_shown else None
            if train is None:
                samples = None
                if own is not None and run.recipe.starts_from:
                    samples = beside.submit(_samples, run.recipe, images, own)
                train = _keras_training(_drawings(), samples)
                _note_gpus(run)
                listeners.append(_curves(run))
            mnist = images.result()
            _tell(writer, "Preparing the network")
            report = _reporter(run, writer, listeners)
            folder = run.folder / store.MODEL / run.name
            train(run.recipe, mnist, folder, report, checkpoints=run.folder / store.CHECKPOINTS, own=own)
            model = control.keep_model(run)
        accuracy = float(model.evaluation["accuracy"])
        control.finish(run, accuracy)
        log.info("Finished: %.2f %% read right", 100 * accuracy)
        _measure_the_rest(model, images.result(), writer)


def _measure_the_rest(model: model_folder.Model, mnist: Mnist, writer: progress.Writer) -> None:
    """Adds to a model's evaluation what can wait; a page that needs it measures it where this fails."""
    if measuring.is_measured(model):
        return
    try:
        _tell(writer, REST)
        report = progress.reporting(lambda phase: writer.phase(phase.words, phase.share), REST)
        measuring.measure_the_rest(model, mnist, report)
    except Exception:
        log.exception("The model is kept, but some of its figures could not be measured.")


def _validate(run: store.Run, folds: int, train_fold: kfold.TrainFold | None) -> float:
    """Trains the folds that are still missing; gives the mean of all accuracies."""
    with _telling(run) as writer:
        if train_fold is None:
            with _for_notebooks_left_out():
                import mnist_core.training.fitting  # noqa: F401  # takes seconds: here, where a phase says so

            _note_gpus(run)
        mnist = _images(run)
        _tell(writer, "Preparing the network")
        report = _reporter(run, writer)
        validation = kfold.validate(
            run.recipe,
            mnist,
            folds,
            run.folder / store.FOLDS,
            lambda fold, step: report(kfold.whole(run.recipe, folds, fold, step)),
            train=train_fold,
        )
    return float(validation.mean or 0.0)


def _compress(run: store.Run, asked: store.Compression, compress: Compress | None) -> float:
    """Makes smaller versions of a model, and moves each to the others; gives the original's accuracy."""
    with _telling(run) as writer, ThreadPoolExecutor(1) as beside:
        images = beside.submit(_images, run)  # while TensorFlow loads
        base = model_folder.Model.open(registry.folder_of(asked.model))
        if base.card["files"][model_folder.NETWORK]["sha256"] != asked.network:
            raise store.RunError(f"“{asked.model}” is another model by now: make smaller versions of that one.")
        if compress is None:
            drawings = _drawings()
            with _for_notebooks_left_out():
                from mnist_core.compression.making import compress as with_keras

            _note_gpus(run)
            compress = partial(with_keras, drawings=drawings)
        found = compress(
            base,
            [kinds.find(name) for name in asked.kinds],
            images.result(),
            run.folder,
            _reporter(run, writer),
            control.keep_version,
        )
    shutil.rmtree(run.folder / store.MODEL, ignore_errors=True)
    return found.original.accuracy


@contextmanager
def _telling(run: store.Run) -> Iterator[progress.Writer]:
    """Yields what writes the run's progress."""
    writer = progress.Writer(run.folder / store.PROGRESS)
    _tell(writer, progress.BEGIN)
    _tell(writer, "Loading TensorFlow and MNIST")
    yield writer
    writer.close()


def _images(run: store.Run) -> Mnist:
    """Loads the images that a run shall learn from."""
    return load_mnist().part(run.subset)


def _reporter(run: store.Run, writer: progress.Writer, listeners: Sequence[Listener] = ()) -> Report:
    """Returns what reports every step, and writes every epoch's end and every phase into the log."""
    phase = ""

    def report(step: progress.Progress | progress.Phase) -> None:
        nonlocal phase
        if isinstance(step, progress.Phase):
            writer.phase(step.words, step.share)
            if step.words != phase:
                log.info("%s", phase := step.words)
            return
        writer(step)
        for listener in listeners:
            listener(step)
        if step.ends_epoch:
            values = ", ".join(f"{name} {value:.4g}" for name, value in step.values.items() if name != "epoch")
            log.info("%s: %s", descriptions.epoch_of(run, step).capitalize(), values)

    return report


def _samples(recipe: Recipe, images: Future[Mnist], own: OwnDrawings) -> Samples:
    """Prepares what a fine-tuning is shown, while TensorFlow loads."""
    base = model_folder.Model.open(registry.folder_of(recipe.starts_from))
    return mixture.prepare(base, recipe, images.result(), own)


def _keras_training(drawings: Future[Drawings], samples: Future[Samples] | None) -> Train:
    with _for_notebooks_left_out():
        from mnist_core.training.train import train

    return partial(train, drawings=drawings, samples=samples)


@contextmanager
def _for_notebooks_left_out() -> Iterator[None]:
    """Lets Keras do without what it would import for notebooks: half a second of each training."""
    left_out = dict.fromkeys(FOR_NOTEBOOKS - sys.modules.keys())
    sys.modules.update(left_out)  # type: ignore[arg-type]  # None: as if it were not installed
    try:
        yield
    finally:
        for name in left_out:
            del sys.modules[name]


def _note_gpus(run: store.Run) -> None:
    """Chooses the GPU that trains, before TensorFlow begins to work, and writes which it is."""
    from mnist_core.training import devices

    found = devices.use()
    files.write_json(run.folder / store.GPUS, found.to_json())
    log.info("%s", found.sentence)


def _drawings() -> Future[Drawings]:
    """Draws the digits that a model will be measured on, in another process while TensorFlow loads."""
    beside = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    drawings = beside.submit(_draw)
    beside.shutdown(wait=False)
    return drawings


def _draw() -> Drawings:
    return drawn.prepare(StrokePack.load(settings.stroke_pack()))


def _curves(run: store.Run) -> Listener:
    from mnist_core.training.tensorboard import Curves

    return Curves(run.folder / store.TENSORBOARD)


def _tell(writer: progress.Writer, phase: str) -> None:
    writer.phase(phase)
    log.info("%s", phase)


@contextmanager
def _outcome_written(run: store.Run) -> Iterator[None]:
    """Writes why a run failed, if it does."""
    try:
        yield
    except Exception as error:
        log.exception("The training failed.")
        shutil.rmtree(run.folder / store.MODEL, ignore_errors=True)
        control.fail(run, reason_of(error))


def reason_of(error: Exception) -> str:
    """Returns why a training failed, as the rest of a sentence."""
    origin: BaseException | None = error
    while origin is not None:  # libraries wrap a failed write in errors of their own
        if (full := outcomes.disk_trouble(str(origin))) is not None:
            return full
        origin = origin.__cause__
    if isinstance(error, StudioError):
        return str(error)
    if any(kind.__name__ in NO_MEMORY for kind in type(error).__mro__):
        return "the memory is used up. A smaller batch size needs less."
    first_line = next(iter(str(error).strip().splitlines()), "")
    return f"{type(error).__name__}: {first_line}".removesuffix(": ")
