"""The command `compress`, which makes smaller versions of a model and measures them."""

import argparse
from typing import Any

from rich.table import Table

from mnist_core.commands.console import output
from mnist_core.commands.training import watch
from mnist_core.compression import kinds, results
from mnist_core.compression.results import Results
from mnist_core.formatting import kilobytes, milliseconds, per_cent
from mnist_core.models import model_folder, registry
from mnist_core.runs import control, descriptions, store
from mnist_core.runs.outcomes import State


def add(command: Any) -> None:
    """Describes the command."""
    described = command("compress", run_compress, show_compress, "Make smaller versions of a model, and measure them.")
    described.add_argument("--model", metavar="NAME", help="the original (default: the active model)")
    described.add_argument(
        "--kind",
        action="append",
        default=[],
        metavar="KIND",
        help=f"only this kind, and others named so: {', '.join(kinds.KINDS)} (default: all)",
    )


def run_compress(options: argparse.Namespace) -> dict[str, Any]:
    chosen = [kinds.find(name) for name in dict.fromkeys(options.kind)]
    model = model_folder.Model.open(registry.folder_of(options.model)) if options.model else registry.active()
    run = watch(control.start_compression(model, chosen or kinds.of(model)))
    found = store.results_of(run)
    if run.state is not State.FINISHED or found is None:
        raise store.RunError(descriptions.describe(run))
    return {"model": model.name, **found.to_json(), "summary": results.summary(found.rows)}


def show_compress(result: dict[str, Any]) -> None:
    table = Table("version")
    for name in ("size", "gzipped", "MNIST", "pen-drawn", "ms a digit"):
        table.add_column(name, justify="right")
    found = Results(rows=[results.Row(**row) for row in result["rows"]], finished=True)
    for row in found.rows:
        time = "" if row.reading_ms is None else milliseconds(row.reading_ms).removesuffix(" ms")
        sizes = kilobytes(row.size_bytes), kilobytes(row.zipped_bytes)
        table.add_row(row.title, *sizes, per_cent(row.accuracy), per_cent(row.drawn), time)
    output.print(table)
    output.print(result["summary"], markup=False, highlight=False)
    names = ", ".join(row.name for row in found.rows[1:])
    output.print(f"Kept as models: {names}.", markup=False, highlight=False)
