"""The commands `code` and `reading-code`, which write scripts and notebooks."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mnist_core.commands import outputs
from mnist_core.commands.console import output
from mnist_core.commands.recipes import add_recipe_options, recipe_from
from mnist_core.export.notebook import to_notebook
from mnist_core.export.reading_script import reading_sections
from mnist_core.export.script import training_sections
from mnist_core.export.sections import Section, to_script
from mnist_core.models import model_folder, registry


def add(command: Any) -> None:
    """Describes the commands."""
    training = command("code", run_code, show_code, "Write the training of a recipe as a plain Keras script.")
    add_recipe_options(training)
    add_file_options(training)

    reading = command("reading-code", run_reading_code, show_code, "Write a script that reads a picture with a model.")
    reading.add_argument("--model", metavar="NAME", help="the model's name (default: the active one)")
    add_file_options(reading)


def add_file_options(command: argparse.ArgumentParser) -> None:
    """Lets a command write code to a file."""
    command.add_argument("--notebook", action="store_true", help="write a Jupyter notebook instead of a script")
    command.add_argument(
        "--output", type=Path, metavar="FILE", help="write it to this file (default: to standard output)"
    )


def run_code(options: argparse.Namespace) -> dict[str, Any]:
    recipe = recipe_from(options)
    return {"recipe": recipe.name, **written(training_sections(recipe, options.subset), options)}


def run_reading_code(options: argparse.Namespace) -> dict[str, Any]:
    model = model_folder.Model.open(registry.folder_of(options.model)) if options.model else registry.active()
    return {"model": model.name, **written(reading_sections(model), options)}


def written(sections: Sequence[Section], options: argparse.Namespace) -> dict[str, Any]:
    """Writes code as a command line asks for it, and returns it.

    Raises:
        NotWritten: the file cannot be written.
    """
    code = to_notebook(sections) if options.notebook else to_script(sections)
    if options.output is not None:
        outputs.write(options.output, code.encode())
    return {"code": code, "written_to": None if options.output is None else str(options.output)}


def show_code(result: dict[str, Any]) -> None:
    if result["written_to"]:
        output.print(f"Written to {result['written_to']}.", markup=False, highlight=False)
    else:
        sys.stdout.write(result["code"])
