"""What benchmarks read, and with which model."""

import argparse
from pathlib import Path

from mnist_core.models.registry import Model, folder_of
from mnist_core.reading.recognizer import Recognizer
from mnist_core.settings import stroke_pack


def add_model(parser: argparse.ArgumentParser) -> None:
    """Lets a benchmark be told which model shall read."""
    parser.add_argument("--model", help="the model's name (default: the active one)")


def add_packs(parser: argparse.ArgumentParser) -> None:
    """Lets a benchmark be told whose digits shall be read."""
    parser.add_argument(
        "packs",
        nargs="*",
        type=Path,
        default=[stroke_pack()],
        metavar="PACK.npz",
        help="digits that people drew (default: those that come with the program)",
    )


def recognizer(options: argparse.Namespace) -> Recognizer:
    """Loads the model of that name, or else the active one.

    Raises:
        ModelError: there is no such model, or it is damaged.
    """
    return Recognizer(Model.open(folder_of(options.model))) if options.model else Recognizer.load()
