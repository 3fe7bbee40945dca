"""The command `data`."""

import argparse
from typing import Any

import numpy as np
from rich.table import Table

from mnist_core import data
from mnist_core.commands.console import load_mnist, output


def add(command: Any) -> None:
    """Describes the command."""
    command("data", run_data, show_data, "Find or download MNIST and say what it holds.")


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
