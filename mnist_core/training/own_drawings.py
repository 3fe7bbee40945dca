"""Drawings that people kept, as a training takes them: framed, labelled, and some of them held back to measure with.

A run has them as a file of its own, so that it can be resumed whatever is deleted meanwhile; the file goes when the run
has made its model. The file is an `.npz` with these arrays:

    images      uint8 (N, 28, 28)
    labels      int64 (N,): 0 to 9, NONE or NUMBER
    held_back   bool (N,)
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mnist_core.data import npz
from mnist_core.data.npz import NpzError
from mnist_core.drawing.framing import FIELD
from mnist_core.errors import StudioError

LEAST = 5  # drawings: of fewer, none can be held back
HELD_BACK = 0.2  # of the drawings
MOST_BYTES = 2**26  # of an array: 85,000 drawings
ARRAYS = ("images", "labels", "held_back")


class TooFewDrawings(StudioError):
    """There are too few kept drawings to learn from."""

    def __init__(self, count: int) -> None:
        super().__init__(f"It takes {LEAST} kept drawings to learn from, and there are {count}.")


class TooFewPeople(StudioError):
    """All drawings are of one person."""

    def __init__(self) -> None:
        super().__init__(
            "It takes drawings of two people at least: the network learns from some of them, and is tested on others."
        )


@dataclass(frozen=True)
class OwnDrawings:
    """Drawings to learn from, and drawings held back to measure with."""

    images: npt.NDArray[np.uint8]
    """uint8 (N, 28, 28), framed."""
    labels: npt.NDArray[np.int64]
    """(N,): 0 to 9, NONE or NUMBER."""
    held_back: npt.NDArray[np.bool_]
    """bool (N,)."""

    @classmethod
    def divided(cls, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64], *, seed: int = 0) -> "OwnDrawings":
        """Holds one in five drawings back, evenly over the labels.

        Raises:
            TooFewDrawings: there are fewer than `LEAST`.
        """
        if len(labels) < LEAST:
            raise TooFewDrawings(len(labels))
        order = np.lexsort((np.random.default_rng(seed).random(len(labels)), labels))
        held_back = np.zeros(len(labels), bool)
        held_back[order[round(0.5 / HELD_BACK) :: round(1 / HELD_BACK)]] = True
        return cls(images, labels, held_back)

    @classmethod
    def divided_by_people(
        cls,
        images: npt.NDArray[np.uint8],
        labels: npt.NDArray[np.int64],
        people: npt.NDArray[np.int64],
        *,
        seed: int = 0,
    ) -> "OwnDrawings":
        """Holds all drawings of some people back: nobody is on both sides.

        They are one in five drawings or more, and never more than half, unless one person drew nearly all: then it is
        those of whoever drew fewest.

        Args:
            images: uint8 (N, 28, 28), framed.
            labels: (N,): 0 to 9, NONE or NUMBER.
            people: (N,): who drew each.
            seed: chooses the people.

        Raises:
            TooFewDrawings: there are fewer than `LEAST`.
            TooFewPeople: all are of one person.
        """
        if len(labels) < LEAST:
            raise TooFewDrawings(len(labels))
        names, counts = np.unique(people, return_counts=True)
        if len(names) < 2:
            raise TooFewPeople
        chosen: list[int] = []
        for person in np.random.default_rng(seed).permutation(len(names)):
            if counts[chosen].sum() < HELD_BACK * len(labels) and counts[[*chosen, person]].sum() <= len(labels) / 2:
                chosen.append(int(person))
        return cls(images, labels, np.isin(people, names[chosen or [int(counts.argmin())]]))

    @classmethod
    def load(cls, path: Path) -> "OwnDrawings":
        """Reads the file of a run.

        Raises:
            NpzError: it is missing or damaged.
        """
        stored = npz.stored_arrays(path, ARRAYS, max_bytes=MOST_BYTES)
        own = cls(*(array.read() for array in stored.values()))
        if own.images.shape != (len(own.labels), FIELD, FIELD) or own.held_back.shape != own.labels.shape:
            raise NpzError(f"{path} holds no drawings: its arrays do not fit together.")
        return own

    def save(self, path: Path) -> None:
        """Writes the file of a run.

        Raises:
            OSError: it cannot be written.
        """
        npz.write_npz(path, {name: getattr(self, name) for name in ARRAYS})

    @property
    def learned(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        """The images and labels to learn from."""
        return self.images[~self.held_back], self.labels[~self.held_back]

    @property
    def measured(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        """The images and labels that are held back."""
        return self.images[self.held_back], self.labels[self.held_back]
