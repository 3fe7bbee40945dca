"""Writes what a command makes into a file, or to standard output."""

import errno
import os
import sys
from pathlib import Path

from mnist_core import files
from mnist_core.errors import StudioError

STANDARD = Path("-")
"""The name by which a command line asks for standard output."""


class NotWritten(StudioError):
    """What a command makes cannot be written where, or as what, it was asked for."""


def check_free(path: Path, what: str, *, as_json: bool) -> None:
    """Makes sure, before a result is made, that its folder exists and that JSON does not share standard output.

    Args:
        path: where the result shall be written.
        what: the result, as "the page".
        as_json: whether JSON was asked for as well.

    Raises:
        NotWritten: there is no such folder, or both were asked for there.
    """
    if not path.parent.exists():
        raise NotWritten(f"{path} cannot be written: {os.strerror(errno.ENOENT)}.")
    if path == STANDARD and as_json:
        raise NotWritten(f"Standard output is for {what} or for JSON: name a file, or leave out --json.")


def write(path: Path, content: bytes, *, makes_folder: bool = False) -> None:
    """Writes a result into a file, or to standard output.

    Args:
        path: of the file.
        content: what is written.
        makes_folder: whether the file's folder is made where it is missing.

    Raises:
        NotWritten: it cannot be written.
    """
    try:
        if path == STANDARD:
            sys.stdout.buffer.write(content)
            sys.stdout.flush()
        else:
            if makes_folder:
                path.parent.mkdir(parents=True, exist_ok=True)
            files.write(path, content)
    except OSError as error:
        where = "Standard output" if path == STANDARD else path
        raise NotWritten(f"{where} cannot be written: {error.strerror or error}.") from error
