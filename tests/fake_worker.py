"""A run's process without a training: everything is as with `mnist_core.runs.worker`, but no network learns.

`FAKE_TRAINING` says what happens: `SECONDS_A_BATCH`, one of the calamities below, or `rest`: its model can be decided
on, but what can wait is never measured.
"""

import errno
import json
import os
import resource
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from mnist_core import files
from mnist_core.compression import results
from mnist_core.compression.kinds import Kind
from mnist_core.compression.results import Results
from mnist_core.data.mnist import Mnist
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import Model
from mnist_core.networks.recipe import Recipe
from mnist_core.runs import worker
from mnist_core.training import kfold
from mnist_core.training.own_drawings import OwnDrawings
from mnist_core.training.progress import Phase, Progress

BATCHES = 10
SMALL_FILE_BYTES = 40_000


def train(
    recipe: Recipe,
    mnist: Mnist,
    folder: Path,
    report: Callable[[Progress], None],
    *,
    checkpoints: Path,
    own: OwnDrawings | None = None,
) -> model_folder.Model:
    """Reports epochs that learn nothing, keeps a checkpoint of each, and copies the shipped model."""
    fate = os.environ.get("FAKE_TRAINING", "0")
    seconds_a_batch = seconds(fate)
    checkpoint = checkpoints / "epoch"
    done = int(checkpoint.read_text()) if checkpoint.exists() else 0
    with model_folder.writing(folder) as temporary:
        for epoch in range(done + 1, recipe.epochs + 1):
            for batch in range(1, BATCHES + 1):
                time.sleep(seconds_a_batch)
                values = {"loss": 2 / (epoch + batch / BATCHES), "accuracy": 1 - 0.5 / (epoch + batch / BATCHES)}
                report(Progress(epoch, recipe.epochs, batch, BATCHES, values))
            if epoch == 2:
                suffer(fate, folder.parent / "filling")
            report(
                Progress(
                    epoch,
                    recipe.epochs,
                    BATCHES,
                    BATCHES,
                    {**values, "val_loss": 1.0, "val_accuracy": 0.5, "seconds": 0.1},
                    ends_epoch=True,
                )
            )
            checkpoints.mkdir(exist_ok=True)
            checkpoint.write_text(str(epoch))
        shutil.copytree(registry.SHIPPED, temporary, dirs_exist_ok=True)
        card = json.loads((temporary / model_folder.CARD).read_text(encoding="utf-8"))
        files.write_json(temporary / model_folder.CARD, card | {"name": folder.name, "recipe": recipe.to_json()})
        if fate == "rest":
            worker.complete = lambda *_: time.sleep(60)
            whole = json.loads((temporary / model_folder.EVALUATION).read_text(encoding="utf-8"))
            files.write_json(temporary / model_folder.EVALUATION, whole | {"robustness": None})
    return model_folder.Model.open(folder)


def train_fold(recipe: Recipe, mnist: Mnist, number: int, held_out: kfold.Indices, report: kfold.Report) -> kfold.Fold:
    """Reports epochs that learn nothing, and returns an accuracy of 90 % plus a point for each fold."""
    fate = os.environ.get("FAKE_TRAINING", "0")
    accuracy = 0.9 + number / 100
    for epoch in range(1, recipe.epochs + 1):
        for batch in range(1, BATCHES + 1):
            time.sleep(seconds(fate))
            values = {"loss": 0.5, "accuracy": accuracy}
            report(number, Progress(epoch, recipe.epochs, batch, BATCHES, values))
        if number == 2:
            suffer(fate, Path(os.environ["MNIST_STUDIO_HOME"]) / "filling")
        values |= {"val_loss": 0.25, "val_accuracy": accuracy, "seconds": 0.1}
        report(number, Progress(epoch, recipe.epochs, BATCHES, BATCHES, values, ends_epoch=True))
    return kfold.Fold(number, len(held_out), accuracy, 0.25, 0.1, [values | {"epoch": recipe.epochs}])


def compress(
    base: Model,
    chosen: Sequence[Kind],
    mnist: Mnist,
    folder: Path,
    report: Callable[[Phase], None],
    keep: Callable[[Path], Model],
) -> Results:
    """Copies the original for each version, each of which reads a tenth of a point less than the one before."""
    fate = os.environ.get("FAKE_TRAINING", "0")
    network, zipped = base.card["files"][model_folder.NETWORK]["sha256"], 1_000_000
    rows = [
        results.Row(
            name=base.name,
            kind=None,
            network=network,
            size_bytes=1_100_000,
            zipped_bytes=zipped,
            accuracy=0.995,
            images=10_000,
            drawn=0.99,
            drawn_digits=2_000,
        )
    ]
    results.write(folder, Results(rows=rows))
    for number, kind in enumerate(chosen, 1):
        for batch in range(1, BATCHES + 1):
            time.sleep(seconds(fate))
            report(Phase(f"{kind.title}, {number} of {len(chosen)}: reading the test images", batch / BATCHES))
        if number == 2:
            suffer(fate, folder / "filling")
        name = f"{base.name}-{kind.name}"
        if not registry.folder_of(name).exists():
            prepared = folder / "model" / name
            shutil.copytree(base.folder, prepared)
            made = {
                "kind": kind.name,
                "of": base.name,
                "network": network,
                "made": "2026-11-28T12:00:00+00:00",
                "sparsity": kind.sparsity,
                "zeros": 1234 if kind.is_pruned else 0,
                "seconds": 12.0 if kind.is_pruned else 0.0,
            }
            files.write_json(prepared / model_folder.CARD, {**base.card, "name": name, "compressed": made})
            keep(prepared)
        share, zipped = 0.995 - number / 1000, zipped // 2
        rows.append(
            replace(rows[0], name=name, kind=kind.name, zipped_bytes=zipped, accuracy=share, drawn=share - 0.005)
        )
        results.write(folder, Results(rows=rows))
    found = Results(rows=[replace(row, reading_ms=0.5) for row in rows], finished=True)
    results.write(folder, found)
    return found


class ResourceExhaustedError(Exception):
    """TensorFlow's error of this name, for memory and disks alike, without TensorFlow."""


def seconds(fate: str) -> float:
    """How long a batch takes."""
    return float(fate) if fate[0].isdigit() else 0.01


def suffer(fate: str, filling: Path) -> None:
    """Lets happen what may happen to a training."""
    match fate:
        case "memory":
            raise MemoryError
        case "bug":
            raise RuntimeError("a layer is upside down")
        case "disk told by TensorFlow":
            raise ResourceExhaustedError(f"{filling}; {os.strerror(errno.ENOSPC)}")
        case "disk":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        case "large file":
            resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL_FILE_BYTES, SMALL_FILE_BYTES))
            filling.write_bytes(bytes(2 * SMALL_FILE_BYTES))
        case "full disk":
            with filling.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))
        case "crash":
            sys.stderr.write("terminate called after throwing an instance of 'std::bad_alloc'\n")
            sys.stderr.flush()
            os.abort()


if __name__ == "__main__":
    worker.carry_out(sys.argv[1], train, train_fold, compress)
