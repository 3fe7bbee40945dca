"""The commands `recipes`, `train`, `kfold` and `runs`: what can be trained, is trained and was trained."""

import argparse
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.table import Table

from mnist_core.commands.console import messages, output, reading_bar, tensorflow_kept_quiet, training_bar
from mnist_core.commands.models import show_evaluate
from mnist_core.data.mnist import Mnist, load_mnist
from mnist_core.evaluation import measuring
from mnist_core.formatting import per_cent, points
from mnist_core.models import model_folder, registry
from mnist_core.networks import architectures, recipes
from mnist_core.networks.recipe import OPTIMIZERS, VALIDATIONS, Recipe
from mnist_core.runs import control, store
from mnist_core.runs.outcomes import State
from mnist_core.training import kfold
from mnist_core.training.diagnosis import diagnose
from mnist_core.training.progress import Phase, Progress

LOOK_S = 0.1  # how often a command looks how far a training is


def add(command: Any) -> None:
    """Describes the commands."""
    command("recipes", run_recipes, show_recipes, "List the recipes that a model can be trained by.")

    train = command("train", run_train, show_train, "Train a model.")
    add_recipe_options(train)
    place = train.add_mutually_exclusive_group()
    place.add_argument("--name", help="the new model's name (default: the recipe's name and a number)")
    place.add_argument("--output", type=Path, metavar="FOLDER", help="write the model here, replacing what is there")
    train.add_argument("--activate", action="store_true", help="use the model in the app afterwards")

    folds = command("kfold", run_kfold, show_kfold, "Validate a recipe by K folds; run again, it goes on.")
    add_recipe_options(folds)
    folds.add_argument("--folds", type=int, default=5, metavar="K", help="the number of parts (default: %(default)s)")
    folds.add_argument("--folder", type=Path, help="keep the results here (default: with the studio's other runs)")
    folds.add_argument("--anew", action="store_true", help="start again: forget the folds that are finished")

    past = command("runs", run_runs, show_runs, "List the trainings and validations, or cancel, resume or forget one.")
    changes = past.add_mutually_exclusive_group()
    changes.add_argument("--cancel", metavar="ID", help="cancel this run")
    changes.add_argument("--resume", metavar="ID", help="resume this run after its last epoch or fold")
    changes.add_argument("--forget", metavar="ID", help="delete this run's files; its model stays")
    changes.add_argument("--carry-out", metavar="ID", help=argparse.SUPPRESS)  # for mnist_core.runs.control


def add_recipe_options(command: argparse.ArgumentParser) -> None:
    """Adds the options for a recipe and its settings; settings that are not given stay as in the recipe."""
    command.add_argument(
        "--recipe", default="default", help=f"one of: {', '.join(recipes.RECIPES)} (default: %(default)s)"
    )
    command.add_argument("--epochs", type=int, help="passes through the training images")
    command.add_argument("--batch-size", type=int, metavar="N", help="images in each training step")
    command.add_argument(
        "--optimizer",
        choices=OPTIMIZERS,
        help="the optimizer; another one than the recipe's comes with its usual learning rate",
    )
    command.add_argument("--learning-rate", type=float, metavar="RATE", help="the size of each step")
    command.add_argument("--dropout", type=float, metavar="SHARE", help="the share of values set to 0 in training")
    command.add_argument(
        "--validation",
        choices=VALIDATIONS,
        help="validate on a share of the training images, the test images or nothing",
    )
    command.add_argument(
        "--validation-fraction",
        type=float,
        metavar="SHARE",
        help="the share of images held out",
    )
    command.add_argument("--augment", action=argparse.BooleanOptionalAction, help="vary the images in every epoch")
    command.add_argument(
        "--pen-styles", action=argparse.BooleanOptionalAction, help="add synthetic digits as many countries write them"
    )
    command.add_argument("--seed", type=int, help="the random seed")
    command.add_argument("--subset", type=int, metavar="N", help="use only N training images")


CHANGEABLE = ("epochs", "batch_size", "learning_rate", "dropout", "validation_fraction", "seed")


def recipe_from(options: argparse.Namespace) -> Recipe:
    """Returns the recipe that a command line asks for.

    Raises:
        UnknownRecipe: there is none of that name.
        ImpossibleRecipe: a setting has an impossible value.
    """
    recipe = recipes.find(options.recipe)
    if options.augment is not None:
        recipe = recipes.with_augmentation(recipe, options.augment)
    if options.pen_styles is not None:
        recipe = recipes.with_pen_styles(recipe, options.pen_styles)
    if options.optimizer is not None:
        recipe = recipes.with_optimizer(recipe, options.optimizer)
    if options.validation is not None:
        recipe = recipes.with_validation(recipe, options.validation)
    changes = {name: getattr(options, name) for name in CHANGEABLE}
    return replace(recipe, **{name: value for name, value in changes.items() if value is not None})


def run_recipes(options: argparse.Namespace) -> list[dict[str, Any]]:
    return [
        {
            "name": recipe.name,
            "title": recipe.title,
            "parameters": architectures.parameters(recipe),
            "epochs": recipe.epochs,
            "source": recipe.source,
            "description": recipe.description,
        }
        for recipe in recipes.RECIPES.values()
    ]


def show_recipes(results: list[dict[str, Any]]) -> None:
    table = Table("recipe", "what", "parameters", "epochs", "from")
    for result in results:
        figures = (f"{result['parameters']:,}", f"{result['epochs']}")
        table.add_row(result["name"], result["title"], *figures, result["source"])
    output.print(table)


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
        with training_bar(lambda step: store.place(run, step)) as report:
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
        raise store.RunError(store.describe(run))
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
        raise store.RunError(store.describe(run))
    return {"folder": str(run.folder / store.FOLDS), **store.validation_of(run).to_json()}


def validate_in(options: argparse.Namespace, recipe: Recipe, mnist: Mnist) -> kfold.Validation:
    """Validates in this process, in a folder of one's own, which is no part of the studio."""
    if options.anew:
        kfold.forget(options.folder)
    with control.claiming():
        with messages.status("Starting TensorFlow"), tensorflow_kept_quiet():
            import mnist_core.training.fitting  # noqa: F401  # takes seconds: only here, and quietly

        def place(step: Progress) -> str:
            return store.fold_and_epoch(recipe, options.folds, step)

        with training_bar(place) as bar:
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
        "words": store.describe(run),
        "diagnosis": diagnose(track.history) if run.folds is None else diagnosis_of_validation(run),
        "accuracy": run.accuracy,
        "history": list(track.history),
    }


def diagnosis_of_validation(run: store.Run) -> str:
    with suppress(kfold.KFoldError):
        return kfold.verdict(store.validation_of(run))
    return ""


def show_runs(results: list[dict[str, Any]]) -> None:
    if not results:
        return
    table = Table("id", "seconds", "outcome")
    for result in results:
        words = result.get("words", "Its files are damaged.")
        table.add_row(result["id"], f"{result['seconds']:.0f}" if "seconds" in result else "", words)
    output.print(table)
