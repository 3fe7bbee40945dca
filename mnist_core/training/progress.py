"""The append-only progress log of a training: one process writes it, any number of pages read it.

It has one JSON object a line, in the order of events:

    {"time": ..., "phase": "Loading MNIST"}                              what happens outside of epochs
    {"time": ..., "phase": "Reading the test images", "share": 0.25}     the same, and how much of it is done
    {"time": ..., "epoch": 1, "epochs": 5, "batch": 7, "batches": 422, "values": {...}}
    {"time": ..., ..., "values": {...}, "row": true}                     the end of an epoch

A line that was cut off, by a crash or a full disk, is skipped by readers.
"""

import json
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

LINES_PER_S = 20  # more than any eye follows, and little enough for any disk
BEGIN = "Starting"


@dataclass(frozen=True)
class Progress:
    """Where a training stands."""

    epoch: int
    """From 1."""
    epochs: int
    batch: int
    """From 1."""
    batches: int
    values: dict[str, float]
    """`loss` and `accuracy` so far in this epoch; at its end `val_loss` and `val_accuracy` as well, where something
    validates."""
    ends_epoch: bool = False
    """Whether this is the end of the epoch, so that `values` are a row of the learning curves."""

    @property
    def batches_done(self) -> int:
        """The batches since the training's begin."""
        return (self.epoch - 1) * self.batches + self.batch

    @property
    def epochs_done(self) -> float:
        """The epochs since the training's begin, with fractions."""
        return self.batches_done / self.batches

    @property
    def share(self) -> float:
        """How much of the whole training is done, 0 to 1."""
        return self.epochs_done / self.epochs


@dataclass(frozen=True)
class Phase:
    """What a training does outside of epochs."""

    words: str
    share: float | None = None
    """How much of it is done, 0 to 1; None where nobody counts."""


def reporting(report: Callable[[Phase], None], words: str) -> Callable[[int, int], None]:
    """Returns a function that reports a phase, called with how much is done of how much."""
    return lambda done, total: report(Phase(words, done / total))


@dataclass(frozen=True)
class Track:
    """What a progress file holds so far."""

    phase: str = ""
    """What the training does outside of epochs; empty within."""
    steps: tuple[Progress, ...] = ()
    """The batches that were reported, in their order."""
    history: tuple[dict[str, float], ...] = ()
    """A row for each finished epoch: `epoch`, `loss`, `accuracy`, `seconds` and, where something validates,
    `val_loss` and `val_accuracy`."""
    seconds_left: float | None = None
    """How long the epochs, or outside of them the phase, will go on as they went so far; None while nobody can say."""
    phase_share: float | None = None
    """How much of the phase is done, 0 to 1; None where nobody counts."""

    @property
    def latest(self) -> Progress | None:
        """Where it stands."""
        return self.steps[-1] if self.steps else None

    @property
    def seconds(self) -> float:
        """How long the finished epochs took, as in the model's card."""
        return learned_for(self.history)


def learned_for(history: Sequence[Mapping[str, float]]) -> float:
    """Adds up the seconds of epochs; what an interrupted training has to do again does not count twice."""
    return sum(row.get("seconds", 0.0) for row in history)


class Writer:
    """Appends to a progress file; to be called with what a training reports."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._file = path.open("ab", buffering=0)
        self._clock = clock
        self._written = 0.0
        if _ends_within_a_line(path):
            self._write_all(b"\n")

    def phase(self, words: str, share: float | None = None) -> None:
        """Notes what happens outside of epochs; of shares in quick succession, some, and the last."""
        if share is None:
            self._write({"phase": words})
        elif share >= 1 or self._clock() - self._written >= 1 / LINES_PER_S:
            self._write({"phase": words, "share": round(share, 4)})

    def __call__(self, progress: Progress) -> None:
        """Notes where the training stands; of batches in quick succession, some, and each epoch's last."""
        if (
            progress.ends_epoch
            or progress.batch >= progress.batches
            or self._clock() - self._written >= 1 / LINES_PER_S
        ):
            content = {**progress.__dict__}
            self._write(content | ({"row": True} if content.pop("ends_epoch") else {}))

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _write(self, content: dict[str, Any]) -> None:
        self._written = self._clock()
        self._write_all(json.dumps({"time": round(self._written, 3), **content}).encode() + b"\n")

    def _write_all(self, line: bytes) -> None:
        while line:
            line = line[self._file.write(line) :]


def follow(path: Path) -> Track:
    """Reads a progress file as far as it goes; a file that was read before is read on from there.

    A file that is not there yet, or cannot be read, is an empty one.
    """
    return _reader(path).look()


@lru_cache(maxsize=64)
def _reader(path: Path) -> "_Reader":
    return _Reader(path)


@dataclass
class _Reader:
    """Remembers how far a file was read and what it held; many threads may look."""

    path: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _identity: tuple[int, int] | None = None
    _offset: int = 0
    _track: Track = field(default_factory=Track)
    _moment: float | None = None
    """The time of the last line of this sitting."""
    _first: tuple[float, int] | None = None
    """Time and batches done at the first batch of this sitting."""
    _phase_first: tuple[float, float] | None = None
    """Time and share at the first share of this phase."""

    def look(self) -> Track:
        with self._lock:
            try:
                with self.path.open("rb") as file:
                    self._take(file.fileno(), file)
            except OSError:
                self._forget()
            return self._track

    def _take(self, descriptor: int, file: Any) -> None:
        status = os.fstat(descriptor)
        identity = (status.st_dev, status.st_ino)
        if identity != self._identity or status.st_size < self._offset:
            self._forget()
            self._identity = identity
        if status.st_size == self._offset:
            return
        file.seek(self._offset)
        whole, newline, _ = file.read().rpartition(b"\n")
        self._offset += len(whole) + len(newline)
        lines = [line for raw in whole.split(b"\n") if (line := _parse(raw)) is not None]
        if lines:
            self._track = self._extended(lines)

    def _forget(self) -> None:
        self._identity, self._offset, self._track = None, 0, Track()
        self._moment = self._first = self._phase_first = None

    def _extended(self, lines: list[tuple[float, Phase | Progress]]) -> Track:
        steps, history = list(self._track.steps), list(self._track.history)
        phase = Phase(self._track.phase, self._track.phase_share)
        for moment, event in lines:
            if event == Phase(BEGIN):
                self._first = None
            self._moment = moment
            if isinstance(event, Phase):
                if event.words != phase.words or self._phase_first is None:
                    self._phase_first = None if event.share is None else (moment, event.share)
                phase = event
                continue
            phase = Phase("")
            while steps and steps[-1].batches_done >= event.batches_done:  # a resumed training goes some way again
                steps.pop()
            steps.append(event)
            self._first = self._first or (moment, event.batches_done)
            if event.ends_epoch:
                history = [row for row in history if row["epoch"] < event.epoch]
                history.append({**event.values, "epoch": event.epoch})
        left = self._phase_left(phase.share) if phase.words else self._epochs_left(steps)
        return Track(phase.words, tuple(steps), tuple(history), left, phase.share)

    def _phase_left(self, share: float | None) -> float | None:
        if self._phase_first is None or self._moment is None or share is None:
            return None
        began, first = self._phase_first
        return (self._moment - began) / (share - first) * (1 - share) if share > first else None

    def _epochs_left(self, steps: list[Progress]) -> float | None:
        if self._first is None or self._moment is None:
            return None
        (began, first), latest = self._first, steps[-1]
        done = latest.batches_done - first
        left = latest.epochs * latest.batches - latest.batches_done
        return (self._moment - began) / done * left if done > 0 else None


def _parse(line: bytes) -> tuple[float, Phase | Progress] | None:
    """Reads a line; None where it is damaged."""
    try:
        content = json.loads(line)
        if "phase" in content:
            share = content.get("share")
            return float(content["time"]), Phase(str(content["phase"]), None if share is None else float(share))
        values = {str(name): float(value) for name, value in content["values"].items()}
        numbers = {name: int(content[name]) for name in ("epoch", "epochs", "batch", "batches")}
        if min(numbers.values()) < 1:
            return None
        numbers["batch"] = min(numbers["batch"], numbers["batches"])  # steps of several batches reach beyond the last
        return float(content["time"]), Progress(**numbers, values=values, ends_epoch=bool(content.get("row")))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _ends_within_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if not size:
            return False
        file.seek(size - 1)
        return file.read() != b"\n"
