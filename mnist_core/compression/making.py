"""Makes smaller versions of a model, each a model folder like any other, measured and timed beside the original.

Importing this module imports Keras and TensorFlow: for processes of their own only.
"""

import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import keras

from mnist_core import files, settings
from mnist_core.compression import converting, pruning, results
from mnist_core.compression.kinds import Kind
from mnist_core.compression.pruning import Pruned
from mnist_core.compression.results import Results, Row
from mnist_core.data.mnist import FILES, Mnist
from mnist_core.errors import StudioError
from mnist_core.evaluation import drawn, measuring
from mnist_core.evaluation.comparison import readings_ms
from mnist_core.evaluation.drawn import Drawings
from mnist_core.evaluation.metrics import evaluate_test_images
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import KERAS_MODEL, NETWORK, Compressed, Model
from mnist_core.networks.recipe import Recipe
from mnist_core.reading.network import CORES, Network
from mnist_core.reading.recognizer import Recognizer
from mnist_core.training import devices, exporting
from mnist_core.training.batches import Images
from mnist_core.training.calibration import digit_threshold
from mnist_core.training.fitting import Division
from mnist_core.training.progress import Phase, reporting

Report = Callable[[Phase], None]

Keep = Callable[[Path], Model]
"""Moves a finished model folder to the other models, and opens it there."""


def compress(
    base: Model,
    chosen: Sequence[Kind],
    mnist: Mnist,
    folder: Path,
    report: Report,
    keep: Keep,
    *,
    drawings: Future[Drawings] | None = None,
) -> Results:
    """Makes smaller versions of a model, measures them, and times them and the original in turns.

    What was made of the same network in the same way before is not made again.

    Args:
        base: the original.
        chosen: which versions to make.
        mnist: whose training images show what the network sees, and whose test images are read.
        folder: a run's folder. The results are kept there after each version, and versions are prepared there.
        report: called with what is done.
        keep: called with each finished version.
        drawings: the digits to draw, where another process prepares them meanwhile.

    Raises:
        ModelError: the original's Keras file is not the one that was saved, or a version does not read.
        OSError: a file cannot be written.
        GpuError: a GPU was chosen that is not there.
        ImpossibleRecipe: this version does not know the network to prune.
    """
    devices.use()
    workshop = Workshop(base, mnist, drawings)
    report(Phase("Reading the original"))
    rows, recognizers = [workshop.original(report)], [Recognizer(base)]
    results.write(folder, Results(rows=rows))
    for number, kind in enumerate(chosen, 1):
        begin = f"{kind.title}, {number} of {len(chosen)}"
        model = made_before(base, kind)
        if model is None:
            preparing = folder / PREPARING / free_name(base, kind)
            shutil.rmtree(preparing, ignore_errors=True)
            preparing.parent.mkdir(exist_ok=True)
            with model_folder.writing(preparing) as temporary:
                workshop.make(kind, temporary, preparing.name, lambda phase: report(_after(begin, phase)))  # noqa: B023
            model = keep(preparing)
        rows.append(workshop.row(model, kind))
        recognizers.append(Recognizer(model))
        results.write(folder, Results(rows=rows))
    report(Phase("Timing all versions in turns"))
    timed = [
        replace(row, reading_ms=round(time_ms, 4)) for row, time_ms in zip(rows, readings_ms(recognizers), strict=True)
    ]
    found = Results(rows=timed, finished=True)
    results.write(folder, found)
    return found


PREPARING = "model"
"""The folder, in a run's, in which versions are prepared."""


def _after(begin: str, phase: Phase) -> Phase:
    return replace(phase, words=f"{begin}: {phase.words[:1].lower()}{phase.words[1:]}")


def made_before(base: Model, kind: Kind) -> Model | None:
    """Finds the version that was made of the same network in the same way; None where there is none."""
    for name in registry.names():
        with suppress(StudioError):
            model = Model.open(registry.folder_of(name))
            made = model.card.get("compressed")
            if made is not None and (made["kind"], made["network"], made["sparsity"]) == (
                kind.name,
                _network(base),
                kind.sparsity,
            ):
                return model if (model.folder / model_folder.EVALUATION).exists() else None
    return None


def free_name(base: Model, kind: Kind) -> str:
    """Returns a name for a version that no model has yet: the original's and the kind's."""
    taken = {*registry.names()}
    for number in range(1, 10_000):
        end = f"-{kind.name}" if number == 1 else f"-{kind.name}-{number}"
        name = f"{base.name[: registry.LONGEST_NAME - len(end)]}{end}"
        if name not in taken:
            return name
    raise model_folder.ModelError(f"There are 9,999 models “{base.name}-{kind.name}” already: delete some.")


class Workshop:
    """A model that is read once, so that it may be deleted while smaller versions are made of it."""

    def __init__(self, base: Model, mnist: Mnist, drawings: Future[Drawings] | None = None) -> None:
        """Reads a model's Keras file.

        Raises:
            ModelError: that is not the one that was saved.
        """
        self._base, self._mnist, self._drawings = base, mnist, drawings
        self._recipe = Recipe.from_json(base.card["recipe"])
        self._network = exporting.loaded(base)
        self._history, self._evaluation = base.history, base.evaluation
        self._pruned: dict[float, Pruned] = {}

    def original(self, report: Report) -> Row:
        """Collects the original's figures; where they are of other test images, they are measured on these."""
        base, mnist = self._base, self._mnist
        accuracy, images = self._evaluation["accuracy"], self._evaluation["images"]
        if base.card["data"].get(FILES["x_test"]) != mnist.checksum("x_test"):
            recognizer = Recognizer(base, interpreters=CORES)
            words = "Original: reading the test images"
            tested = evaluate_test_images(
                recognizer.network, mnist, recognizer.digit_threshold, reporting(report, words)
            )
            accuracy, images = tested.accuracy, tested.images
        with suppress(StudioError):
            if drawn.kept(base, settings.stroke_pack()) is None:
                report(Phase("Original: reading drawn digits"))
                measuring.measure_pen_drawn(base, self._drawings)
        return results.row_of(base, None, accuracy, images, _drawn(base))

    def row(self, model: Model, kind: Kind) -> Row:
        """Collects a version's figures, all but its time."""
        evaluation = model.evaluation
        return results.row_of(model, kind.name, evaluation["accuracy"], evaluation["images"], _drawn(model))

    def make(self, kind: Kind, folder: Path, name: str, report: Report) -> Model:
        """Makes one version and measures it.

        Args:
            kind: which one.
            folder: an empty folder, which is filled.
            name: of the version.
            report: called with what is done.

        Raises:
            ModelError: loaded again, the version does not read.
            OSError: a file cannot be written.
        """
        card, keras_path = self._base.card, folder / KERAS_MODEL
        temperature, threshold = card.get("temperature", 1.0), card["digit_threshold"]
        learned_on: Pruned | None = None
        if kind.is_pruned:
            learned_on = self._pruned_to(kind, report)
            network = learned_on.model
            temperature *= learned_on.temperature
        else:
            network = self._network
        exporting.save(network, keras_path)
        report(Phase("Converting"))
        converting.write(network, kind, self._shown, folder / NETWORK)
        exporting.write_for_browsers(network, self._recipe, folder)
        if learned_on is not None:
            division = Division.of(self._mnist, self._recipe)
            reader = Network((folder / NETWORK).read_bytes(), views=self._recipe.views, interpreters=CORES)
            threshold = digit_threshold(reader, division.x_val)
        compressed: Compressed = {
            "kind": kind.name,
            "of": self._base.name,
            "network": _network(self._base),
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "sparsity": kind.sparsity,
            "zeros": 0 if learned_on is None else learned_on.zeros,
            "seconds": 0.0 if learned_on is None else round(learned_on.seconds, 1),
        }
        files.write_json(folder / model_folder.HISTORY, self._history)
        files.write_json(
            folder / model_folder.CARD,
            {
                **card,
                "name": name,
                "temperature": temperature,
                "digit_threshold": threshold,
                "compressed": compressed,
                "data": {**card["data"], **{FILES[name]: self._mnist.checksum(name) for name in ("x_test", "y_test")}},
                "files": exporting.described(folder),
                "versions": exporting.versions(),
            },
        )
        model = Model.open(folder)
        measuring.measure_test_images(model, self._mnist, reporting(report, "Reading the test images"))
        report(Phase("Reading drawn digits"))
        measuring.measure_pen_drawn(model, self._drawings)
        return model

    @cached_property
    def _shown(self) -> Images:
        return converting.representative(self._mnist, self._recipe)

    def _pruned_to(self, kind: Kind, report: Report) -> Pruned:
        """Prunes the original; only once, whatever is then made of it."""
        if kind.sparsity not in self._pruned:
            copy = keras.models.clone_model(self._network)
            copy.set_weights(self._network.get_weights())
            self._pruned[kind.sparsity] = pruning.prune(
                copy, self._recipe, self._mnist, kind.sparsity, report, steps=pruning.STEPS
            )
        return self._pruned[kind.sparsity]


def _drawn(model: Model) -> drawn.Drawn | None:
    """Returns what a model reads of the pen-drawn digits at hand, where that was measured."""
    with suppress(StudioError):
        return drawn.kept(model, settings.stroke_pack())
    return None


def _network(model: Model) -> str:
    return model.card["files"][NETWORK]["sha256"]
