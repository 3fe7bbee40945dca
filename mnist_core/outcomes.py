"""How trainings end, as it is written in their folders, and what may be said of one that wrote nothing."""

import json
import os
import re
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

OUTCOME, LOG = "outcome.json", "log.txt"
RESERVE, RESERVE_BYTES = "reserve", 32_768  # given back to a full disk, so that the outcome can be written
LOG_BYTES = 20_000


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


def reserve(folder: Path) -> None:
    """Keeps a place free for a run's outcome, whatever else will fill the disk."""
    (folder / RESERVE).write_bytes(bytes(RESERVE_BYTES))


def write(folder: Path, state: State, *, replace: bool = True, **facts: Any) -> None:
    """Writes how a run ended, on a full disk in the place that was kept free for it.

    Raises:
        FileExistsError: that was written already and shall not be replaced.
    """
    (folder / RESERVE).unlink(missing_ok=True)
    ended = datetime.now(UTC).isoformat(timespec="seconds")
    write_json(folder / OUTCOME, {"state": state, "ended": ended, **facts}, replace=replace)


def forget(folder: Path) -> None:
    """Removes what was written of a run's end, as it goes on."""
    (folder / OUTCOME).unlink(missing_ok=True)


def read(folder: Path) -> Outcome | None:
    """Reads how a run ended; None where that was not written, or is damaged."""
    content = read_json(folder / OUTCOME)
    try:
        return Outcome(
            state=State(content["state"]),
            ended=datetime.fromisoformat(content["ended"]),
            reason=str(content.get("reason", "")),
            accuracy=float(content["accuracy"]) if "accuracy" in content else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def interruption(folder: Path) -> Outcome:
    """Says what can be said of a run whose process is gone and wrote no outcome."""
    ended = None
    with suppress(OSError):
        ended = datetime.fromtimestamp((folder / LOG).stat().st_mtime, UTC)
    return Outcome(State.INTERRUPTED, ended, _last_words(log(folder)))


def log(folder: Path) -> str:
    """Reads the end of what a run's process wrote."""
    with suppress(OSError), (folder / LOG).open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - LOG_BYTES))
        return file.read().decode("utf-8", errors="replace")
    return ""


def _last_words(text: str) -> str:
    """Makes the rest of a sentence of why a process is gone."""
    if re.search(r"bad_alloc|out of memory|MemoryError|Cannot allocate memory", text, re.IGNORECASE):
        return "the memory was used up."
    lines = text.strip().splitlines()
    if lines and re.match(r"[\w.]+(Error|Exception)\b", lines[-1]):
        return lines[-1]
    return "its process is gone without a word, as when it is killed, the memory runs out or the power fails."


def write_json(path: Path, content: dict[str, Any], *, replace: bool = True) -> None:
    """Writes a file in one step, so that it is there as a whole or not at all.

    Raises:
        FileExistsError: it is there already and shall not be replaced.
    """
    temporary = path.with_name(f".{path.name}-{os.getpid()}-{threading.get_ident()}")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(content, file, indent=1, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            temporary.replace(path)
        else:
            path.hardlink_to(temporary)
    finally:
        temporary.unlink(missing_ok=True)


def read_json(path: Path) -> Any:
    """Reads a file; None where it is not there, or is damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
