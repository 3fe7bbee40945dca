"""The commands `evaluate`, `predict` and `models`: what models are there, what they read and how well."""

import argparse
import math
from dataclasses import asdict, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.table import Table

from mnist_core import settings
from mnist_core.commands.console import messages, output, reading_bar, tensorflow_kept_quiet, warn
from mnist_core.data.mnist import Mnist, load_mnist
from mnist_core.drawing.framing import Ink
from mnist_core.drawing.image_files import read_picture
from mnist_core.drawing.rgba import ink_from_rgba
from mnist_core.drawing.strokes import StrokePack
from mnist_core.errors import StudioError
from mnist_core.evaluation import drawn
from mnist_core.evaluation.metrics import complete, evaluate_test_images, figures_per_digit
from mnist_core.formatting import confidence, per_cent, points, signed_points
from mnist_core.models import model_folder, registry
from mnist_core.reading.network import CORES
from mnist_core.reading.recognizer import Recognition, Recognizer


def add(command: Any) -> None:
    """Describes the commands."""
    test = command("evaluate", run_evaluate, show_evaluate, "Measure all that the Evaluation page shows of a model.")
    test.add_argument("--model", help="the model's name (default: the active one)")
    test.add_argument("--save", action="store_true", help="keep the result with the model, replacing the last one")
    test.add_argument("--drawn", action="store_true", help="measure on pen-drawn digits instead")

    predict = command(
        "predict",
        run_predict,
        show_predict,
        "Read the digit or number in each picture.",
        exit_code=exit_code_of_predict,
    )
    predict.add_argument("files", nargs="+", type=Path, metavar="FILE")

    models = command("models", run_models, show_models, "List the models, or choose the one that the app uses.")
    changes = models.add_mutually_exclusive_group()
    changes.add_argument("--activate", metavar="NAME", help="use this model in the app")
    changes.add_argument("--back", action="store_true", help="use the previous model again")
    changes.add_argument("--export", metavar="NAME", help="export this model's Keras file again")
    changes.add_argument("--pack", metavar="NAME", help="export this model's Keras file for browsers, and nothing else")
    changes.add_argument("--delete", metavar="NAME", help="delete this model for good")


def run_evaluate(options: argparse.Namespace) -> dict[str, Any]:
    recognizer = recognizer_on_all_cores(options.model)
    if options.drawn:
        return evaluate_drawn(recognizer, save=options.save)
    mnist = load_mnist()
    learned_from = share_learned_from(recognizer.model, mnist)
    with reading_bar("test images") as report:
        tested = evaluate_test_images(recognizer.network, learned_from, recognizer.digit_threshold, report)
    with reading_bar("training images, and disturbed ones") as report:
        evaluation = complete(tested, recognizer.network, learned_from, report)
    if options.save:
        recognizer.model.keep_evaluation(evaluation.to_json())
    return {"model": recognizer.model.name, **evaluation.to_json()}


def recognizer_on_all_cores(name: str | None) -> Recognizer:
    """Loads a model, the active one where none is named, to read many images at once."""
    recognizer = Recognizer(model_folder.Model.open(registry.folder_of(name))) if name else Recognizer.load()
    warn(recognizer)
    return Recognizer(recognizer.model, interpreters=CORES)


def evaluate_drawn(recognizer: Recognizer, *, save: bool) -> dict[str, Any]:
    """Measures a model on pen-drawn digits."""
    path = settings.stroke_pack()
    pack = StrokePack.load(path)
    with reading_bar("drawing digits") as report:
        drawings = drawn.prepare(pack, report=report)
    with reading_bar("pen-drawn digits") as report:
        found = drawn.measure(pack, drawings, recognizer, report)
    if save:
        drawn.keep(recognizer.model, path, found)
    return {"model": recognizer.model.name, "pack": str(path), **asdict(found), "standard_error": found.standard_error}


def show_drawn(result: dict[str, Any]) -> None:
    table = Table("digit", "accuracy")
    for digit, accuracy in result["per_digit"].items():
        table.add_row(digit, per_cent(accuracy))
    output.print(table)
    digits = f"{result['digits']:,} digits"
    if result["digits"] < result["of"]:
        error = f"standard error {points(result['standard_error'])}"
        digits = f"a sample ({error}) of {result['digits']:,} of {result['of']:,} digits"
    output.print(
        f"{per_cent(result['accuracy'])} of {digits} drawn by {result['writers']} people read right, calibration error "
        f"{points(result['expected_calibration_error'])}, "
        f"{per_cent(result['false_rejection_rate'])} rejected as no digit."
    )


def share_learned_from(model: model_folder.Model, mnist: Mnist) -> Mnist:
    """Returns the share of MNIST that a model was trained on with `--subset`; else the whole."""
    count = model_folder.training_images(model.card)
    if count < len(mnist.y_train):
        share = mnist.part(count)
        if share.checksums == model.card["data"]:
            return share
    return mnist


def show_evaluate(result: dict[str, Any]) -> None:
    if "pack" in result:
        show_drawn(result)
        return
    table = Table("digit", "images", "precision", "recall", "F1")
    for digit in figures_per_digit(result["confusion"]):
        shares = (digit.precision, digit.recall, digit.f1)
        known = map(per_cent, shares)
        table.add_row(f"{digit.digit}", f"{digit.images:,}", *known)
    output.print(table)
    output.print(
        f"{per_cent(result['accuracy'])} of {result['images']:,} test images read right, "
        f"cross-entropy {result['loss']:.4f}, calibration error {points(result['expected_calibration_error'])}, "
        f"{per_cent(result['false_rejection_rate'])} rejected as no digit."
    )
    training, robustness = result["training"], result["robustness"]
    output.print(
        f"{per_cent(training['accuracy'])} of {training['images']:,} training images read right, cross-entropy "
        f"{training['loss']:.4f}; generalization gap {signed_points(training['accuracy'] - result['accuracy'])}."
    )
    output.print(f"Accuracy on {robustness['images']:,} disturbed test images, by level:")
    for name, levels in robustness["levels"].items():
        accuracies = robustness["accuracies"][name]
        read = ", ".join(f"{level:g}: {per_cent(share, 1)}" for level, share in zip(levels, accuracies, strict=True))
        output.print(f"  {name:<10}{read}", highlight=False)


def run_predict(options: argparse.Namespace) -> list[dict[str, Any]]:
    recognizer = Recognizer.load()
    warn(recognizer)
    return [answer_to(file, recognizer) for file in options.files]


def answer_to(file: Path, recognizer: Recognizer) -> dict[str, Any]:
    """Returns what is read in a picture, or why it cannot be read."""
    try:
        return describe(file, ink_from_rgba(read_picture(file)), recognizer)
    except StudioError as error:
        return {"file": str(file), "error": str(error)}


def exit_code_of_predict(results: list[dict[str, Any]]) -> int:
    return int(any("error" in result for result in results))


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
        if "error" in result:
            messages.print(f"{result['file']}: {result['error']}", style="red", markup=False, highlight=False)
        else:
            output.print(f"{result['file']}: {in_words(result['number'])}", markup=False, highlight=False)


def in_words(number: list[dict[str, Any]]) -> str:
    if all(digit["digit"] is None for digit in number):
        return "no digit"
    lines = groupby(number, key=lambda digit: digit["line"])
    written = " / ".join("".join("?" if d["digit"] is None else str(d["digit"]) for d in line) for _, line in lines)
    return f"{written}  (confidence {confidence(math.prod(digit['confidence'] for digit in number))})"


def run_models(options: argparse.Namespace) -> list[dict[str, Any]]:
    if options.activate:
        registry.activate(options.activate)
    elif options.back:
        previous = registry.previous_name()
        if previous is None:
            raise model_folder.ModelError("There is no model to go back to.")
        registry.activate(previous)
    elif options.export:
        export(options.export)
    elif options.pack:
        export(options.pack, for_browsers=True)
    elif options.delete:
        registry.delete(options.delete)
    active = registry.active_name()
    return [describe_model(name, is_active=name == active) for name in registry.names()]


def export(name: str, *, for_browsers: bool = False) -> None:
    """Exports a model's network again, in today's form: all of it, or for browsers alone."""
    model = model_folder.Model.open(registry.folder_of(name))
    with messages.status("Starting TensorFlow"), tensorflow_kept_quiet():
        from mnist_core.training import exporting  # takes seconds: only here

        (exporting.pack if for_browsers else exporting.anew)(model)


def describe_model(name: str, *, is_active: bool) -> dict[str, Any]:
    try:
        model = model_folder.Model.open(registry.folder_of(name))
        return {
            "name": name,
            "active": is_active,
            "recipe": model.card["recipe"]["name"],
            "parameters": model.card["parameters"],
            "accuracy": model.evaluation["accuracy"],
        }
    except model_folder.ModelError as error:
        return {"name": name, "active": is_active, "error": str(error)}


def show_models(results: list[dict[str, Any]]) -> None:
    table = Table("", "model", "recipe", "parameters", "test accuracy")
    for result in results:
        mark = "active" if result["active"] else ""
        if "error" in result:
            table.add_row(mark, result["name"], result["error"])
        else:
            figures = (f"{result['parameters']:,}", per_cent(result["accuracy"]))
            table.add_row(mark, result["name"], result["recipe"], *figures)
    output.print(table)
