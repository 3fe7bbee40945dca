"""Writes files and folders so that a crash, a full disk or a power failure leaves the old one or the new one, whole.

The new one is written under a temporary name in the same folder, flushed to the disk, and renamed in one step; then the
folder is flushed, so that the new name survives as well.
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
"""The beginning of the names of unfinished files and folders."""
MOST_BYTES = 32_000_000
"""The largest JSON file that is read: 400 times the largest that the app writes."""


def write(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Writes a file as a whole or not at all.

    Args:
        path: the file's path, in a folder that exists.
        content: the whole file.
        replace: whether an existing file is replaced.

    Raises:
        FileExistsError: the file exists and `replace` is False.
        OSError: the disk does not take it; an existing file is unchanged.
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
    """Writes JSON as `write` writes a file, and so that people can read it: a list of numbers is one line."""
    text = json.dumps(content, indent=1, ensure_ascii=False)
    text = re.sub(r"\[\n([^][{}\"]*)\n *]", lambda numbers: f"[{' '.join(numbers[1].split())}]", text)
    write(path, f"{text}\n".encode(), replace=replace)


def read_json(path: Path) -> Any:
    """Reads JSON.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no JSON, or larger or more deeply nested than any that the app writes.
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
        json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair, which no page can show, is a ValueError
    return found


def entries(folder: Path) -> list[Path]:
    """Lists a folder's files and folders by name, without hidden and unfinished ones; none if it does not exist.

    Raises:
        OSError: the folder cannot be read.
    """
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except FileNotFoundError:
        return []


def printable(name: str) -> str:
    """Returns a file's name as text that can be shown, whatever bytes it consists of."""
    return os.fsencode(name).decode("utf-8", errors="replace")


@contextmanager
def filling(folder: Path) -> Iterator[Path]:
    """Yields a temporary folder to fill; it takes its final name if all goes well, and is deleted if not.

    Args:
        folder: its final path; an existing folder is replaced.

    Raises:
        OSError: the disk does not take it.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=folder.parent))
    try:
        temporary.chmod(0o755)
        yield temporary
        for path in (*temporary.rglob("*"), temporary):
            _flush(path)
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
    """Moves a whole file or folder to a path on the same disk at which there is none yet, in one step.

    Raises:
        OSError: it cannot be moved.
    """
    source.rename(target)
    for folder in {source.parent, target.parent}:
        _flush(folder)


def _flush(path: Path) -> None:
    """Waits until a file's content, or a folder's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
