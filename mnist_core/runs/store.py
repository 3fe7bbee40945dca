"""Trainings, K-fold validations and compressions, each remembered in a folder that anybody may look at.

    run.json        what was asked for: recipe, images, the name of the model to be; of a validation its folds; of a
                    compression the model and the kinds of smaller versions
    drawings.npz    the kept drawings that it learns from (`mnist_core.training.own_drawings`), until its model is there
    gpus.json       which GPUs its process found and which one it uses
    process         the number of its process (`mnist_core.runs.processes`)
    progress.jsonl  how far it is (`mnist_core.training.progress`)
    outcome.json    how it ended; a run without one whose process is gone was interrupted
    checkpoints/    what a training needs to go on after its last epoch; the last few that were stopped keep it
    folds/          what a validation has found so far, and needs to go on after its last fold
                    (`mnist_core.training.kfold`)
    smaller.json    what a compression has measured so far (`mnist_core.compression.results`)
    tensorboard/    a training's curves for TensorBoard (`mnist_core.training.tensorboard`)
    log.txt         what its process wrote

Each is a process of its own (`mnist_core.runs.processes`), and one machine trains one thing at a time. How they
are started, cancelled and resumed is the business of `mnist_core.runs.control`.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from mnist_core import files, settings
from mnist_core.compression import results
from mnist_core.compression.results import Results
from mnist_core.errors import StudioError
from mnist_core.models import model_folder, registry
from mnist_core.networks.recipe import ImpossibleRecipe, Recipe
from mnist_core.runs import outcomes, processes
from mnist_core.runs.outcomes import Outcome, State
from mnist_core.shapes import conform
from mnist_core.training import kfold, progress
from mnist_core.training.gpus import GpuError, Gpus

REQUEST, PROGRESS, TENSORBOARD = "run.json", "progress.jsonl", "tensorboard"
CHECKPOINTS, MODEL, FOLDS, GPUS = "checkpoints", "model", "folds", "gpus.json"
DRAWINGS = "drawings.npz"
MOST_FOLDS = 60_000  # one for each training image


@dataclass(frozen=True)
class Compression:
    """What a compression was asked for."""

    model: str
    """The name of the original."""
    network: str
    """The checksum of its LiteRT export: another model may take the name."""
    kinds: list[str]
    """Of `mnist_core.compression.kinds.KINDS`."""


class _Request(TypedDict):
    name: str
    recipe: dict[str, Any]
    subset: int | None
    folds: NotRequired[int | None]
    compression: NotRequired[Compression | None]
    created: str
    order: NotRequired[int]
    gpu: NotRequired[str | None]


class RunError(StudioError):
    """A run does not exist, is damaged, or is in no state for what was asked."""


@dataclass(frozen=True)
class Run:
    """A training, a K-fold validation or a compression: what was asked for, and where it is."""

    id: str
    name: str
    """Of the model that it makes; a validation and a compression have one of their own."""
    recipe: Recipe
    """What is trained; of a compression what the original was trained with."""
    subset: int | None
    """How many training images it learns from; None for all."""
    created: datetime
    """By this machine's clock."""
    state: State
    reason: str = ""
    """Why it failed: a sentence."""
    accuracy: float | None = None
    """On the test images, once it has finished; of a validation the mean of its folds; of a compression the
    original's."""
    ended: datetime | None = None
    folds: int | None = None
    """How many trainings a validation consists of; None for all others."""
    compression: Compression | None = None
    """What a compression was asked for; None for all others."""
    order: int = 0
    """Which run of this home it is, from 1; clocks may lie."""
    gpu: str | None = None
    """The GPU that was chosen for it, as `MNIST_STUDIO_GPU` would; None leaves the choice to that."""

    @property
    def folder(self) -> Path:
        return folder_of(self.id)

    @property
    def is_training(self) -> bool:
        """Whether it makes one model of a recipe."""
        return self.folds is None and self.compression is None

    @property
    def is_on(self) -> bool:
        """Whether its process is at work."""
        return self.state in (State.STARTING, State.RUNNING)

    @property
    def is_resumable(self) -> bool:
        """Whether it can go on after its last epoch, fold or version; a cancelled training, while that is kept."""
        kept = not self.is_training or self.has_checkpoint
        return self.state in (State.INTERRUPTED, State.FAILED) or (self.state is State.CANCELLED and kept)

    @property
    def has_checkpoint(self) -> bool:
        """Whether the state after its last whole epoch is kept."""
        return any((self.folder / CHECKPOINTS).glob("epoch*"))

    @property
    def has_drawings(self) -> bool:
        """Whether kept drawings lie in its folder."""
        return (self.folder / DRAWINGS).exists()

    @property
    def track(self) -> progress.Track:
        """How far it is and how it went."""
        return progress.follow(self.folder / PROGRESS)

    @property
    def gpus(self) -> Gpus | None:
        """The GPUs that its process found; None before it has looked."""
        with suppress(OSError, ValueError, GpuError):
            return Gpus.from_json(files.read_json(self.folder / GPUS))
        return None

    @property
    def log(self) -> str:
        """The end of what its process wrote."""
        return outcomes.log(self.folder)


def validation_of(run: Run) -> kfold.Validation:
    """Returns what a K-fold validation has found so far.

    Raises:
        KFoldError: that is damaged.
    """
    folder = run.folder / FOLDS
    if not (folder / kfold.PLAN).exists():
        return kfold.Validation(run.recipe, run.folds or 0, (), {})
    return kfold.read(folder)


def results_of(run: Run) -> Results | None:
    """Returns what a compression has measured so far; None before the original was.

    Raises:
        ResultsError: that is damaged.
    """
    return results.read(run.folder)


def model_of(run: Run) -> model_folder.Model | None:
    """Returns the model that a training has made; None where it made none, or where that was deleted since."""
    if not run.is_training:
        return None
    with suppress(model_folder.ModelError):
        model = model_folder.Model.open(registry.folder_of(run.name))
        return model if _is_of(run, model) else None
    return None


def run_of(model: model_folder.Model) -> Run | None:
    """Returns the training that made a model; None where it was forgotten, or the model was made elsewhere."""
    named = (run for run in trainings() if run.name == model.name and run.state is State.FINISHED)
    return next((run for run in named if _is_of(run, model)), None)


def _is_of(run: Run, model: model_folder.Model) -> bool:
    """Returns whether a model was made of a run's recipe, whichever settings the versions knew that wrote them."""
    with suppress(ImpossibleRecipe):
        return Recipe.from_json(model.card["recipe"]) == run.recipe
    return False


def read(id_: str) -> Run:
    """Reads where a run is.

    Raises:
        RunError: there is no such run, or what is written of it is damaged.
    """
    folder = folder_of(id_)
    alive = processes.is_alive(folder)  # before the outcome, which is written before the process ends
    try:
        request = conform(files.read_json(folder / REQUEST), _Request)
        created = datetime.fromisoformat(request["created"])
        run = Run(
            id=id_,
            name=request["name"],
            recipe=Recipe.from_json(request["recipe"]),
            subset=request["subset"],
            folds=request.get("folds"),
            compression=request.get("compression"),
            created=created if created.tzinfo else created.replace(tzinfo=UTC),
            order=request.get("order", 0),
            gpu=request.get("gpu"),
            state=State.INTERRUPTED,
        )
        if not 2 <= (run.folds or 2) <= MOST_FOLDS:
            raise RunError(f"What is written of the run “{id_}” is damaged: it cannot have {run.folds} folds.")
    except FileNotFoundError as error:
        raise RunError(f"There is no run “{id_}”.") from error
    except (OSError, ValueError) as error:
        raise RunError(f"What is written of the run “{id_}” is damaged: {REQUEST} cannot be read.") from error
    return replace(run, **vars(_fate(run, alive)))


def all_runs() -> list[Run]:
    """Reads all runs, the latest first; damaged ones are left out."""
    found = []
    for id_ in ids():
        with suppress(RunError):
            found.append(read(id_))
    return sorted(found, key=lambda run: (run.order, run.created, run.id), reverse=True)


def damaged() -> list[str]:
    """Lists the runs of which nothing can be read."""
    readable = {run.id for run in all_runs()}
    return [id_ for id_ in ids() if id_ not in readable]


def trainings() -> list[Run]:
    """Reads all trainings, the latest first."""
    return [run for run in all_runs() if run.is_training]


def validations() -> list[Run]:
    """Reads all K-fold validations, the latest first."""
    return [run for run in all_runs() if run.folds is not None]


def compressions(network: str | None = None) -> list[Run]:
    """Reads all compressions, the latest first; of one network, given the checksum of its LiteRT export, or of all."""
    found = [(run, run.compression) for run in all_runs()]
    return [run for run, asked in found if asked is not None and network in (None, asked.network)]


def current() -> Run | None:
    """Returns the run that is at work, if there is one."""
    with suppress(StudioError):
        id_ = processes.holder(folder_of_all())
        run = read(id_) if id_ else None
        return run if run is not None and run.is_on else None
    return None


def latest() -> Run | None:
    """Returns the training that is at work, else the one that was started last."""
    run = current()
    return run if run is not None and run.is_training else next(iter(trainings()), None)


def _fate(run: Run, alive: bool) -> Outcome:
    if alive:
        has_begun = run.track.steps if run.compression is None else (run.folder / results.FILE).exists()
        return Outcome(State.RUNNING if has_begun else State.STARTING)
    return outcomes.read(run.folder) or outcomes.interruption(run.folder)


def folder_of_all() -> Path:
    """Returns the folder in which the runs' folders lie."""
    return settings.home() / "runs"


def folder_of(id_: str) -> Path:
    """Returns the folder of a run.

    Raises:
        RunError: the id is none for a run.
    """
    if not _is_id(id_):
        raise RunError(f"“{files.printable(id_)}” is no run.")
    return folder_of_all() / id_


def ids() -> list[str]:
    """Lists all runs by id, damaged ones as well."""
    return _listed()[0]


def troubles() -> list[str]:
    """Returns sentences about what keeps runs from being listed."""
    return _listed()[1]


def _listed() -> tuple[list[str], list[str]]:
    try:
        folder = folder_of_all()
        found = [entry.name for entry in files.entries(folder) if not entry.is_file()]
    except StudioError as error:
        return [], [str(error)]
    except OSError as error:
        return [], [f"The folder of the runs cannot be read: {error.strerror} ({folder})."]
    odd = [files.printable(name) for name in found if not _is_id(name)]
    return list(filter(_is_id, found)), [f"“{name}” is no name for a run: remove that folder." for name in odd]


def _is_id(name: str) -> bool:
    return re.fullmatch(r"\w[\w.-]*", name) is not None
