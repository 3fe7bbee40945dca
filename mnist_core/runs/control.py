"""What is done with trainings, K-fold validations and compressions, by anyone: started, resumed, cancelled, forgotten.

`mnist_core.runs.store` reads what they are and how far they are, and changes nothing.
"""

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mnist_core import files
from mnist_core.compression.kinds import Kind
from mnist_core.errors import StudioError
from mnist_core.models import model_folder, registry
from mnist_core.networks.recipe import Recipe
from mnist_core.runs import outcomes, processes
from mnist_core.runs.descriptions import describe
from mnist_core.runs.locks import Held
from mnist_core.runs.outcomes import State
from mnist_core.runs.store import (
    CHECKPOINTS,
    DRAWINGS,
    FOLDS,
    MODEL,
    REQUEST,
    Compression,
    Run,
    RunError,
    all_runs,
    current,
    folder_of,
    folder_of_all,
    ids,
    model_of,
    read,
    results_of,
    trainings,
)
from mnist_core.training import kfold
from mnist_core.training.own_drawings import OwnDrawings

WORKER = (sys.executable, "-m", "mnist_core", "runs", "--carry-out")
"""The command that carries out the run whose id follows."""


RESUMABLE = 3  # stopped trainings keep their checkpoints, the latest; one is some 5 MB


class Busy(RunError):
    """This machine is training already."""


def start(
    recipe: Recipe,
    *,
    subset: int | None = None,
    name: str | None = None,
    folds: int | None = None,
    gpu: str | None = None,
    own: OwnDrawings | None = None,
) -> Run:
    """Starts a training or a K-fold validation in a process of its own, which outlives this one.

    Args:
        recipe: what to train.
        subset: how many training images to learn from; all by default.
        name: of the model; by default the recipe's and a number.
        folds: into how many parts to divide the images for a validation; a training by default.
        gpu: the index or a part of the name of the GPU that trains; by default what `MNIST_STUDIO_GPU` chooses.
        own: the kept drawings that the recipe wants to be learned.

    Raises:
        Busy: this machine is training already.
        ModelError: the name is taken or is none for a model.
        RunError: the run cannot be written or its process not be started.
    """
    if name is not None and registry.folder_of(name).exists():
        raise model_folder.ModelError(f"There is a model “{name}” already: choose another name.")
    stem = f"{recipe.name}-{folds}-fold" if folds else recipe.name
    asked = {"subset": subset, "folds": folds, "gpu": gpu}
    return _launch(recipe, stem, name or stem, asked, is_name=name is not None, own=own)


def start_compression(model: model_folder.Model, kinds: Sequence[Kind], *, gpu: str | None = None) -> Run:
    """Starts making smaller versions of a model in a process of its own, which outlives this one.

    Args:
        model: the original.
        kinds: which versions.
        gpu: as for `start`; pruning lets the network learn on.

    Raises:
        Busy: this machine is training already.
        ModelError: the model is a smaller version itself.
        ImpossibleRecipe: this version does not know the recipe on the model's card.
        RunError: the run cannot be written or its process not be started.
    """
    if (made := model.card.get("compressed")) is not None:
        raise model_folder.ModelError(
            f"“{model.name}” is a smaller version already: make others of the original, “{made['of']}”."
        )
    recipe = Recipe.from_json(model.card["recipe"])
    asked = Compression(model.name, model.card["files"][model_folder.NETWORK]["sha256"], [kind.name for kind in kinds])
    stem = f"{recipe.name}-smaller"
    return _launch(recipe, stem, f"{model.name}-smaller", {"subset": None, "compression": asdict(asked), "gpu": gpu})


def _launch(
    recipe: Recipe,
    stem: str,
    name: str,
    asked: dict[str, Any],
    *,
    is_name: bool = False,
    own: OwnDrawings | None = None,
) -> Run:
    """Writes a run's folder and starts its process.

    Args:
        recipe: what is trained, or was.
        stem: of the run's id.
        name: of the run, or the beginning of one.
        asked: what else is asked for.
        is_name: whether the run is called exactly so.
        own: the kept drawings that are learned.
    """
    with claiming() as machine, _disk_trouble_told():
        _remove_old_checkpoints()
        created = datetime.now(UTC)
        id_ = _free_id(f"{created:%Y%m%d-%H%M%S}-{stem}")
        preparing = folder_of_all() / f".{id_}"
        shutil.rmtree(preparing, ignore_errors=True)
        preparing.mkdir()
        try:
            request = {
                "name": name if is_name else _free_name(name),
                "recipe": recipe.to_json(),
                **asked,
                "created": created.isoformat(timespec="milliseconds"),
                "order": 1 + max((run.order for run in all_runs()), default=0),
            }
            files.write_json(preparing / REQUEST, request)
            if own is not None:
                own.save(preparing / DRAWINGS)
            outcomes.reserve(preparing)
            with processes.own(preparing) as lock:
                files.move(preparing, folder_of(id_))
                processes.spawn([*WORKER, id_], folder_of(id_), machine, lock)
        except OSError:
            for unborn in (preparing, folder_of(id_)):
                shutil.rmtree(unborn, ignore_errors=True)
            raise
    return read(id_)


def resume(id_: str) -> Run:
    """Lets a run go on after its last whole epoch, fold or version.

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
        with processes.own(run.folder) as lock:
            outcomes.forget(run.folder)
            processes.spawn([*WORKER, id_], run.folder, machine, lock)
    return read(id_)


def cancel(id_: str) -> Run:
    """Ends a run within two seconds; it can go on after its last whole epoch, fold or version, unless all is there.

    Raises:
        RunError: it is not at work, or does not end, or its folder cannot be written.
    """
    run = read(id_)
    if not run.is_on:
        raise RunError(f"There is nothing to cancel: {describe(run)}")
    unwritten = None
    try:
        outcomes.write(run.folder, State.CANCELLED, replace=False)
    except FileExistsError:  # it has ended by itself in this moment
        pass
    except OSError as error:
        unwritten = error.strerror or str(error)
    if not processes.end(run.folder):
        outcomes.forget(run.folder)
        number = processes.number(run.folder)
        raise RunError(f"{run.name} does not end. Try again, or end process {number} by hand.")
    if unwritten is not None:
        raise RunError(f"{run.name} was ended, but this could not be written down ({unwritten}).")
    if (accuracy := _reached(run)) is not None:
        finish(run, accuracy)
    shutil.rmtree(run.folder / MODEL, ignore_errors=True)
    return read(id_)


def _reached(run: Run) -> float | None:
    """Returns what a run has reached if it did all that was asked for, whether or not it came to write that down."""
    if run.is_training:
        model = model_of(run)
        return None if model is None else float(model.evaluation["accuracy"])
    with suppress(StudioError):
        if run.compression is not None:
            found = results_of(run)
            return found.original.accuracy if found is not None and found.finished else None
        validation = kfold.read(run.folder / FOLDS)
        return validation.mean if validation.is_finished else None
    return None


def keep_model(run: Run) -> model_folder.Model:
    """Moves the model that was trained in a run's folder to the others, in one step.

    Raises:
        ModelError: the name was taken in the meantime.
    """
    model = keep_version(run.folder / MODEL / run.name)
    for leftover in (MODEL, CHECKPOINTS):
        shutil.rmtree(run.folder / leftover, ignore_errors=True)
    (run.folder / DRAWINGS).unlink(missing_ok=True)
    return model


def keep_version(prepared: Path) -> model_folder.Model:
    """Moves a whole model folder to the other models, in one step.

    Raises:
        ModelError: the name was taken in the meantime.
    """
    folder = registry.folder_of(prepared.name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        raise model_folder.ModelError(f"There is a model “{prepared.name}” already: delete or rename it, then resume.")
    files.move(prepared, folder)
    return model_folder.Model.open(folder)


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
    folder = folder_of(id_)
    if not folder.is_dir():
        raise RunError(f"There is no run “{id_}”.")
    if processes.is_alive(folder):
        raise RunError(f"{id_} is at work: cancel it first.")
    grave = folder.with_name(f".deleted-{id_}")
    try:
        folder.rename(grave)
    except OSError as error:
        raise RunError(f"{id_} cannot be forgotten: {error.strerror}.") from error
    shutil.rmtree(grave, ignore_errors=True)


@contextmanager
def claiming() -> Iterator[int]:
    """Holds the machine-wide training lock, as long as a process has its descriptor open.

    Raises:
        Busy: another training has it.
        RunError: the folder of the runs cannot be written.
    """
    with ExitStack() as stack:
        with _disk_trouble_told():
            folder_of_all().mkdir(parents=True, exist_ok=True)
            try:
                descriptor = stack.enter_context(processes.machine(folder_of_all()))
            except Held as error:
                run = current()
                raise Busy(
                    f"{_at_work(run)} One machine trains one network at a time: wait for it, or cancel it."
                ) from error
        yield descriptor


def _at_work(run: Run | None) -> str:
    """Says which run keeps the machine busy."""
    if run is None:
        return "A training is on already."
    if run.compression is not None:
        return f"Smaller versions of {run.compression.model} are being made: {describe(run)}"
    return f"{run.recipe.name} is training already: {describe(run)}"


@contextmanager
def _disk_trouble_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(f"The training cannot be started: {error.strerror or error}.") from error


def _remove_old_checkpoints() -> None:
    """Removes what only runs of long ago need to go on, so that they do not fill the disk."""
    stopped = [run for run in trainings() if run.is_resumable and (run.has_checkpoint or run.has_drawings)]
    for run in stopped[RESUMABLE:]:
        shutil.rmtree(run.folder / CHECKPOINTS, ignore_errors=True)
        (run.folder / DRAWINGS).unlink(missing_ok=True)


def _free_id(stem: str) -> str:
    taken = set(ids())
    return next(id_ for number in range(1, 10_000) if (id_ := stem if number == 1 else f"{stem}-{number}") not in taken)


def _free_name(stem: str) -> str:
    """Returns a name that neither a model nor a run has yet."""
    taken = {*registry.names(), *(run.name for run in all_runs())}
    return next(name for number in range(1, 10_000) if (name := f"{stem}-{number}") not in taken)
