"""The command `predictions`."""

import argparse
import io
import sys
from pathlib import Path
from typing import Any

from mnist_core import files
from mnist_core.commands.console import messages, output, reading_bar
from mnist_core.commands.models import recognizer_on_all_cores
from mnist_core.data.mnist import load_mnist
from mnist_core.errors import StudioError
from mnist_core.export import predictions

STANDARD_OUTPUT = Path("-")


class PredictionsNotWritten(StudioError):
    """The predictions cannot be written where they were asked for."""


def add(command: Any) -> None:
    """Describes the command."""
    told = "Write the ten probabilities and ten logits of every test image as CSV."
    all_predictions = command("predictions", run_predictions, show_predictions, told)
    all_predictions.add_argument("--model", help="the model's name (default: the active one)")
    all_predictions.add_argument(
        "--output", type=Path, required=True, metavar="FILE.csv", help="write them there; - is standard output"
    )


def run_predictions(options: argparse.Namespace) -> dict[str, Any]:
    to_standard_output = options.output == STANDARD_OUTPUT
    if to_standard_output and options.json:
        raise PredictionsNotWritten("Standard output is for the CSV or for JSON: name a file, or leave out --json.")
    recognizer, mnist = recognizer_on_all_cores(options.model), load_mnist()
    try:
        with reading_bar("test images") as report:
            if to_standard_output:
                has_logits = predictions.write(recognizer, mnist, sys.stdout, report)
                sys.stdout.flush()
            else:
                csv = io.StringIO()
                has_logits = predictions.write(recognizer, mnist, csv, report)
                files.write(options.output, csv.getvalue().encode())
    except OSError as error:
        where = "Standard output" if to_standard_output else options.output
        raise PredictionsNotWritten(f"{where} cannot be written: {error.strerror or error}.") from error
    if not has_logits:
        messages.print(
            f"“{recognizer.model.name}” was saved without its logits, so these columns are empty; "
            f"`python -m mnist_core models --export {recognizer.model.name}` adds them.",
            style="yellow",
            markup=False,
            highlight=False,
        )
    return {
        "model": recognizer.model.name,
        "images": len(mnist.y_test),
        "columns": list(predictions.COLUMNS),
        "logits": has_logits,
        "written_to": None if to_standard_output else str(options.output),
    }


def show_predictions(result: dict[str, Any]) -> None:
    if result["written_to"]:
        output.print(
            f"What {result['model']} reads in {result['images']:,} test images: {result['written_to']}",
            markup=False,
            highlight=False,
        )
