"""What smaller versions of a model reach and cost beside the original, as it is kept with the run that made them."""

import gzip
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from mnist_core import files, formatting
from mnist_core.compression import kinds
from mnist_core.errors import StudioError
from mnist_core.evaluation.drawn import Drawn
from mnist_core.models.model_folder import NETWORK, Model
from mnist_core.shapes import conform

FILE = "smaller.json"
LOSS = 0.001
"""Who loses no more than this, 0.1 points, on MNIST and on pen-drawn digits, is said to read as well."""


class ResultsError(StudioError):
    """What was found of smaller versions cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One version of a model."""

    name: str
    """The model's."""
    kind: str | None
    """One of `kinds.KINDS`; None is the original."""
    network: str
    """The checksum of its LiteRT file, by which one tells whether the model of that name is still this one."""
    size_bytes: int
    """Of the LiteRT file."""
    zipped_bytes: int
    """Of the same file, gzipped."""
    accuracy: float
    """On the test images."""
    images: int
    """How many test images there were."""
    drawn: float | None
    """The accuracy on pen-drawn digits; None where there were none."""
    drawn_digits: int
    """How many pen-drawn digits were read."""
    reading_ms: float | None = None
    """The median time to read one picture; None until all versions are there, which are timed in turns."""

    @property
    def title(self) -> str:
        """For people: what it is."""
        return "Original" if self.kind is None else kinds.title_of(self.kind)


@dataclass(frozen=True, kw_only=True)
class Results:
    """All versions of a model that were measured, the original first."""

    rows: list[Row]
    finished: bool = False
    """Whether all that was asked for is there and timed."""

    @property
    def original(self) -> Row:
        """The model that the others were made of."""
        return self.rows[0]

    def to_json(self) -> dict[str, Any]:
        """Returns the results as a dictionary for files and programs."""
        return asdict(self)


def row_of(model: Model, kind: str | None, accuracy: float, images: int, drawn: Drawn | None) -> Row:
    """Collects what is known of one version, all but its time.

    Args:
        model: the version.
        kind: how it was made; None is the original.
        accuracy: on the test images.
        images: how many of them there were.
        drawn: what it reads of pen-drawn digits, where that was measured.

    Raises:
        OSError: its network cannot be read.
    """
    network = model.card["files"][NETWORK]
    return Row(
        name=model.name,
        kind=kind,
        network=network["sha256"],
        size_bytes=network["bytes"],
        zipped_bytes=zipped_bytes(model.network),
        accuracy=accuracy,
        images=images,
        drawn=None if drawn is None else drawn.accuracy,
        drawn_digits=0 if drawn is None else drawn.digits,
    )


def zipped_bytes(content: bytes) -> int:
    """Returns how large a file is when gzip packs it as well as it can."""
    return len(gzip.compress(content, 9, mtime=0))


def write(folder: Path, results: Results) -> None:
    """Keeps results in a run's folder.

    Raises:
        OSError: they cannot be written.
    """
    files.write_json(folder / FILE, results.to_json())


def read(folder: Path) -> Results | None:
    """Reads the results in a run's folder; None where there are none yet.

    Raises:
        ResultsError: they are damaged.
    """
    path = folder / FILE
    try:
        status = path.stat()
        return _read(path, status.st_ino, status.st_mtime_ns, status.st_size)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ResultsError(f"The figures in {folder} cannot be read: forget that run, or make them anew.") from error


@lru_cache(maxsize=16)
def _read(path: Path, *identity: int) -> Results | None:
    found = conform(files.read_json(path), Results)
    if not found.rows or found.rows[0].kind is not None:
        raise ValueError("The original is missing.")
    return found


def summary(rows: Sequence[Row]) -> str:
    """Returns a sentence on which version is the smallest of those that read as well as the original; zipped.

    Args:
        rows: the original first.
    """
    original, *smaller = rows
    as_good = [row for row in smaller if round(loss(row, original), 6) <= LOSS]
    if not smaller:
        return ""
    if not as_good:
        return f"Each of them reads more than {formatting.points(LOSS, 1)} less than the original."
    best = min(as_good, key=lambda row: (row.zipped_bytes, row.size_bytes))
    times = original.zipped_bytes / best.zipped_bytes
    return (
        f"Of those that lose no more than {formatting.points(LOSS, 1)}, “{best.title}” is the smallest: zipped, "
        f"{formatting.kilobytes(best.zipped_bytes)} instead of {formatting.kilobytes(original.zipped_bytes)}, "
        f"{times:.1f} times smaller."
    )


def loss(row: Row, original: Row) -> float:
    """Returns by how much a version reads less than the original: the larger loss of test images and drawn digits."""
    lost = [original.accuracy - row.accuracy]
    if row.drawn is not None and original.drawn is not None:
        lost.append(original.drawn - row.drawn)
    return max(lost)
