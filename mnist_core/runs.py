"""Trainings and K-fold validations: started, watched, cancelled and resumed by anyone, each remembered in a folder.

    run.json        what was asked for: recipe, images, the name of the model to be; of a validation its folds
    process         the number of its process (`mnist_core.processes`)
    progress.jsonl  how far it is (`mnist_core.progress`)
    outcome.json    how it ended; a run without one whose process is gone was interrupted
    checkpoints/    what a training needs to go on after its last epoch
    folds/          what a validation has found so far, and needs to go on after its last fold (`mnist_core.kfold`)
    tensorboard/    a training's curves for TensorBoard (`mnist_core.tensorboard`)
    log.txt         what its process wrote

Each is a process of its own (`mnist_core.processes`), and one machine trains one thing at a time.
"""

import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from mnist_core import kfold, outcomes, processes, progress, registry, settings
from mnist_core.errors import StudioError
from mnist_core.locks import Held
from mnist_core.outcomes import Outcome, State
from mnist_core.recipes import Recipe

WORKER = (sys.executable, "-m", "mnist_core", "runs", "--carry-out")
"""The command that carries out the run whose id follows."""

REQUEST, PROGRESS, TENSORBOARD = "run.json", "progress.jsonl", "tensorboard"
CHECKPOINTS, MODEL, FOLDS = "checkpoints", "model", "folds"


class RunError(StudioError):
    """A run does not exist, is damaged, or is in no state for what was asked."""


class Busy(RunError):
    """This machine is training already."""


@dataclass(frozen=True)
class Run:
    """A training or a K-fold validation: what was asked for, and where it is."""

    id: str
    name: str
    """Of the model that it makes; a validation has one of its own."""
    recipe: Recipe
    subset: int | None
    """How many training images it learns from; None for all."""
    created: datetime
    state: State
    reason: str = ""
    """Why it failed: a sentence."""
    accuracy: float | None = None
    """On the test images, once it has finished; of a validation the mean of its folds."""
    ended: datetime | None = None
    folds: int | None = None
    """How many trainings a validation consists of; None for a training."""

    @property
    def folder(self) -> Path:
        return _folder(self.id)

    @property
    def is_on(self) -> bool:
        """Whether its process is at work."""
        return self.state in (State.STARTING, State.RUNNING)

    @property
    def is_resumable(self) -> bool:
        """Whether it can go on after its last epoch, or after its last fold, which even a cancelled one keeps."""
        kept = (State.CANCELLED,) if self.folds else ()
        return self.state in (State.INTERRUPTED, State.FAILED, *kept)

    @property
    def track(self) -> progress.Track:
        """How far it is and how it went."""
        return progress.follow(self.folder / PROGRESS)

    @property
    def log(self) -> str:
        """The end of what its process wrote."""
        return outcomes.log(self.folder)


def start(recipe: Recipe, *, subset: int | None = None, name: str | None = None, folds: int | None = None) -> Run:
    """Starts a training or a K-fold validation in a process of its own, which outlives this one.

    Args:
        recipe: what to train.
        subset: how many training images to learn from; all by default.
        name: of the model; by default the recipe's and a number.
        folds: into how many parts to divide the images for a validation; a training by default.

    Raises:
        Busy: this machine is training already.
        ModelError: the name is taken or is none for a model.
        RunError: the run cannot be written or its process not be started.
    """
    if name is not None and registry.folder_of(name).exists():
        raise registry.ModelError(f"There is a model “{name}” already: choose another name.")
    with claiming() as machine, _disk_trouble_told():
        created = datetime.now(UTC)
        stem = f"{recipe.name}-{folds}-fold" if folds else recipe.name
        id_ = _free_id(f"{created:%Y%m%d-%H%M%S}-{stem}")
        preparing = place_of_all() / f".{id_}"
        shutil.rmtree(preparing, ignore_errors=True)
        preparing.mkdir()
        try:
            request = {"name": name or _free_name(stem), "recipe": recipe.to_json(), "subset": subset, "folds": folds}
            outcomes.write_json(preparing / REQUEST, {**request, "created": created.isoformat(timespec="milliseconds")})
            outcomes.reserve(preparing)
            with processes.own(preparing) as own:
                preparing.rename(_folder(id_))
                processes.spawn([*WORKER, id_], _folder(id_), machine, own)
        except OSError:
            for unborn in (preparing, _folder(id_)):
                shutil.rmtree(unborn, ignore_errors=True)
            raise
    return read(id_)


def resume(id_: str) -> Run:
    """Lets a run go on after its last whole epoch or fold.

    Raises:
        Busy: this machine is training already.
        RunError: the run is in no state to go on.
    """
    with claiming() as machine, _disk_trouble_told():
        run = read(id_)
        if not run.is_resumable:
            raise RunError(f"{run.name} cannot go on: {describe(run)}")
        shutil.rmtree(run.folder / MODEL, ignore_errors=True)
        outcomes.reserve(run.folder)
        with processes.own(run.folder) as own:
            outcomes.forget(run.folder)
            processes.spawn([*WORKER, id_], run.folder, machine, own)
    return read(id_)


def cancel(id_: str) -> Run:
    """Ends a run within two seconds; no model and no checkpoint remains of it, unless it has just finished.

    Raises:
        RunError: it is not at work, or does not end.
    """
    run = read(id_)
    if not run.is_on:
        raise RunError(f"There is nothing to cancel: {describe(run)}")
    with suppress(FileExistsError):  # it has ended by itself in this moment
        outcomes.write(run.folder, State.CANCELLED, replace=False)
    if not processes.end(run.folder):
        outcomes.forget(run.folder)
        number = processes.number(run.folder)
        raise RunError(f"{run.name} does not end. Try again, or end process {number} by hand.")
    if (accuracy := _reached(run)) is not None:
        finish(run, accuracy)
    for leftover in (MODEL, CHECKPOINTS):
        shutil.rmtree(run.folder / leftover, ignore_errors=True)
    return read(id_)


def _reached(run: Run) -> float | None:
    """Gives what a run has reached if it did all that was asked for, whether or not it came to write that down."""
    if run.folds is None:
        model = model_of(run)
        return None if model is None else float(model.evaluation["accuracy"])
    with suppress(kfold.KFoldError):
        validation = kfold.read(run.folder / FOLDS)
        return validation.mean if validation.is_finished else None
    return None


def validation_of(run: Run) -> kfold.Validation:
    """Gives what a K-fold validation has found so far.

    Raises:
        KFoldError: that is damaged.
    """
    folder = run.folder / FOLDS
    if not (folder / kfold.PLAN).exists():
        return kfold.Validation(run.recipe, run.folds or 0, (), {})
    return kfold.read(folder)


def model_of(run: Run) -> registry.Model | None:
    """Gives the model that a run has made; None where it made none, or where that was deleted since."""
    if run.folds is not None:
        return None
    with suppress(registry.ModelError):
        model = registry.Model.open(registry.folder_of(run.name))
        return model if model.card["recipe"] == run.recipe.to_json() else None
    return None


def keep_model(run: Run) -> registry.Model:
    """Moves the model that was trained in a run's folder to the others, in one step.

    Raises:
        ModelError: the name was taken in the meantime.
    """
    place = registry.folder_of(run.name)
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        raise registry.ModelError(f"There is a model “{run.name}” already: delete or rename it, then resume.")
    (run.folder / MODEL / run.name).rename(place)
    for leftover in (MODEL, CHECKPOINTS):
        shutil.rmtree(run.folder / leftover, ignore_errors=True)
    return registry.Model.open(place)


def finish(run: Run, accuracy: float) -> None:
    """Writes that a run has done what was asked for, and what accuracy was reached."""
    outcomes.write(run.folder, State.FINISHED, accuracy=accuracy)


def fail(run: Run, reason: str) -> None:
    """Writes that a run has failed, and why; also on a full disk.

    Args:
        run: which.
        reason: the rest of a sentence after a colon.
    """
    outcomes.write(run.folder, State.FAILED, reason=reason)


def delete(id_: str) -> None:
    """Forgets a run, damaged or not; the model that it made stays.

    Raises:
        RunError: there is none, or it is at work.
    """
    folder = _folder(id_)
    if not folder.is_dir():
        raise RunError(f"There is no run “{id_}”.")
    if processes.is_alive(folder):
        raise RunError(f"{id_} is at work: cancel it first.")
    grave = folder.with_name(f".deleted-{id_}")
    folder.rename(grave)
    shutil.rmtree(grave, ignore_errors=True)


def read(id_: str) -> Run:
    """Reads where a run is.

    Raises:
        RunError: there is no such run, or what is written of it is damaged.
    """
    folder = _folder(id_)
    alive = processes.is_alive(folder)  # before the outcome, which is written before the process ends
    try:
        request = json.loads((folder / REQUEST).read_text(encoding="utf-8"))
        run = Run(
            id=id_,
            name=str(request["name"]),
            recipe=Recipe.from_json(request["recipe"]),
            subset=request["subset"],
            folds=request.get("folds"),
            created=datetime.fromisoformat(request["created"]),
            state=State.INTERRUPTED,
        )
    except FileNotFoundError as error:
        raise RunError(f"There is no run “{id_}”.") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError(f"What is written of the run “{id_}” is damaged: {REQUEST} cannot be read.") from error
    return replace(run, **vars(_fate(folder, alive)))


def all_runs() -> list[Run]:
    """Reads all runs, the latest first; damaged ones are left out."""
    found = []
    for id_ in _ids():
        with suppress(RunError):
            found.append(read(id_))
    return sorted(found, key=lambda run: (run.created, run.id), reverse=True)


def damaged() -> list[str]:
    """Lists the runs of which nothing can be read."""
    readable = {run.id for run in all_runs()}
    return [id_ for id_ in _ids() if id_ not in readable]


def trainings() -> list[Run]:
    """Reads all trainings, the latest first."""
    return [run for run in all_runs() if run.folds is None]


def validations() -> list[Run]:
    """Reads all K-fold validations, the latest first."""
    return [run for run in all_runs() if run.folds is not None]


def current() -> Run | None:
    """Gives the run that is at work, if there is one."""
    id_ = processes.holder(place_of_all())
    with suppress(OSError, RunError):
        run = read(id_) if id_ else None
        return run if run is not None and run.is_on else None
    return None


def latest() -> Run | None:
    """Gives the training that is at work, else the one that was started last."""
    run = current()
    return run if run is not None and run.folds is None else next(iter(trainings()), None)


def describe(run: Run) -> str:
    """Says in a sentence where a run is."""
    match run.state:
        case State.STARTING:
            return f"{run.name} is starting."
        case State.RUNNING:
            step = run.track.latest
            return f"{run.name} is at {place(run, step)}." if step else f"{run.name} is running."
        case State.FINISHED:
            if run.accuracy is None:
                return f"{run.name} has finished."
            digits = "the digits held out, on average" if run.folds else "the test digits"
            return f"{run.name} has finished and reads {100 * run.accuracy:.2f} % of {digits}."
        case State.CANCELLED:
            return f"{run.name} was cancelled {_when(run)}."
        case State.FAILED:
            return f"{run.name} failed {_when(run)}: {run.reason}"
    return f"{run.name} was interrupted {_when(run)}: {run.reason}"


def place(run: Run, step: progress.Progress) -> str:
    """Says which epoch a step belongs to, and which fold."""
    if run.folds is not None:
        return fold_and_epoch(run.recipe, run.folds, step)
    return f"epoch {step.epoch} of {step.epochs}"


def fold_and_epoch(recipe: Recipe, folds: int, step: progress.Progress) -> str:
    """Says which fold and epoch of a validation a step belongs to."""
    fold, step = kfold.within(recipe, step)
    return f"fold {fold} of {folds}, epoch {step.epoch} of {step.epochs}"


@contextmanager
def claiming() -> Iterator[int]:
    """Has this machine to oneself for a training; the lock is kept as long as a process has its descriptor open.

    Raises:
        Busy: another training has it.
        RunError: the folder of the runs cannot be written.
    """
    with ExitStack() as stack:
        with _disk_trouble_told():
            place_of_all().mkdir(parents=True, exist_ok=True)
            try:
                descriptor = stack.enter_context(processes.machine(place_of_all()))
            except Held as error:
                run = current()
                words = (
                    f"{run.recipe.name} is training already: {describe(run)}" if run else "A training is on already."
                )
                raise Busy(f"{words} One machine trains one network at a time: wait for it, or cancel it.") from error
        yield descriptor


def _when(run: Run) -> str:
    """Says how much of a run was done when it ended."""
    if run.folds is not None:
        with suppress(kfold.KFoldError):
            return f"after {len(validation_of(run).finished)} of {run.folds} folds"
    step = run.track.latest
    return f"after {round(step.epochs_done, 1):g} of {step.epochs} epochs" if step else "before its first epoch"


def _fate(folder: Path, alive: bool) -> Outcome:
    if alive:
        return Outcome(State.RUNNING if progress.follow(folder / PROGRESS).steps else State.STARTING)
    return outcomes.read(folder) or outcomes.interruption(folder)


@contextmanager
def _disk_trouble_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(f"The training cannot be started: {error.strerror or error}.") from error


def place_of_all() -> Path:
    """Gives the folder in which the runs' folders lie."""
    return settings.home() / "runs"


def _folder(id_: str) -> Path:
    if not re.fullmatch(r"\w[\w.-]*", id_):
        raise RunError(f"“{id_}” is no run.")
    return place_of_all() / id_


def _ids() -> list[str]:
    folder = place_of_all()
    if not folder.is_dir():
        return []
    return sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))


def _free_id(stem: str) -> str:
    taken = set(_ids())
    return next(id_ for number in range(1, 10_000) if (id_ := stem if number == 1 else f"{stem}-{number}") not in taken)


def _free_name(stem: str) -> str:
    """Gives a name that neither a model nor a run has yet."""
    taken = {*registry.names(), *(run.name for run in all_runs())}
    return next(name for number in range(1, 10_000) if (name := f"{stem}-{number}") not in taken)
