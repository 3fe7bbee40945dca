"""With which model a benchmark reads."""

import argparse

from mnist_core.recognizer import Recognizer
from mnist_core.registry import Model, folder_of


def add_model(parser: argparse.ArgumentParser) -> None:
    """Lets a benchmark be told which model shall read."""
    parser.add_argument("--model", help="the model's name (default: the active one)")


def recognizer(options: argparse.Namespace) -> Recognizer:
    """Loads the model of that name, or else the active one.

    Raises:
        ModelError: there is no such model, or it is damaged.
    """
    return Recognizer(Model.open(folder_of(options.model))) if options.model else Recognizer.load()
