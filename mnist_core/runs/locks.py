"""Locks of the operating system, on files, that processes hand on to those they start.

A lock is kept as long as any process has its descriptor open, and ends with the last of them however that ends. So
whether a process lives is asked of the kernel, and a process number that was given anew deceives nobody.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LOOK_S = 0.01  # how often to look whether something has happened


class Held(Exception):
    """Another process has the lock."""


@contextmanager
def locked(path: Path, *, patience_s: float) -> Iterator[int]:
    """Locks a file, which is made where it does not exist; gives its descriptor, to be handed on.

    Raises:
        Held: another process has the lock, and has kept it for that long.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not wait(lambda: _takes(descriptor, fcntl.LOCK_EX), patience_s):
            raise Held
        yield descriptor
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Returns whether a process has the lock on a file."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _takes(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def note(descriptor: int, text: str) -> None:
    """Writes a text into a locked file, in place of what it held."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)


def wait(is_over: Callable[[], bool], patience_s: float) -> bool:
    """Waits until something is so; returns whether it came to be in time."""
    deadline = time.monotonic() + patience_s
    while not is_over():
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_S)
    return True


def _takes(descriptor: int, lock: int) -> bool:
    try:
        fcntl.flock(descriptor, lock | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False
