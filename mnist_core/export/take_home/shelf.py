"""Keeps the pages that were made in the app's home: each is made once, for all who ask, in all processes of the app.

A page is found by the checksum of all that it is made of. A lock on a file lets one be made at a time, by a process of
its own, for TensorFlow reads the networks of earlier versions. A failure is kept as well, for a minute, so that it is
not repeated for every phone that asks.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from mnist_core import files, settings
from mnist_core.errors import StudioError
from mnist_core.export.take_home import page
from mnist_core.models.model_folder import Model
from mnist_core.runs import aside, locks
from mnist_core.runs.aside import CommandFailed

FOLDER = "take-home"
KEPT = 20  # pages, of a megabyte or two each
PATIENCE_S = 60.0  # TensorFlow, where it is needed, takes seconds to start
FAILED_S = 60.0  # before it is tried again


class PageNotMade(StudioError):
    """A model's page is not there and could not be made."""


def key(model: Model) -> str:
    """Returns the checksum of all that a model's page is made of, in hexadecimal digits.

    Raises:
        ModelError: the model's evaluation is missing or damaged.
    """
    reached = [model.evaluation[name] for name in ("accuracy", "images")]
    made_of = json.dumps([page.version(), model.card, reached], sort_keys=True)
    return hashlib.sha256(made_of.encode()).hexdigest()


def kept(key: str) -> bytes | None:
    """Returns a page that was made before; None where there is none."""
    path = _path(key)
    with suppress(OSError):
        content = path.read_bytes()
        os.utime(path)  # those that nobody asks for go first
        return content
    return None


def made(model: Model, check: Callable[[], None] = lambda: None) -> bytes:
    """Returns a model's page, and makes it where it is not there yet: that takes seconds.

    Args:
        model: whose page.
        check: called while it is made; where this raises, the making ends.

    Raises:
        PageNotMade: others are made all the time, or the disk does not take it, or it failed a moment ago.
        CommandFailed: it cannot be made.
        ModelError: the model's evaluation is missing or damaged.
    """
    wanted = key(model)
    if (found := kept(wanted)) is not None:
        return found
    folder = settings.home() / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locks.locked(folder / ".lock", patience_s=PATIENCE_S):
            return kept(wanted) or _make(model, wanted, check)
    except locks.Held as error:
        raise PageNotMade("Others take networks home just now: try again in a moment.") from error
    except OSError as error:
        raise PageNotMade(f"The page cannot be kept: {error.strerror or error} ({folder}).") from error


def _make(model: Model, key: str, check: Callable[[], None]) -> bytes:
    failure = _path(key).with_suffix(".failed")
    if (why := _failed(failure)) is not None:
        raise PageNotMade(why)
    try:
        content = aside.output(["take-home", f"--model={model.folder.name}", "--output=-"], check=check)
    except CommandFailed as error:
        files.write(failure, str(error).encode())
        raise
    files.write(_path(key), content)
    _clear(failure.parent)
    return content


def _failed(failure: Path) -> str | None:
    """Returns why a page could not be made a moment ago."""
    with suppress(OSError):
        if time.time() - failure.stat().st_mtime < FAILED_S:
            return failure.read_text(encoding="utf-8")
    return None


def _clear(folder: Path) -> None:
    """Deletes what was not asked for the longest time, beyond `KEPT`."""
    by_use = sorted(files.entries(folder), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in by_use[KEPT:]:
        path.unlink(missing_ok=True)


def _path(key: str) -> Path:
    return settings.home() / FOLDER / f"{key}.html"
