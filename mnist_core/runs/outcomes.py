"""How trainings end, as it is written in their folders, and what may be said of one that wrote nothing."""

import errno
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict

from mnist_core import files
from mnist_core.shapes import conform
from mnist_core.training.progress import BEGIN

OUTCOME, LOG = "outcome.json", "log.txt"
RESERVE, RESERVE_BYTES = "reserve", 32_768  # given back to a full disk, so that the outcome can be written
LOG_BYTES = 20_000
FULL = {
    errno.ENOSPC: "the disk is full.",
    errno.EDQUOT: "the disk quota is used up.",
    errno.EFBIG: "a file grew larger than this system allows.",
}


class State(StrEnum):
    """Where a run is."""

    STARTING = "starting"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    state: State
    ended: datetime | None = None
    reason: str = ""
    accuracy: float | None = None


class _Written(TypedDict):
    state: Literal["finished", "cancelled", "failed"]
    ended: str
    reason: NotRequired[str]
    accuracy: NotRequired[float]


def reserve(folder: Path) -> None:
    """Reserves space on the disk for a run's outcome, whatever else will fill the disk."""
    (folder / RESERVE).write_bytes(bytes(RESERVE_BYTES))


def write(folder: Path, state: State, *, replace: bool = True, **facts: Any) -> None:
    """Writes how a run ended, on a full disk in the space reserved for it.

    Raises:
        FileExistsError: that was written already and shall not be replaced.
    """
    (folder / RESERVE).unlink(missing_ok=True)
    ended = datetime.now(UTC).isoformat(timespec="seconds")
    files.write_json(folder / OUTCOME, {"state": state, "ended": ended, **facts}, replace=replace)


def forget(folder: Path) -> None:
    """Removes what was written of a run's end, as it goes on."""
    (folder / OUTCOME).unlink(missing_ok=True)


def read(folder: Path) -> Outcome | None:
    """Reads how a run ended; None where that was not written, or is damaged."""
    try:
        content = conform(files.read_json(folder / OUTCOME), _Written)
        ended = datetime.fromisoformat(content["ended"])
    except (OSError, ValueError):
        return None
    return Outcome(State(content["state"]), ended, content.get("reason", ""), content.get("accuracy"))


def interruption(folder: Path) -> Outcome:
    """Returns the outcome of a run whose process is gone and wrote none."""
    ended = None
    with suppress(OSError):
        ended = datetime.fromtimestamp((folder / LOG).stat().st_mtime, UTC)
    return Outcome(State.INTERRUPTED, ended, _last_words(log(folder)))


def disk_trouble(text: str) -> str | None:
    """Returns what is wrong with the disk, where an error's text contains the system's own words for it; else None."""
    return next((words for code, words in FULL.items() if os.strerror(code) in text), None)


def log(folder: Path) -> str:
    """Reads the end of what a run's process wrote."""
    with suppress(OSError), (folder / LOG).open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - LOG_BYTES))
        return file.read().decode("utf-8", errors="replace")
    return ""


def _last_words(text: str) -> str:
    """Returns why a process is gone, as the rest of a sentence, by what it wrote since its last start."""
    text = text.rpartition(f"  {BEGIN}\n")[2]
    if (full := disk_trouble(text)) is not None:
        return full
    if re.search(r"bad_alloc|out of memory|MemoryError|Cannot allocate memory", text, re.IGNORECASE):
        return "the memory was used up."
    lines = text.strip().splitlines()
    if lines and re.match(r"[\w.]+(Error|Exception)\b", lines[-1]):
        return lines[-1]
    return "its process exited without an error: it was killed, or memory or power ran out."
