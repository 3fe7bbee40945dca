"""The command `figure`."""

import argparse
import sys
from pathlib import Path
from typing import Any

from rich.table import Table

from mnist_core.commands import outputs
from mnist_core.commands.console import messages, output
from mnist_core.commands.outputs import STANDARD
from mnist_core.commands.recipes import add_recipe_options, recipe_from
from mnist_core.drawing.image_files import read_picture
from mnist_core.drawing.rgba import ink_from_rgba
from mnist_core.drawing.strokes import Writing
from mnist_core.drawing.writings import unpacked
from mnist_core.export.figures.styles import Style
from mnist_core.export.figures.subjects import SPLIT_WORDS, FigureError, Subject
from mnist_core.synthesis.augmentation import Augmentation

ALL = "all"
AMOUNTS = {
    "rotation_degrees": "rotation, to either side",
    "shear": "horizontal shift for each pixel of height",
    "zoom": "relative change of width and height",
    "shift_px": "shift",
    "elastic_px": "elastic displacement",
}


OPTIONS = {
    "models": "--model",
    "runs": "--run",
    "recipe": "--recipe",
    "split": "--split",
    "digits": "--digit",
    "index": "--index",
    "augmentation": " ".join(f"--{name.replace('_', '-')}" for name in AMOUNTS),
    "seed": "--seed",
    "validation": "--kfold",
    "writing": "--drawing",
}
"""For each field of a figure's subject the option that sets it."""


def add(command: Any) -> None:
    """Describes the command."""
    figure = command("figure", run_figure, show_figure, "Draw a chart or picture for paper and slides.")
    figure.add_argument("name", nargs="?", metavar="NAME", help=f"one of those that --list names, or {ALL}")
    figure.add_argument("--list", action="store_true", help="name all figures and their options")
    figure.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help=f"write it there, as its ending says: .png, .svg or .pdf; - is standard output; for {ALL} a folder",
    )
    figure.add_argument("--format", choices=("png", "svg", "pdf"), help="where the name of the file does not say it")
    figure.add_argument("--style", choices=list(Style), default=Style.LIGHT, help="the look (default: %(default)s)")
    figure.add_argument(
        "--model", action="append", default=[], metavar="NAME", help="of these models (default: the active one)"
    )
    figure.add_argument(
        "--run", dest="runs", action="append", default=[], metavar="ID", help="the curves of these trainings"
    )
    figure.add_argument("--kfold", metavar="ID", help="of this K-fold validation (default: the latest)")
    figure.add_argument(
        "--split", choices=list(SPLIT_WORDS), default="train", help="of these images (default: %(default)s)"
    )
    figure.add_argument("--digit", type=int, action="append", default=[], metavar="0-9", help="only images of these")
    figure.add_argument("--index", type=int, default=0, metavar="N", help="from this image on (default: %(default)s)")
    figure.add_argument(
        "--drawing", type=Path, metavar="FILE", help="a picture of writing; - is a writing from standard input"
    )
    for name, words in AMOUNTS.items():
        figure.add_argument(
            f"--{name.replace('_', '-')}", type=float, metavar="AMOUNT", help=f"of the augmentation: {words}"
        )
    add_recipe_options(figure)


def run_figure(options: argparse.Namespace) -> dict[str, Any]:
    from mnist_core.export.figures import catalogue  # imports Matplotlib, which other commands do without

    if options.list:
        kinds = catalogue.FIGURES.items()
        return {name: {"title": kind.title, "options": [OPTIONS[part] for part in kind.reads]} for name, kind in kinds}
    if options.name is None or options.output is None:
        raise FigureError("Name a figure and, by --output, a file for it; --list names all figures.")
    subject = subject_from(options)
    if options.name == ALL:
        return write_all(options.output, subject, options.style, options.format or "png")
    catalogue.find(options.name)
    format_ = options.format or options.output.suffix.removeprefix(".").lower()
    if format_ not in catalogue.FORMATS:
        raise FigureError(f"The file should end in .png, .svg or .pdf, but is {options.output}; or give a --format.")
    picture = catalogue.picture(options.name, subject, options.style, format_)
    outputs.write(options.output, picture, makes_folder=True)
    return {"written": [] if options.output == STANDARD else [str(options.output)]}


def write_all(folder: Path, subject: Subject, style: Style, format_: Any) -> dict[str, Any]:
    """Writes all figures that can be drawn into a folder, and says of the others why they cannot."""
    from mnist_core.export.figures import catalogue

    written = []
    for name in catalogue.FIGURES:
        try:
            picture = catalogue.picture(name, subject, style, format_)
        except FigureError as error:
            messages.print(f"{name}: {error}", style="yellow", markup=False, highlight=False)
            continue
        path = folder / f"{name}.{format_}"
        outputs.write(path, picture, makes_folder=True)
        written.append(str(path))
    return {"written": written}


def subject_from(options: argparse.Namespace) -> Subject:
    """Returns what a command line asks a figure to show.

    Raises:
        StudioError: there is no such recipe, or the drawing cannot be read.
    """
    recipe = recipe_from(options)
    amounts = {name: getattr(options, name) for name in AMOUNTS if getattr(options, name) is not None}
    try:
        augmentation = Augmentation(**amounts) if amounts else None
    except ValueError as error:
        raise FigureError(str(error)) from error
    return Subject(
        models=tuple(options.model),
        runs=tuple(options.runs),
        recipe=recipe,
        split=options.split,
        digits=tuple(options.digit),
        index=options.index,
        augmentation=augmentation,
        seed=recipe.seed,
        validation=options.kfold,
        writing=None if options.drawing is None else read_drawing(options.drawing),
    )


def read_drawing(path: Path) -> Writing:
    """Reads a picture of writing or, from standard input, a writing with its pen strokes.

    Raises:
        StudioError: it cannot be read.
    """
    return unpacked(sys.stdin.buffer.read()) if path == STANDARD else Writing(ink_from_rgba(read_picture(path)))


def show_figure(result: dict[str, Any]) -> None:
    if "written" in result:
        for path in result["written"]:
            output.print(f"Written to {path}.", markup=False, highlight=False)
        return
    table = Table("figure", "what it shows", "options")
    for name, kind in result.items():
        table.add_row(name, kind["title"], " ".join(kind["options"]))
    output.print(table)
