"""Describes runs in sentences, for pages, commands and errors."""

from contextlib import suppress

from mnist_core import formatting
from mnist_core.compression.results import ResultsError
from mnist_core.networks.recipe import Recipe
from mnist_core.runs.outcomes import State
from mnist_core.runs.store import Run, results_of, validation_of
from mnist_core.training import kfold
from mnist_core.training.progress import Progress


def describe(run: Run) -> str:
    """Returns a sentence about where a run is."""
    match run.state:
        case State.STARTING:
            return f"{run.name} is starting."
        case State.FINISHED | State.RUNNING if run.compression is not None:
            return f"{run.name} {'has finished' if run.state is State.FINISHED else 'is at work'}: {made_of(run)}."
        case State.RUNNING:
            step = run.track.latest
            return f"{run.name} is at {epoch_of(run, step)}." if step else f"{run.name} is running."
        case State.FINISHED:
            if run.accuracy is None:
                return f"{run.name} has finished."
            digits = "the digits held out, on average" if run.folds else "the test digits"
            return f"{run.name} has finished and reads {100 * run.accuracy:.2f} % of {digits}."
        case State.CANCELLED:
            go_on = ""
            if run.is_training and run.is_resumable:
                go_on = f" Resumed, it goes on after epoch {len(run.track.history)}."
            return f"{run.name} was cancelled {_when(run)}.{go_on}"
        case State.FAILED:
            return f"{run.name} failed {_when(run)}: {run.reason}"
    return f"{run.name} was interrupted {_when(run)}: {run.reason}"


def epoch_of(run: Run, step: Progress) -> str:
    """Returns in words which epoch a step belongs to; of a validation which fold as well."""
    if run.folds is not None:
        return fold_and_epoch(run.recipe, run.folds, step)
    return f"epoch {step.epoch} of {step.epochs}"


def fold_and_epoch(recipe: Recipe, folds: int, step: Progress) -> str:
    """Returns in words which fold and epoch of a validation a step belongs to."""
    fold, step = kfold.within(recipe, step)
    return f"fold {fold} of {folds}, epoch {step.epoch} of {step.epochs}"


def made_of(run: Run) -> str:
    """Returns in words how many smaller versions a compression has made so far."""
    asked = 0 if run.compression is None else len(run.compression.kinds)
    made = 0
    with suppress(ResultsError):
        if (found := results_of(run)) is not None:
            made = len(found.rows) - 1
    of = "" if run.compression is None else f" of {run.compression.model}"
    return f"{made} of {formatting.counted(asked, 'smaller version')}{of}"


def _when(run: Run) -> str:
    """Returns in words how much of a run was done when it ended."""
    if run.compression is not None:
        return f"after {made_of(run)}"
    if run.folds is not None:
        with suppress(kfold.KFoldError):
            return f"after {len(validation_of(run).finished)} of {run.folds} folds"
    step = run.track.latest
    return f"after {round(step.epochs_done, 1):g} of {step.epochs} epochs" if step else "before its first epoch"
