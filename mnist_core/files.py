"""Writes files and folders so that a crash, a full disk or a power failure leaves the old one or the new one, whole.

What is new is written under a temporary name beside its place, flushed to the disk, and renamed in one step; then the
folder in which it lies is flushed, so that the new name survives as well.
"""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TEMPORARY = ".writing-"
"""What the names of unfinished files and folders begin with."""
MOST_BYTES = 32_000_000
"""What is read of JSON at most: 400 times the largest file that the app writes."""


def write(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Writes a file, so that it is there as a whole or not at all.

    Args:
        path: where; its folder must be there.
        content: all of it.
        replace: whether a file that lies there already is replaced.

    Raises:
        FileExistsError: there is one already, which shall not be replaced.
        OSError: the disk does not take it; what lay there before still does.
    """
    handle, name = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
    temporary = Path(name)
    try:
        with open(handle, "wb") as file:  # noqa: PTH123  # no path, but a descriptor
            file.write(content)
            file.flush()
            os.fchmod(handle, 0o644)
            os.fsync(handle)
        if replace:
            temporary.replace(path)
        else:
            path.hardlink_to(temporary)
    finally:
        temporary.unlink(missing_ok=True)
    _flush(path.parent)


def write_json(path: Path, content: Any, *, replace: bool = True) -> None:
    """Writes JSON that a person can read, too, as `write` does: a list of numbers stands in one line."""
    text = json.dumps(content, indent=1, ensure_ascii=False)
    text = re.sub(r"\[\n([^][{}\"]*)\n *]", lambda numbers: f"[{' '.join(numbers[1].split())}]", text)
    write(path, f"{text}\n".encode(), replace=replace)


def read_json(path: Path) -> Any:
    """Reads JSON.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no JSON, or larger or more deeply nested than anything that the app writes.
    """
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"it is larger than {MOST_BYTES // 1_000_000} MB")
    try:
        found = json.loads(content)
    except RecursionError as error:
        raise ValueError("it is too deeply nested") from error
    if b"\\ud" in content.lower():
        json.dumps(found, ensure_ascii=False).encode()  # half a character, which no page could show, is a ValueError
    return found


def entries(folder: Path) -> list[Path]:
    """Lists what lies in a folder, by name, without hidden and unfinished things; nothing where there is no folder.

    Raises:
        OSError: the folder cannot be read.
    """
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except FileNotFoundError:
        return []


def printable(name: str) -> str:
    """Writes a file's name as it can be shown, whatever bytes it consists of."""
    return os.fsencode(name).decode("utf-8", errors="replace")


@contextmanager
def filling(folder: Path) -> Iterator[Path]:
    """Yields a temporary folder to fill, which takes its name when all went well and vanishes when not.

    Args:
        folder: where it shall lie; a folder that lies there already is replaced.

    Raises:
        OSError: the disk does not take it.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=folder.parent))
    try:
        temporary.chmod(0o755)
        yield temporary
        for place in (*temporary.rglob("*"), temporary):
            _flush(place)
        if folder.exists():
            aside = Path(tempfile.mkdtemp(prefix=".replaced-", dir=folder.parent))
            folder.rename(aside / folder.name)
            temporary.rename(folder)
            shutil.rmtree(aside)
        else:
            temporary.rename(folder)
        _flush(folder.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def move(source: Path, target: Path) -> None:
    """Moves a whole file or folder to a free place on the same disk, in one step.

    Raises:
        OSError: it cannot be moved.
    """
    source.rename(target)
    for folder in {source.parent, target.parent}:
        _flush(folder)


def _flush(place: Path) -> None:
    """Waits until a file's content, or a folder's list of names, is on the disk."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
