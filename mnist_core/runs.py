"""Trainings as processes: started, watched, cancelled and resumed by anyone, each remembered in a folder.

    run.json        what was asked for: recipe, images, the name of the model to be
    process         the number of its process, which holds a lock on this file as long as it lives
    progress.jsonl  how far it is (`mnist_core.progress`)
    outcome.json    how it ended; a run without one whose process is gone was interrupted
    checkpoints/    what it needs to go on after its last epoch
    log.txt         what its process wrote

Whether a process lives is asked of the kernel, by its lock (`mnist_core.locks`). A second lock, on the whole machine,
lets one training in at a time. Both are taken by whoever starts a training and handed over to its process.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from mnist_core import outcomes, progress, registry, settings
from mnist_core.errors import StudioError
from mnist_core.locks import Held, is_held, locked, note, wait
from mnist_core.outcomes import LOG, Outcome, State
from mnist_core.recipes import Recipe

WORKER = (sys.executable, "-m", "mnist_core", "train", "--run")
"""The command that carries out the run whose id follows."""

MACHINE = "machine"
REQUEST, PROCESS, PROGRESS, CHECKPOINTS, MODEL = "run.json", "process", "progress.jsonl", "checkpoints", "model"
MERCY_S, PATIENCE_S = 0.5, 1.0  # from asking a process to end to making it end; from there to giving up
LINGER_S = 0.3  # that a lock may outlive the end that somebody has seen


class RunError(StudioError):
    """A run does not exist, is damaged, or is in no state for what was asked."""


class Busy(RunError):
    """This machine is training already."""


@dataclass(frozen=True)
class Run:
    """A training: what was asked for, and where it is."""

    id: str
    name: str
    """Of the model that it makes."""
    recipe: Recipe
    subset: int | None
    """How many training images it learns from; None for all."""
    created: datetime
    state: State
    reason: str = ""
    """Why it failed: a sentence."""
    accuracy: float | None = None
    """On the test images, once it has finished."""
    ended: datetime | None = None

    @property
    def folder(self) -> Path:
        return _folder(self.id)

    @property
    def is_on(self) -> bool:
        """Whether its process is at work."""
        return self.state in (State.STARTING, State.RUNNING)

    @property
    def is_resumable(self) -> bool:
        """Whether it can go on after its last epoch."""
        return self.state in (State.INTERRUPTED, State.FAILED)

    @property
    def track(self) -> progress.Track:
        """How far it is and how it went."""
        return progress.follow(self.folder / PROGRESS)

    @property
    def log(self) -> str:
        """The end of what its process wrote."""
        return outcomes.log(self.folder)


def start(recipe: Recipe, *, subset: int | None = None, name: str | None = None) -> Run:
    """Starts a training in a process of its own, which outlives this one.

    Args:
        recipe: what to train.
        subset: how many training images to learn from; all by default.
        name: of the model; by default the recipe's and a number.

    Raises:
        Busy: this machine is training already.
        ModelError: the name is taken or is none for a model.
        RunError: the run cannot be written or its process not be started.
    """
    if name is not None and registry.folder_of(name).exists():
        raise registry.ModelError(f"There is a model “{name}” already: choose another name.")
    with claiming() as machine, _disk_trouble_told():
        created = datetime.now(UTC)
        id_ = _free_id(f"{created:%Y%m%d-%H%M%S}-{recipe.name}")
        preparing = _runs_folder() / f".{id_}"
        shutil.rmtree(preparing, ignore_errors=True)
        preparing.mkdir()
        try:
            request = {"name": name or _free_name(recipe.name), "recipe": recipe.to_json(), "subset": subset}
            outcomes.write_json(preparing / REQUEST, {**request, "created": created.isoformat(timespec="milliseconds")})
            outcomes.reserve(preparing)
            with locked(preparing / PROCESS, patience_s=PATIENCE_S) as own:
                preparing.rename(_folder(id_))
                _spawn(id_, machine, own)
        except OSError:
            for unborn in (preparing, _folder(id_)):
                shutil.rmtree(unborn, ignore_errors=True)
            raise
    return read(id_)


def resume(id_: str) -> Run:
    """Lets a run that was interrupted or that failed go on after its last whole epoch.

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
        with locked(run.folder / PROCESS, patience_s=PATIENCE_S) as own:
            outcomes.forget(run.folder)
            _spawn(id_, machine, own)
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
    if not _end_process(run.folder):
        outcomes.forget(run.folder)
        raise RunError(f"{run.name} does not end. Try again, or end process {_process_number(run.folder)} by hand.")
    if (model := model_of(run)) is not None:
        finish(run, model)
    for leftover in (MODEL, CHECKPOINTS):
        shutil.rmtree(run.folder / leftover, ignore_errors=True)
    return read(id_)


def model_of(run: Run) -> registry.Model | None:
    """Gives the model that a run has made; None where it made none, or where that was deleted since."""
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


def finish(run: Run, model: registry.Model) -> None:
    """Writes that a run has made its model."""
    outcomes.write(run.folder, State.FINISHED, accuracy=model.evaluation["accuracy"])


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
    if is_held(folder / PROCESS):
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
    alive = is_held(folder / PROCESS)  # before the outcome, which is written before the process ends
    try:
        request = json.loads((folder / REQUEST).read_text(encoding="utf-8"))
        run = Run(
            id=id_,
            name=str(request["name"]),
            recipe=Recipe.from_json(request["recipe"]),
            subset=request["subset"],
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


def current() -> Run | None:
    """Gives the run that is at work, if there is one."""
    with suppress(OSError, RunError):
        run = read((_runs_folder() / MACHINE).read_text(encoding="utf-8").strip())
        return run if run.is_on else None
    return None


def latest() -> Run | None:
    """Gives the run that is at work, else the one that was started last."""
    return current() or next(iter(all_runs()), None)


def describe(run: Run) -> str:
    """Says in a sentence where a run is."""
    step = run.track.latest
    epochs = f"after {round(step.epochs_done, 1):g} of {step.epochs} epochs" if step else "before its first epoch"
    match run.state:
        case State.STARTING:
            return f"{run.name} is starting."
        case State.RUNNING:
            return f"{run.name} is at epoch {step.epoch} of {step.epochs}." if step else f"{run.name} is running."
        case State.FINISHED:
            read_right = f"{100 * run.accuracy:.2f} % of the test digits" if run.accuracy is not None else "well"
            return f"{run.name} has finished and reads {read_right}."
        case State.CANCELLED:
            return f"{run.name} was cancelled {epochs}."
        case State.FAILED:
            return f"{run.name} failed {epochs}: {run.reason}"
    return f"{run.name} was interrupted {epochs}: {run.reason}"


@contextmanager
def claiming() -> Iterator[int]:
    """Has this machine to oneself for a training; the lock is kept as long as a process has its descriptor open.

    Raises:
        Busy: another training has it.
        RunError: the folder of the runs cannot be written.
    """
    with ExitStack() as stack:
        with _disk_trouble_told():
            _runs_folder().mkdir(parents=True, exist_ok=True)
            try:
                descriptor = stack.enter_context(locked(_runs_folder() / MACHINE, patience_s=LINGER_S))
            except Held as error:
                run = current()
                words = (
                    f"{run.recipe.name} is training already: {describe(run)}" if run else "A training is on already."
                )
                raise Busy(f"{words} One machine trains one network at a time: wait for it, or cancel it.") from error
        yield descriptor


def _spawn(id_: str, machine: int, own: int) -> None:
    """Starts a run's process and hands both locks over to it."""
    note(machine, f"{id_}\n")
    path = (str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH"))
    with (_folder(id_) / LOG).open("ab") as log:
        process = subprocess.Popen(
            [*WORKER, id_],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=(machine, own),
            env={"TF_CPP_MIN_LOG_LEVEL": "2", **os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))},
        )
    threading.Thread(target=process.wait, daemon=True).start()  # so that no zombie remains
    note(own, f"{process.pid}\n")


def _end_process(folder: Path) -> bool:
    """Ends a run's process and whatever it has started; tells whether it is gone."""
    for message, patience_s in ((signal.SIGTERM, MERCY_S), (signal.SIGKILL, PATIENCE_S)):
        number = _process_number(folder)
        if number is not None and is_held(folder / PROCESS):
            with suppress(ProcessLookupError):
                os.killpg(number, message)
        if wait(lambda: not is_held(folder / PROCESS), patience_s):
            return True
    return False


def _process_number(folder: Path) -> int | None:
    with suppress(OSError, ValueError):
        return int((folder / PROCESS).read_text())
    return None


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


def _runs_folder() -> Path:
    return settings.home() / "runs"


def _folder(id_: str) -> Path:
    if not re.fullmatch(r"\w[\w.-]*", id_):
        raise RunError(f"“{id_}” is no run.")
    return _runs_folder() / id_


def _ids() -> list[str]:
    folder = _runs_folder()
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
