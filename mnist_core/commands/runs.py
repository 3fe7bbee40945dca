"""The command `runs`, which lists trainings, validations and compressions, and cancels, resumes or forgets them."""

import argparse
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from rich.table import Table

from mnist_core.commands.console import output
from mnist_core.compression import results
from mnist_core.errors import StudioError
from mnist_core.runs import control, descriptions, store
from mnist_core.training import kfold
from mnist_core.training.diagnosis import diagnose


def add(command: Any) -> None:
    """Describes the command."""
    past = command("runs", run_runs, show_runs, "List the runs, or cancel, resume or forget one.")
    changes = past.add_mutually_exclusive_group()
    changes.add_argument("--cancel", metavar="ID", help="cancel this run")
    changes.add_argument("--resume", metavar="ID", help="resume this run after its last epoch, fold or version")
    changes.add_argument("--forget", metavar="ID", help="delete this run's files; its models stay")
    changes.add_argument("--carry-out", metavar="ID", help=argparse.SUPPRESS)  # for mnist_core.runs.control


def run_runs(options: argparse.Namespace) -> list[dict[str, Any]]:
    if options.cancel:
        control.cancel(options.cancel)
    elif options.resume:
        control.resume(options.resume)
    elif options.carry_out:
        from mnist_core.runs.worker import carry_out

        carry_out(options.carry_out)
        return []  # all that it has to say is its log
    elif options.forget:
        control.delete(options.forget)
    damaged = [{"id": id_, "state": "damaged"} for id_ in store.damaged()]
    return [describe_run(run) for run in store.all_runs()] + damaged


def describe_run(run: store.Run) -> dict[str, Any]:
    track = run.track
    return {
        "id": run.id,
        "name": run.name,
        "recipe": run.recipe.to_json(),
        "subset": run.subset,
        "folds": run.folds,
        "created": run.created.isoformat(timespec="seconds"),
        "seconds": round(track.seconds, 1),
        "state": run.state,
        "words": descriptions.describe(run),
        "compression": None if run.compression is None else asdict(run.compression),
        "diagnosis": diagnosis_of(run),
        "accuracy": run.accuracy,
        "history": list(track.history),
    }


def diagnosis_of(run: store.Run) -> str:
    if run.is_training:
        return diagnose(run.track.history)
    with suppress(StudioError):
        if run.compression is None:
            return kfold.verdict(store.validation_of(run))
        if (found := store.results_of(run)) is not None:
            return results.summary(found.rows)
    return ""


def show_runs(results: list[dict[str, Any]]) -> None:
    if not results:
        return
    table = Table("id", "seconds", "outcome")
    for result in results:
        words = result.get("words", "Its files are damaged.")
        table.add_row(result["id"], f"{result['seconds']:.0f}" if "seconds" in result else "", words)
    output.print(table)
