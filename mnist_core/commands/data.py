"""The command `data`."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from mnist_core.commands.console import output
from mnist_core.data.mnist import CHECKSUMS, CLASSES, FILES, load_mnist
from mnist_core.settings import mnist_path


def add(command: Any) -> None:
    """Describes the command."""
    data = command("data", run_data, show_data, "Verify MNIST, list its contents, and write it for other programs.")
    data.add_argument(
        "--output",
        type=Path,
        metavar="PATH",
        help="write MNIST here: as one file in Keras's layout if the name ends in .npz, else as a folder of IDX files",
    )


def run_data(options: argparse.Namespace) -> dict[str, Any]:
    mnist = load_mnist()
    if options.output is not None:
        mnist.write(options.output)
    return {
        "path": str(mnist_path()),
        "canonical": mnist.is_canonical,
        "arrays": {
            name: {
                "shape": list(array.shape),
                "dtype": str(array.dtype),
                "md5": mnist.checksum(name),
                "canonical": mnist.checksum(name) == CHECKSUMS[file],
            }
            for name, file in FILES.items()
            for array in [getattr(mnist, name)]
        },
        "images_per_digit": {
            "train": np.bincount(mnist.y_train, minlength=CLASSES).tolist(),
            "test": np.bincount(mnist.y_test, minlength=CLASSES).tolist(),
        },
        "written_to": None if options.output is None else str(options.output),
    }


def show_data(result: dict[str, Any]) -> None:
    arrays = Table("array", "shape", "MD5 as IDX file", "")
    for name, array in result["arrays"].items():
        verdict = "as published" if array["canonical"] else "other data"
        arrays.add_row(name, " × ".join(map(str, array["shape"])), array["md5"], verdict)
    output.print(arrays)
    counts = Table("digit", "training images", "test images")
    for digit, numbers in enumerate(zip(*result["images_per_digit"].values(), strict=True)):
        counts.add_row(str(digit), *(f"{number:,}" for number in numbers))
    output.print(counts)
    verdict = "the original MNIST, bit by bit." if result["canonical"] else "not the original MNIST."
    output.print(f"{result['path']}: {verdict}", markup=False, highlight=False)
    if result["written_to"]:
        output.print(f"Written to {result['written_to']}.", markup=False, highlight=False)
