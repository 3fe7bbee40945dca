"""The command `ensemble`, which combines models."""

import argparse
from typing import Any

from rich.table import Table

from mnist_core import settings
from mnist_core.commands.console import output
from mnist_core.commands.training import model_of_finished, watch
from mnist_core.drawing.strokes import StrokePackError
from mnist_core.evaluation import comparison, drawn
from mnist_core.evaluation.comparison import Figures
from mnist_core.formatting import megabytes, milliseconds, per_cent
from mnist_core.models.model_folder import Model
from mnist_core.runs import control
from mnist_core.training import combining


def add(command: Any) -> None:
    """Describes the command."""
    ensemble = command("ensemble", run_ensemble, show_ensemble, "Combine models into one that averages their answers.")
    ensemble.add_argument(
        "--model", action="append", required=True, metavar="NAME", help="a member; name two to five, each with --model"
    )
    ensemble.add_argument("--name", help="the ensemble's name (default: ensemble and a number)")


def run_ensemble(options: argparse.Namespace) -> dict[str, Any]:
    recipe = combining.recipe_of(options.model)
    model = model_of_finished(watch(control.start(recipe, name=options.name)))
    members = combining.members_at_hand(model)
    figures = [comparison.figures(one) for one in (model, *members)]
    best = max(figures[1:], key=lambda one: one.accuracy, default=None)
    return {
        "folder": str(model.folder),
        "card": model.card,
        "figures": [
            one.to_json() | {"drawn_accuracy": _drawn(of)} for one, of in zip(figures, (model, *members), strict=True)
        ],
        "verdict": _words(figures[0], best),
    }


def _drawn(model: Model) -> float | None:
    """Returns the accuracy on pen-drawn digits; None where it was not measured."""
    try:
        found = drawn.kept(model, settings.stroke_pack())
    except StrokePackError:
        return None
    return None if found is None else found.accuracy


def _words(ensemble: Figures, best: Figures | None) -> str:
    return "" if best is None else f"{comparison.verdict(ensemble, best)} {comparison.cost(ensemble, best)}"


def show_ensemble(result: dict[str, Any]) -> None:
    table = Table("model", "test accuracy", "pen-drawn", "parameters", "size", "a digit")
    for one in result["figures"]:
        table.add_row(
            one["name"],
            per_cent(one["accuracy"]),
            per_cent(one["drawn_accuracy"]),
            f"{one['parameters']:,}",
            megabytes(one["size_bytes"], 2),
            milliseconds(one["reading_ms"]),
        )
    output.print(table)
    output.print(result["verdict"], markup=False, highlight=False)
