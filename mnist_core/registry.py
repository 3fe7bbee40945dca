"""Models on disk: what a model folder holds, which one is active, and the one that is shipped.

A model is a folder. It is written under a temporary name and renamed, so that a folder with a model's name is always a
whole model:

    model.keras      the Keras network, for training processes
    model.tflite     its LiteRT export, which the app reads
    card.json        who it is: recipe, data, checksums, versions, how long it took on what
    history.json     its learning curves, a row an epoch
    evaluation.json  what it reached on the test set
"""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from mnist_core import files, settings
from mnist_core.errors import StudioError

SHIPPED = Path(__file__).parent / "shipped"
NETWORK, KERAS_MODEL = "model.tflite", "model.keras"
CARD, HISTORY, EVALUATION = "card.json", "history.json", "evaluation.json"


class ModelError(StudioError):
    """A model folder is missing, incomplete or damaged, or a name is taken."""


@dataclass(frozen=True)
class Model:
    """A model folder whose card was read and whose network is what the card says."""

    folder: Path
    card: dict[str, Any]

    @classmethod
    def open(cls, folder: Path) -> "Model":
        """Opens a model folder and checks the network against its checksum.

        Raises:
            ModelError: the folder is missing, incomplete or damaged.
        """
        card = _read_json(folder / CARD)
        model = cls(folder, card)
        try:
            expected = card["files"][NETWORK]["sha256"]
            found = sha256(folder / NETWORK)
            float(card["digit_threshold"]), card["recipe"]["name"]  # what reading and the pages rely on
        except (KeyError, TypeError, ValueError, OSError) as error:
            raise ModelError(f"The model “{folder.name}” is incomplete: {error}.") from error
        if found != expected:
            raise ModelError(f"The model “{folder.name}” is damaged: its {NETWORK} is not the one that was saved.")
        return model

    @property
    def name(self) -> str:
        return str(self.card["name"])

    @property
    def network(self) -> bytes:
        """The LiteRT export."""
        return (self.folder / NETWORK).read_bytes()

    @property
    def keras_path(self) -> Path:
        return self.folder / KERAS_MODEL

    @cached_property
    def history(self) -> list[dict[str, float]]:
        """The learning curves, a row an epoch: `epoch`, `loss`, `accuracy`, `val_loss` where something validated, ...

        Raises:
            ModelError: the file is missing or damaged.
        """
        return list(_read_json(self.folder / HISTORY))

    @cached_property
    def evaluation(self) -> dict[str, Any]:
        """What `mnist_core.evaluation` found on the test set.

        Raises:
            ModelError: the file is missing or damaged.
        """
        return dict(_read_json(self.folder / EVALUATION))

    def keep_evaluation(self, evaluation: dict[str, Any]) -> None:
        """Keeps an evaluation with the model, in place of the one before; who opens the model anew finds it.

        Raises:
            ModelError: the model is gone, or nothing can be written there.
        """
        _read_json(self.folder / CARD)
        try:
            files.write_json(self.folder / EVALUATION, evaluation)
        except OSError as error:
            raise ModelError(
                f"The evaluation cannot be kept with the model “{self.name}”: {error.strerror} ({self.folder})."
            ) from error


def shipped() -> Model:
    """Opens the model that is part of the package."""
    return Model.open(SHIPPED)


def folder_of(name: str) -> Path:
    """Gives the folder in which a model of that name lies or would lie.

    Raises:
        ModelError: the name is not one for a folder.
    """
    if not name or name.startswith(".") or not all(c.isalnum() or c in "._- " for c in name):
        raise ModelError(f"A model's name consists of letters, digits, “.”, “_”, “-” and blanks; “{name}” does not.")
    return SHIPPED if name == SHIPPED.name else settings.home() / "models" / name


def names() -> list[str]:
    """Lists all models by name, the shipped one first."""
    folder = settings.home() / "models"
    entries = folder.iterdir() if folder.is_dir() else ()
    own = (entry.name for entry in entries if not entry.name.startswith(".") and (entry / CARD).exists())
    return [SHIPPED.name, *sorted(own)]


def active_name() -> str:
    """Gives the name of the active model: the one that was activated last, else the shipped one."""
    return next(iter(_activated()), SHIPPED.name)


def previous_name() -> str | None:
    """Gives the name of the model that was active before; None where there was none or it is gone."""
    before = _activated()[1:2] or [SHIPPED.name]
    return before[0] if before[0] != active_name() and before[0] in names() else None


def activate(name: str) -> Model:
    """Makes a model the one that the app reads with, from the next drawing on.

    Raises:
        ModelError: there is no such model, or it is damaged, or the choice cannot be written.
    """
    model = Model.open(folder_of(name))
    before = active_name()
    if name != before:
        try:
            settings.home().mkdir(parents=True, exist_ok=True)
            files.write(settings.home() / "active", f"{name}\n{before}\n".encode())
        except OSError as error:
            raise ModelError(f"“{name}” cannot be made the active model: {error.strerror}.") from error
    return model


def delete(name: str) -> None:
    """Deletes a model for good.

    Raises:
        ModelError: it is the shipped or the active one, or there is none of that name, or it cannot be deleted.
    """
    folder = folder_of(name)
    if folder == SHIPPED:
        raise ModelError("The shipped model is part of the app and stays.")
    if name == active_name():
        raise ModelError(f"“{name}” is the model that reads: let another one read first, then delete it.")
    grave = folder.with_name(f".deleted-{name}")
    shutil.rmtree(grave, ignore_errors=True)
    try:
        folder.rename(grave)
    except FileNotFoundError as error:
        raise ModelError(f"There is no model “{name}”.") from error
    except OSError as error:
        raise ModelError(f"“{name}” cannot be deleted: {error.strerror}.") from error
    shutil.rmtree(grave, ignore_errors=True)


@contextmanager
def writing(folder: Path, *, replace: bool = False) -> Iterator[Path]:
    """Gives a temporary folder to fill, which takes its name when all went well and vanishes when not.

    Args:
        folder: where the model shall lie.
        replace: whether a model that lies there already is replaced.

    Raises:
        ModelError: the name is taken, or the disk does not take the model.
    """
    if folder.exists() and not replace:
        raise ModelError(f"There is a model at {folder} already: choose another name.")
    try:
        with files.filling(folder) as temporary:
            yield temporary
    except OSError as error:
        raise ModelError(f"The model could not be written to {folder}: {error.strerror or error}.") from error


def sha256(path: Path) -> str:
    """Returns a file's SHA-256 in hexadecimal digits; a file that has not changed since is not read again."""
    status = path.stat()
    return _sha256(path, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@lru_cache(maxsize=256)
def _sha256(path: Path, *_identity: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _activated() -> list[str]:
    """Reads the names of the active model and of the one before, as far as they are written."""
    try:
        lines = (settings.home() / "active").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return [name for line in lines if (name := line.strip())][:2]


def _read_json(path: Path) -> Any:
    try:
        return files.read_json(path)
    except FileNotFoundError as error:
        raise ModelError(f"There is no model “{path.parent.name}”: {path.name} is missing.") from error
    except (OSError, ValueError) as error:
        raise ModelError(f"The model “{path.parent.name}” is damaged: {path.name} cannot be read ({error}).") from error
