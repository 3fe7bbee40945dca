"""The commands of `python -m mnist_core`, which call the same functions as the pages.

Results go to standard output, for people or, with `--json`, for programs; progress and errors go to standard error.
Exit codes: 0, it worked; 1, it did not, and a sentence says why; 2, the command line was wrong; 130, interrupted.
"""

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from mnist_core import data, recipes, registry
from mnist_core.errors import StudioError
from mnist_core.evaluation import evaluate
from mnist_core.ink import ink_from_rgba
from mnist_core.pictures import read_picture
from mnist_core.recognizer import Recognition, Recognizer

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
        messages.print("Interrupted; nothing was saved.")
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

    train = command("train", run_train, show_train, "Train a model.")
    train.add_argument(
        "--recipe", default="default", help=f"one of: {', '.join(recipes.RECIPES)} (default: %(default)s)"
    )
    train.add_argument("--name", help="the new model's name (default: the recipe's name and a number)")
    train.add_argument(
        "--output", type=Path, metavar="FOLDER", help="write the model here, and replace what lies there"
    )
    train.add_argument("--epochs", type=int, help="rounds through the data (default: the recipe's)")
    train.add_argument("--seed", type=int, help="the source of chance (default: the recipe's)")
    train.add_argument("--subset", type=int, metavar="N", help="train on N images only")
    train.add_argument("--activate", action="store_true", help="let the app read with it afterwards")

    test = command("evaluate", run_evaluate, show_evaluate, "Measure a model on the test images.")
    test.add_argument("--model", help="the model's name (default: the active one)")

    predict = command("predict", run_predict, show_predict, "Read the digit in each picture.")
    predict.add_argument("files", nargs="+", type=Path, metavar="FILE")

    models = command("models", run_models, show_models, "List the models, or choose the one that the app reads with.")
    models.add_argument("--activate", metavar="NAME", help="let the app read with this model")
    return top


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
    recipe = recipes.find(options.recipe)
    try:
        recipe = replace(
            recipe, **{name: value for name in ("epochs", "seed") if (value := getattr(options, name)) is not None}
        )
    except ValueError as error:
        raise StudioError(f"{error}") from error
    mnist = load_mnist()
    if options.subset is not None:
        mnist = mnist.subset(options.subset, len(mnist.x_test))
    folder = options.output or registry.folder_of(options.name or registry.free_name(recipe.name))

    with messages.status("Starting TensorFlow"), tensorflow_kept_quiet():
        from mnist_core.training import train  # takes seconds: only here

    with training_bar() as report:
        model = train(recipe, mnist, folder, report, replace=options.output is not None)
    if options.activate:
        registry.activate(model.name)
    return {"folder": str(model.folder), "card": model.card, "evaluation": model.evaluation}


def show_train(result: dict[str, Any]) -> None:
    seconds = result["card"]["trained"]["seconds"]
    output.print(
        f"Trained {result['card']['parameters']:,} parameters in {seconds / 60:.1f} minutes: {result['folder']}"
    )
    show_evaluate(result["evaluation"])


def run_evaluate(options: argparse.Namespace) -> dict[str, Any]:
    recognizer = (
        Recognizer(registry.Model.open(registry.folder_of(options.model))) if options.model else Recognizer.load()
    )
    warn(recognizer)
    mnist = load_mnist()
    evaluation = evaluate(*recognizer.network(mnist.x_test), mnist.y_test, recognizer.digit_threshold)
    return {"model": recognizer.model.name, **evaluation.to_json()}


def show_evaluate(result: dict[str, Any]) -> None:
    table = Table("digit", "read right")
    for digit, accuracy in result["per_digit"].items():
        table.add_row(digit, f"{accuracy:.2%}")
    output.print(table)
    output.print(
        f"{result['accuracy']:.2%} of {result['images']:,} test images read right, "
        f"cross-entropy {result['loss']:.4f}, calibration error {result['expected_calibration_error']:.2%}, "
        f"{result['turned_away']:.2%} not taken for digits."
    )


def run_predict(options: argparse.Namespace) -> list[dict[str, Any]]:
    recognizer = Recognizer.load()
    warn(recognizer)
    recognitions = recognizer.recognize_many([ink_from_rgba(read_picture(file)) for file in options.files])
    return [describe(file, recognition) for file, recognition in zip(options.files, recognitions, strict=True)]


def describe(file: Path, recognition: Recognition) -> dict[str, Any]:
    return {
        "file": str(file),
        "digit": recognition.digit,
        "confidence": round(recognition.confidence, 4),
        "digit_score": round(recognition.digit_score, 4),
        "probabilities": [round(float(p), 4) for p in recognition.probabilities],
    }


def show_predict(results: list[dict[str, Any]]) -> None:
    for result in results:
        answer = "no digit" if result["digit"] is None else f"{result['digit']}  ({result['confidence']:.0%} sure)"
        output.print(f"{result['file']}: {answer}", markup=False, highlight=False)


def run_models(options: argparse.Namespace) -> list[dict[str, Any]]:
    if options.activate:
        registry.activate(options.activate)
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


def warn(recognizer: Recognizer) -> None:
    """Tells the person when another model than the active one had to be taken."""
    if recognizer.notice:
        messages.print(recognizer.notice, style="yellow", markup=False, highlight=False)


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
