"""The commands of `python -m mnist_core`, which call the same functions as the pages.

Results go to standard output, for people or, with `--json`, for programs; progress and errors go to standard error.
Exit codes: 0, it worked; 1, it did not, and a sentence says why; 2, the command line was wrong; 130, interrupted.
"""

import argparse
import json
import math
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from mnist_core import architectures, data, kfold, recipes, registry, runs
from mnist_core.errors import StudioError
from mnist_core.evaluation import evaluate_model, figures_per_digit
from mnist_core.ink import ink_from_rgba
from mnist_core.learning import lesson
from mnist_core.outcomes import State
from mnist_core.pictures import read_picture
from mnist_core.preprocessing import Ink
from mnist_core.recognizer import Recognition, Recognizer

LOOK_S = 0.1  # how often a command looks how far a training is

output, messages = Console(soft_wrap=True), Console(stderr=True, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code."""
    options = parser().parse_args(arguments)
    try:
        result = options.run(options)
    except StudioError as error:
        messages.print(str(error), style="red", markup=False, highlight=False)
        return 1
    except KeyboardInterrupt:
        messages.print("Interrupted.")
        return 130
    if options.json:
        print(json.dumps(result, indent=1, ensure_ascii=False))  # noqa: T201
    else:
        options.show(result)
    return 0


def parser() -> argparse.ArgumentParser:
    """Describes the command line."""
    top = argparse.ArgumentParser(prog="python -m mnist_core", description="MNIST Studio on the command line.")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, run: Any, show: Any, summary: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=summary, description=summary)
        added.add_argument("--json", action="store_true", help="print the result as JSON")
        added.set_defaults(run=run, show=show)
        return added

    command("data", run_data, show_data, "Find or download MNIST and say what it holds.")

    command("recipes", run_recipes, show_recipes, "List the recipes that a model can be trained by.")

    train = command("train", run_train, show_train, "Train a model.")
    add_recipe_options(train)
    train.add_argument("--name", help="the new model's name (default: the recipe's name and a number)")
    train.add_argument(
        "--output", type=Path, metavar="FOLDER", help="write the model here, and replace what lies there"
    )
    train.add_argument("--activate", action="store_true", help="let the app read with it afterwards")
    train.add_argument(
        "--run", dest="run_id", metavar="ID", help=argparse.SUPPRESS
    )  # how mnist_core.runs starts its process

    folds = command("kfold", run_kfold, show_kfold, "Judge a recipe by K-fold validation; run again, it goes on.")
    add_recipe_options(folds)
    folds.add_argument("--folds", type=int, default=5, metavar="K", help="into how many parts (default: %(default)s)")
    folds.add_argument("--folder", type=Path, help="where the results lie (default: one in the studio's home)")
    folds.add_argument("--anew", action="store_true", help="forget what an earlier run of this command has finished")

    test = command("evaluate", run_evaluate, show_evaluate, "Measure all that the Evaluation page shows of a model.")
    test.add_argument("--model", help="the model's name (default: the active one)")
    test.add_argument("--save", action="store_true", help="keep the result with the model, in place of the one before")

    predict = command("predict", run_predict, show_predict, "Read the digit or number in each picture.")
    predict.add_argument("files", nargs="+", type=Path, metavar="FILE")

    models = command("models", run_models, show_models, "List the models, or choose the one that the app reads with.")
    changes = models.add_mutually_exclusive_group()
    changes.add_argument("--activate", metavar="NAME", help="let the app read with this model")
    changes.add_argument("--back", action="store_true", help="let the app read with the model before again")
    changes.add_argument("--delete", metavar="NAME", help="delete this model for good")

    past = command("runs", run_runs, show_runs, "List the trainings, or cancel, resume or forget one.")
    changes = past.add_mutually_exclusive_group()
    changes.add_argument("--cancel", metavar="ID", help="end this training")
    changes.add_argument("--resume", metavar="ID", help="let this interrupted training go on after its last epoch")
    changes.add_argument("--forget", metavar="ID", help="delete what is written of this training; its model stays")
    return top


def add_recipe_options(command: argparse.ArgumentParser) -> None:
    """Lets a command take a recipe and what people change in it; what is not given is as the recipe has it."""
    command.add_argument(
        "--recipe", default="default", help=f"one of: {', '.join(recipes.RECIPES)} (default: %(default)s)"
    )
    command.add_argument("--epochs", type=int, help="rounds through the data")
    command.add_argument("--batch-size", type=int, metavar="N", help="images for each step of learning")
    command.add_argument("--optimizer", choices=recipes.OPTIMIZERS, help="how a step is made of a gradient")
    command.add_argument("--learning-rate", type=float, metavar="RATE", help="how large a step is")
    command.add_argument("--dropout", type=float, metavar="SHARE", help="the share of values left out while learning")
    command.add_argument("--validation-fraction", type=float, metavar="SHARE", help="the share of images to validate")
    command.add_argument("--augment", action=argparse.BooleanOptionalAction, help="vary the images in every epoch")
    command.add_argument("--seed", type=int, help="the source of chance")
    command.add_argument("--subset", type=int, metavar="N", help="take N training images only")


CHANGEABLE = ("epochs", "batch_size", "optimizer", "learning_rate", "dropout", "validation_fraction", "seed")


def recipe_from(options: argparse.Namespace) -> recipes.Recipe:
    """Gives the recipe that a command line asks for.

    Raises:
        UnknownRecipe: there is none of that name.
        ImpossibleRecipe: a setting has an impossible value.
    """
    recipe = recipes.find(options.recipe)
    if options.augment is not None:
        recipe = recipes.with_augmentation(recipe, options.augment)
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


def run_data(options: argparse.Namespace) -> dict[str, Any]:
    mnist = load_mnist()
    return {
        "path": str(data.find_mnist()),
        "canonical": mnist.is_canonical,
        "arrays": {
            name: {"shape": list(array.shape), "dtype": str(array.dtype), "md5": mnist.checksums[file]}
            for name, file in data.FILES.items()
            for array in [getattr(mnist, name)]
        },
        "images_per_digit": {
            "train": np.bincount(mnist.y_train, minlength=10).tolist(),
            "test": np.bincount(mnist.y_test, minlength=10).tolist(),
        },
    }


def show_data(result: dict[str, Any]) -> None:
    table = Table("array", "shape", "type", "MD5 as IDX file")
    for name, array in result["arrays"].items():
        table.add_row(name, " × ".join(map(str, array["shape"])), array["dtype"], array["md5"])
    output.print(table)
    output.print(f"{result['path']}: " + ("the original MNIST." if result["canonical"] else "not the original MNIST."))


def run_train(options: argparse.Namespace) -> dict[str, Any]:
    if options.run_id is not None:
        from mnist_core.worker import carry_out

        model = model_of_finished(carry_out(options.run_id))
        return {"folder": str(model.folder), "card": model.card, "evaluation": model.evaluation}
    recipe = recipe_from(options)
    if options.output is not None:
        model = train_into(options.output, recipe, options.subset)
    else:
        run = runs.start(recipe, subset=options.subset, name=options.name)
        model = model_of_finished(watch(run))
    if options.activate:
        registry.activate(model.name)
    return {"folder": str(model.folder), "card": model.card, "evaluation": model.evaluation}


def train_into(folder: Path, recipe: recipes.Recipe, subset: int | None) -> registry.Model:
    """Trains in this process into a folder of one's own, which is no part of the studio."""
    with runs.claiming():
        mnist = load_part_of_mnist(subset)
        with messages.status("Starting TensorFlow"), tensorflow_kept_quiet():
            from mnist_core.training import train  # takes seconds: only here
        with training_bar() as report:
            return train(recipe, mnist, folder, report, replace=True)


def watch(run: runs.Run) -> runs.Run:
    """Shows how a run goes until it ends; cancels it when the person interrupts."""
    phase, shown = "", 0
    try:
        with training_bar() as report:
            while True:
                run = runs.read(run.id)
                track = run.track
                if track.phase not in ("", phase):
                    messages.print(phase := track.phase)
                for row in track.history[shown:]:
                    step = track.steps[-1]
                    report(replace(step, epoch=int(row["epoch"]), batch=step.batches, values=row))
                shown = len(track.history)
                if track.latest is not None and "val_loss" not in track.latest.values:
                    report(track.latest)
                if not run.is_on:
                    return run
                time.sleep(LOOK_S)
    except KeyboardInterrupt:
        with suppress(runs.RunError):  # it has ended by itself in this moment
            runs.cancel(run.id)
        raise


def model_of_finished(run: runs.Run) -> registry.Model:
    """Gives the model that a run has made.

    Raises:
        RunError: it made none, for a reason that is said.
    """
    model = runs.model_of(run)
    if run.state is not State.FINISHED or model is None:
        raise runs.RunError(runs.describe(run))
    return model


def show_train(result: dict[str, Any]) -> None:
    seconds = result["card"]["trained"]["seconds"]
    output.print(
        f"Trained {result['card']['parameters']:,} parameters in {seconds / 60:.1f} minutes: {result['folder']}"
    )
    show_evaluate(result["evaluation"])


def run_kfold(options: argparse.Namespace) -> dict[str, Any]:
    recipe = recipe_from(options)
    with runs.claiming():
        mnist = load_part_of_mnist(options.subset)
        folder = options.folder or kfold.folder_for(recipe, mnist, options.folds)
        if options.anew:
            kfold.forget(folder)
        with messages.status("Starting TensorFlow"), tensorflow_kept_quiet():
            import mnist_core.fitting  # noqa: F401  # takes seconds: only here, and quietly
        with training_bar() as bar:
            fold = 0

            def report(number: int, progress: Any) -> None:
                nonlocal fold
                if number != fold:
                    fold = number
                    messages.print(f"fold {fold} of {options.folds}", highlight=False)
                bar(progress)

            validation = kfold.validate(recipe, mnist, options.folds, folder, report)
    return {"folder": str(folder), **validation.to_json()}


def show_kfold(result: dict[str, Any]) -> None:
    table = Table("fold", "images", "read right", "loss", "seconds")
    for fold in result["finished"]:
        figures = (f"{fold['accuracy']:.2%}", f"{fold['loss']:.4f}", f"{fold['seconds']:.0f}")
        table.add_row(f"{fold['number']}", f"{fold['images']:,}", *figures)
    output.print(table)
    output.print(f"{result['mean']:.2%} on average, with a standard deviation of {100 * result['spread']:.2f} points.")


def run_evaluate(options: argparse.Namespace) -> dict[str, Any]:
    recognizer = (
        Recognizer(registry.Model.open(registry.folder_of(options.model))) if options.model else Recognizer.load()
    )
    warn(recognizer)
    mnist = load_mnist()
    with evaluation_bar() as report:
        learned_from = share_learned_from(recognizer.model, mnist)
        evaluation = evaluate_model(recognizer.network, learned_from, recognizer.digit_threshold, report)
    if options.save:
        recognizer.model.keep_evaluation(evaluation.to_json())
    return {"model": recognizer.model.name, **evaluation.to_json()}


def share_learned_from(model: registry.Model, mnist: data.Mnist) -> data.Mnist:
    """Gives the share of MNIST on which a model was trained by `--subset`; else the whole."""
    trained = model.card["trained"]
    count = trained["images"] + trained["validation_images"]
    if count < len(mnist.y_train):
        share = mnist.subset(count, len(mnist.y_test))
        if share.checksums == model.card["data"]:
            return share
    return mnist


def show_evaluate(result: dict[str, Any]) -> None:
    table = Table("digit", "images", "precision", "recall", "F1")
    for digit in figures_per_digit(result["confusion"]):
        shares = (digit.precision, digit.recall, digit.f1)
        known = ("–" if math.isnan(share) else f"{share:.2%}" for share in shares)
        table.add_row(f"{digit.digit}", f"{digit.images:,}", *known)
    output.print(table)
    output.print(
        f"{result['accuracy']:.2%} of {result['images']:,} test images read right, "
        f"cross-entropy {result['loss']:.4f}, calibration error {result['expected_calibration_error']:.2%}, "
        f"{result['turned_away']:.2%} not taken for digits."
    )
    training, robustness = result["training"], result["robustness"]
    output.print(
        f"{training['accuracy']:.2%} of {training['images']:,} training images, cross-entropy "
        f"{training['loss']:.4f}: {100 * (training['accuracy'] - result['accuracy']):+.2f} points against the test."
    )
    output.print(f"Of {robustness['images']:,} disturbed test images, read right at each level:")
    for name, levels in robustness["levels"].items():
        accuracies = robustness["accuracies"][name]
        read = ", ".join(f"{level:g}: {share:.1%}" for level, share in zip(levels, accuracies, strict=True))
        output.print(f"  {name:<10}{read}", highlight=False)


def run_predict(options: argparse.Namespace) -> list[dict[str, Any]]:
    recognizer = Recognizer.load()
    warn(recognizer)
    return [describe(file, ink_from_rgba(read_picture(file)), recognizer) for file in options.files]


def describe(file: Path, ink: Ink, recognizer: Recognizer) -> dict[str, Any]:
    number = recognizer.read(ink)
    as_one = number[0] if len(number) == 1 else replace(recognizer.recognize(ink), digit=None)
    digits = [{"line": recognition.line, **describe_digit(recognition)} for recognition in number]
    return {"file": str(file), **describe_digit(as_one), "number": digits}


def describe_digit(recognition: Recognition) -> dict[str, Any]:
    return {
        "digit": recognition.digit,
        "confidence": round(recognition.confidence, 4),
        "digit_score": round(recognition.digit_score, 4),
        "probabilities": [round(float(p), 4) for p in recognition.probabilities],
    }


def show_predict(results: list[dict[str, Any]]) -> None:
    for result in results:
        output.print(f"{result['file']}: {in_words(result['number'])}", markup=False, highlight=False)


def in_words(number: list[dict[str, Any]]) -> str:
    if all(digit["digit"] is None for digit in number):
        return "no digit"
    lines = groupby(number, key=lambda digit: digit["line"])
    written = " / ".join("".join("?" if d["digit"] is None else str(d["digit"]) for d in line) for _, line in lines)
    return f"{written}  ({math.prod(digit['confidence'] for digit in number):.0%} sure)"


def run_models(options: argparse.Namespace) -> list[dict[str, Any]]:
    if options.activate:
        registry.activate(options.activate)
    elif options.back:
        previous = registry.previous_name()
        if previous is None:
            raise registry.ModelError("There is no model to go back to.")
        registry.activate(previous)
    elif options.delete:
        registry.delete(options.delete)
    active = registry.active_name()
    return [describe_model(name, is_active=name == active) for name in registry.names()]


def describe_model(name: str, *, is_active: bool) -> dict[str, Any]:
    try:
        model = registry.Model.open(registry.folder_of(name))
        return {
            "name": name,
            "active": is_active,
            "recipe": model.card["recipe"]["name"],
            "parameters": model.card["parameters"],
            "accuracy": model.evaluation["accuracy"],
        }
    except registry.ModelError as error:
        return {"name": name, "active": is_active, "error": str(error)}


def show_models(results: list[dict[str, Any]]) -> None:
    table = Table("", "model", "recipe", "parameters", "on MNIST's test images")
    for result in results:
        mark = "active" if result["active"] else ""
        if "error" in result:
            table.add_row(mark, result["name"], result["error"])
        else:
            figures = (f"{result['parameters']:,}", f"{result['accuracy']:.2%}")
            table.add_row(mark, result["name"], result["recipe"], *figures)
    output.print(table)


def run_runs(options: argparse.Namespace) -> list[dict[str, Any]]:
    if options.cancel:
        runs.cancel(options.cancel)
    elif options.resume:
        runs.resume(options.resume)
    elif options.forget:
        runs.delete(options.forget)
    damaged = [{"id": id_, "state": "damaged"} for id_ in runs.damaged()]
    return [describe_run(run) for run in runs.all_runs()] + damaged


def describe_run(run: runs.Run) -> dict[str, Any]:
    track = run.track
    return {
        "id": run.id,
        "name": run.name,
        "recipe": run.recipe.to_json(),
        "subset": run.subset,
        "created": run.created.isoformat(timespec="seconds"),
        "seconds": round(track.seconds, 1),
        "state": run.state,
        "words": runs.describe(run),
        "lesson": lesson(track.history),
        "accuracy": run.accuracy,
        "history": list(track.history),
    }


def show_runs(results: list[dict[str, Any]]) -> None:
    table = Table("id", "seconds", "what became of it")
    for result in results:
        words = result.get("words", "What is written of it is damaged.")
        table.add_row(result["id"], f"{result['seconds']:.0f}" if "seconds" in result else "", words)
    output.print(table)


def warn(recognizer: Recognizer) -> None:
    """Tells the person when another model than the active one had to be taken."""
    if recognizer.notice:
        messages.print(recognizer.notice, style="yellow", markup=False, highlight=False)


def load_part_of_mnist(training_images: int | None) -> data.Mnist:
    """Loads MNIST with so many training images, or all."""
    mnist = load_mnist()
    return mnist if training_images is None else mnist.subset(training_images, len(mnist.x_test))


def load_mnist() -> data.Mnist:
    """Loads MNIST, with a bar where it has to be downloaded."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=messages, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def report(done_bytes: int, total_bytes: int | None, file: str) -> None:
            if file not in tasks:
                tasks[file] = bars.add_task(file)
            bars.update(tasks[file], completed=done_bytes, total=total_bytes)

        return data.load_mnist(report)


@contextmanager
def tensorflow_kept_quiet() -> Iterator[None]:
    """Chooses TensorFlow for Keras, and hides what it writes to standard error before its log level holds."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    standard_error = os.dup(2)
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123  # no path, but a device
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(standard_error, 2)
        os.close(standard_error)


@contextmanager
def evaluation_bar() -> Iterator[Any]:
    """Shows how many images were read."""
    columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TextColumn("images"), TimeRemainingColumn())
    with Progress(*columns, console=messages, transient=True) as bars:
        task = bars.add_task("reading", total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)


@contextmanager
def training_bar() -> Iterator[Any]:
    """Shows a training's progress: a bar for the epoch under way, a line for each that is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[state]}"), TimeRemainingColumn())
    with Progress(*columns, console=messages, transient=True) as bars:
        task = bars.add_task("training", state="")

        def report(progress: Any) -> None:
            done = (progress.epoch - 1) * progress.batches + progress.batch
            bars.update(
                task,
                description=f"epoch {progress.epoch} of {progress.epochs}",
                completed=done,
                total=progress.epochs * progress.batches,
                state=f"loss {progress.values['loss']:.4f}, accuracy {progress.values['accuracy']:.2%}",
            )
            if "val_accuracy" in progress.values:
                values = progress.values
                bars.console.print(
                    f"epoch {progress.epoch}: loss {values['loss']:.4f}, accuracy {values['accuracy']:.2%}; "
                    f"validation loss {values['val_loss']:.4f}, accuracy {values['val_accuracy']:.2%}; "
                    f"{values['seconds']:.0f} s",
                    highlight=False,
                )

        yield report
