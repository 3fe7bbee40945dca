"""The commands `train` and `kfold`, which train a model and validate a recipe."""

import argparse
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.table import Table

from mnist_core.commands.console import messages, output, reading_bar, tensorflow_kept_quiet, training_bar
from mnist_core.commands.models import show_evaluate
from mnist_core.commands.recipes import add_recipe_options, recipe_from
from mnist_core.data.mnist import Mnist, load_mnist
from mnist_core.evaluation import measuring
from mnist_core.formatting import per_cent, points
from mnist_core.models import model_folder, registry
from mnist_core.networks.recipe import Recipe
from mnist_core.runs import control, descriptions, store
from mnist_core.runs.outcomes import State
from mnist_core.training import kfold
from mnist_core.training.progress import Phase, Progress

LOOK_S = 0.1  # how often a command looks how far a training is


def add(command: Any) -> None:
    """Describes the commands."""
    train = command("train", run_train, show_train, "Train a model.")
    add_recipe_options(train)
    target = train.add_mutually_exclusive_group()
    target.add_argument("--name", help="the new model's name (default: the recipe's name and a number)")
    target.add_argument("--output", type=Path, metavar="FOLDER", help="write the model here, replacing what is there")
    train.add_argument("--activate", action="store_true", help="use the model in the app afterwards")

    folds = command("kfold", run_kfold, show_kfold, "Validate a recipe by K folds; run again, it goes on.")
    add_recipe_options(folds)
    folds.add_argument("--folds", type=int, default=5, metavar="K", help="the number of parts (default: %(default)s)")
    folds.add_argument("--folder", type=Path, help="keep the results here (default: with the studio's other runs)")
    folds.add_argument("--anew", action="store_true", help="start again: forget the folds that are finished")


def run_train(options: argparse.Namespace) -> dict[str, Any]:
    recipe = recipe_from(options)
    if options.output is not None and options.activate:
        raise model_folder.ModelError("Only models of the studio can be activated: leave out --output or --activate.")
    if options.output is not None:
        model = train_into(options.output, recipe, options.subset)
    else:
        run = control.start(recipe, subset=options.subset, name=options.name)
        model = model_of_finished(watch(run))
    if options.activate:
        registry.activate(model.name)
    return {"folder": str(model.folder), "card": model.card, "evaluation": model.evaluation}


def train_into(folder: Path, recipe: Recipe, subset: int | None) -> model_folder.Model:
    """Trains in this process into a folder of one's own, which is no part of the studio."""
    with control.claiming():
        mnist = load_mnist().part(subset)
        with messages.status("Starting TensorFlow"), tensorflow_kept_quiet():
            from mnist_core.training.train import train  # takes seconds: only here
        with training_bar() as report:
            model = train(recipe, mnist, folder, report, replace=True)
        with reading_bar("training images, and disturbed ones") as bar:
            measuring.measure_the_rest(model, mnist, bar)
        return model_folder.Model.open(folder)


def watch(run: store.Run) -> store.Run:
    """Shows how a run goes until it ends; cancels it when the person interrupts."""
    phase, shown = "", 0
    try:
        with training_bar(lambda step: descriptions.epoch_of(run, step)) as report:
            while True:
                run = store.read(run.id)
                track = run.track
                if track.phase not in ("", phase):
                    messages.print(phase := track.phase)
                for row in track.history[shown:]:
                    step = track.steps[-1]
                    report(replace(step, epoch=int(row["epoch"]), batch=step.batches, values=row, ends_epoch=True))
                shown = len(track.history)
                if track.phase_share is not None:
                    report(Phase(track.phase, track.phase_share))
                elif track.latest is not None and not track.latest.ends_epoch:
                    report(track.latest)
                if not run.is_on:
                    return run
                time.sleep(LOOK_S)
    except KeyboardInterrupt:
        with suppress(store.RunError):  # it has ended by itself in this moment
            control.cancel(run.id)
        raise


def model_of_finished(run: store.Run) -> model_folder.Model:
    """Returns the model that a run has made.

    Raises:
        RunError: it made none, for a reason that is said.
    """
    model = store.model_of(run)
    if run.state is not State.FINISHED or model is None:
        raise store.RunError(descriptions.describe(run))
    return model


def show_train(result: dict[str, Any]) -> None:
    seconds = result["card"]["trained"]["seconds"]
    output.print(
        f"Trained {result['card']['parameters']:,} parameters in {seconds / 60:.1f} minutes: {result['folder']}"
    )
    show_evaluate(result["evaluation"])


def run_kfold(options: argparse.Namespace) -> dict[str, Any]:
    recipe = recipe_from(options)
    mnist = load_mnist().part(options.subset)
    kfold.divide(mnist.y_train, options.folds, recipe.seed)  # what cannot be divided is said at once
    if options.folder is not None:
        return {"folder": str(options.folder), **validate_in(options, recipe, mnist).to_json()}
    run = earlier_validation(recipe, mnist, options)
    if run is not None and options.anew:
        control.delete(run.id)
        run = None
    if run is None:
        run = control.start(recipe, subset=options.subset, folds=options.folds)
    elif run.is_resumable:
        run = control.resume(run.id)
    if run.is_on:
        run = watch(run)
    if run.state is not State.FINISHED:
        raise store.RunError(descriptions.describe(run))
    return {"folder": str(run.folder / store.FOLDS), **store.validation_of(run).to_json()}


def validate_in(options: argparse.Namespace, recipe: Recipe, mnist: Mnist) -> kfold.Validation:
    """Validates in this process, in a folder of one's own, which is no part of the studio."""
    if options.anew:
        kfold.forget(options.folder)
    with control.claiming():
        with messages.status("Starting TensorFlow"), tensorflow_kept_quiet():
            import mnist_core.training.fitting  # noqa: F401  # takes seconds: only here, and quietly

        def position(step: Progress) -> str:
            return descriptions.fold_and_epoch(recipe, options.folds, step)

        with training_bar(position) as bar:
            return kfold.validate(
                recipe,
                mnist,
                options.folds,
                options.folder,
                lambda fold, step: bar(kfold.whole(recipe, options.folds, fold, step)),
            )


def earlier_validation(recipe: Recipe, mnist: Mnist, options: argparse.Namespace) -> store.Run | None:
    """Finds the last validation of the same recipe, folds and images; None where there was none."""
    for run in store.validations():
        with suppress(kfold.KFoldError):
            same = (run.recipe, run.folds, run.subset) == (recipe, options.folds, options.subset)
            if same and store.validation_of(run).data in ({}, mnist.checksums):
                return run
    return None


def show_kfold(result: dict[str, Any]) -> None:
    table = Table("fold", "images", "accuracy", "loss", "seconds")
    for fold in result["finished"]:
        figures = (per_cent(fold["accuracy"]), f"{fold['loss']:.4f}", f"{fold['seconds']:.0f}")
        table.add_row(f"{fold['number']}", f"{fold['images']:,}", *figures)
    output.print(table)
    output.print(
        f"Mean accuracy {per_cent(result['mean'])}, standard deviation {points(result['standard_deviation'])}."
    )
