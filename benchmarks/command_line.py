"""The command-line options that benchmarks share: the digits to read, the model that reads, the form of results."""

import argparse
from pathlib import Path

from mnist_core.models.model_folder import Model
from mnist_core.models.registry import folder_of
from mnist_core.reading.recognizer import Recognizer
from mnist_core.settings import stroke_pack


def parser(name: str, docstring: str) -> argparse.ArgumentParser:
    """Describes a benchmark's command line, with the option `--json`.

    Args:
        name: the benchmark's module.
        docstring: the module's; its first line ends with the command.
    """
    summary, _, detail = docstring.partition("\n")
    described = argparse.ArgumentParser(
        prog=f"python -m benchmarks.{name}",
        description=f"{summary.partition(': `')[0]}.",
        epilog=detail.strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    described.add_argument("--json", action="store_true", help="print all figures as JSON")
    return described


def add_model(parser: argparse.ArgumentParser) -> None:
    """Adds the option that names the model that reads."""
    parser.add_argument("--model", help="the model's name (default: the active one)")


def add_packs(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments that name the stroke packs to read."""
    parser.add_argument(
        "packs",
        nargs="*",
        type=Path,
        default=[stroke_pack()],
        metavar="PACK.npz",
        help="pen-drawn digits (default: the pack that comes with the program)",
    )


def recognizer(options: argparse.Namespace) -> Recognizer:
    """Loads the model that `--model` names, else the active one.

    Raises:
        ModelError: there is no such model, or it is damaged.
    """
    return Recognizer(Model.open(folder_of(options.model))) if options.model else Recognizer.load()
