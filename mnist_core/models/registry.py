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
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NotRequired, TypedDict, TypeVar

from mnist_core import files, settings
from mnist_core.data.mnist import CLASSES
from mnist_core.errors import StudioError
from mnist_core.shapes import Misshapen, conform

SHIPPED = Path(__file__).parent / "shipped"
NETWORK, KERAS_MODEL = "model.tflite", "model.keras"
CARD, HISTORY, EVALUATION = "card.json", "history.json", "evaluation.json"
ACTIVE = "active"
LONGEST_NAME = 60  # characters
MOST_BYTES = 1000  # of the file that names the active model and the one before

T = TypeVar("T")


class ModelError(StudioError):
    """A model folder is missing, incomplete or damaged, or a name is taken."""


class File(TypedDict):
    """A file of a model."""

    bytes: int
    sha256: str


class Trained(TypedDict):
    """How a model was trained."""

    started: str
    """As ISO 8601."""
    seconds: float
    machine: str
    gpus: NotRequired[dict[str, Any]]
    """As `Gpus.to_json` wrote it; earlier versions name GPUs with the machine."""
    images: int
    validation_images: int


Setting = str | bool | int | float | dict[str, str | bool | int | float | None] | None


class Card(TypedDict):
    """What a card says at least."""

    name: str
    recipe: dict[str, Setting]
    """As `Recipe.to_json` wrote it, maybe an earlier version's."""
    parameters: int
    trained: Trained
    temperature: NotRequired[float]
    """What the logits were divided by."""
    digit_threshold: float
    data: dict[str, str]
    """The checksums of the data, as in `Mnist.checksums`."""
    notice: NotRequired[str | None]
    files: dict[str, File]
    versions: dict[str, str]


class Reached(TypedDict):
    """What an evaluation says at least."""

    accuracy: float
    images: int
    confusion: list[list[int]]
    expected_calibration_error: float


@dataclass(frozen=True)
class Model:
    """A model folder whose card was read and whose network is what the card says."""

    folder: Path
    card: Card

    @classmethod
    def open(cls, folder: Path) -> "Model":
        """Opens a model folder and checks the network against its checksum.

        Raises:
            ModelError: the folder is missing, incomplete or damaged.
        """
        try:
            card = _card(folder, *_identity(folder / CARD))
        except OSError as error:
            raise _unread(folder / CARD, error) from error
        try:
            found = sha256(folder / NETWORK)
        except OSError as error:
            raise ModelError(f"The model “{folder.name}” is incomplete: {error}.") from error
        if found != card["files"][NETWORK]["sha256"]:
            raise ModelError(f"The model “{folder.name}” is damaged: its {NETWORK} is not the one that was saved.")
        return cls(folder, card)

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
        return _read_json(self.folder / HISTORY, list[dict[str, float]])

    @cached_property
    def evaluation(self) -> dict[str, Any]:
        """What `mnist_core.evaluation.metrics` found on the test set.

        Raises:
            ModelError: the file is missing or damaged.
        """
        evaluation = _read_json(self.folder / EVALUATION, Reached)
        if [len(row) for row in evaluation["confusion"]] != [CLASSES] * CLASSES:
            raise ModelError(
                f"The model “{self.name}” is incomplete: in its {EVALUATION}, confusion is no square of ten."
            )
        return dict(evaluation)

    def keep_evaluation(self, evaluation: dict[str, Any]) -> None:
        """Keeps an evaluation with the model, in place of the one before; who opens the model anew finds it.

        Raises:
            ModelError: the model is gone, or nothing can be written there.
        """
        _read_json(self.folder / CARD, Card)
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
    """Returns the folder in which a model of that name lies or would lie.

    Raises:
        ModelError: the name is not one for a folder.
    """
    if not _is_name(name):
        raise ModelError(
            f"A model's name consists of at most {LONGEST_NAME} letters, digits, “.”, “_”, “-” and blanks; "
            f"“{files.printable(name[:LONGEST_NAME])}” does not."
        )
    return SHIPPED if name == SHIPPED.name else settings.home() / "models" / name


def names() -> list[str]:
    """Lists all models by name, the shipped one first, damaged ones as well."""
    return [SHIPPED.name, *_listed()[0]]


def troubles() -> list[str]:
    """Says in sentences what keeps models from being listed."""
    return _listed()[1]


def active_name() -> str:
    """Returns the name of the active model: the one that was activated last, else the shipped one."""
    with suppress(StudioError):
        return next(iter(_activated()), SHIPPED.name)
    return SHIPPED.name


def active() -> Model:
    """Opens the active model.

    Raises:
        StudioError: it is missing or damaged, or nobody can tell which it is.
    """
    return Model.open(folder_of(next(iter(_activated()), SHIPPED.name)))


def previous_name() -> str | None:
    """Returns the name of the model that was active before; None where there was none or it is gone."""
    with suppress(StudioError):
        before = _activated()[1:2] or [SHIPPED.name]
        return before[0] if before[0] != active_name() and before[0] in names() else None
    return None


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
            files.write(settings.home() / ACTIVE, f"{name}\n{before}\n".encode())
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
    """Yields a temporary folder to fill, which takes its name when all went well and vanishes when not.

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
    """Returns a file's SHA-256 in hexadecimal digits; a file that has not changed since is not read again.

    Raises:
        OSError: it cannot be read.
    """
    return _sha256(path, *_identity(path))


@lru_cache(maxsize=256)
def _sha256(path: Path, *identity: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=256)
def _card(folder: Path, *identity: int) -> Card:
    """Reads a card and checks what others rely on; one that has not changed since is not read again.

    Raises:
        ModelError: it is missing, incomplete or damaged.
    """
    card = _read_json(folder / CARD, Card)
    try:
        datetime.fromisoformat(card["trained"]["started"])
        conform([card["recipe"][name] for name in ("name", "architecture")], list[str])
        conform(card["files"][NETWORK]["sha256"], str)
    except (KeyError, ValueError) as error:
        raise ModelError(f"The model “{folder.name}” is incomplete: {error}.") from error
    return card


def _identity(path: Path) -> tuple[int, ...]:
    """Returns what changes when a file does.

    Raises:
        OSError: it cannot be seen.
    """
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _is_name(name: str) -> bool:
    is_short = 0 < len(name) <= LONGEST_NAME
    return is_short and not name.startswith(".") and all(c.isalnum() or c in "._- " for c in name)


def _listed() -> tuple[list[str], list[str]]:
    """Lists the models of one's own by name, and in sentences what cannot be listed."""
    try:
        folder = settings.home() / "models"
        entries = files.entries(folder)
    except StudioError as error:
        return [], [str(error)]
    except OSError as error:
        return [], [f"The folder of the models cannot be read: {error.strerror} ({folder})."]
    found = [entry.name for entry in entries if _may_be_model(entry)]
    odd = [files.printable(name) for name in found if not _is_name(name)]
    return list(filter(_is_name, found)), [f"“{name}” is no name for a model: rename that folder." for name in odd]


def _may_be_model(folder: Path) -> bool:
    try:
        (folder / CARD).stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:  # whoever opens it will hear why it cannot be read
        return True
    return True


def _activated() -> list[str]:
    """Reads the names of the active model and of the one before, as far as they are written.

    Raises:
        StudioError: what is written there is no name, or cannot be read.
    """
    path = settings.home() / ACTIVE
    try:
        with path.open("rb") as file:
            lines = file.read(MOST_BYTES).decode().splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ModelError(f"Which model is active cannot be read: {error.strerror} ({path}).") from error
    except UnicodeDecodeError:
        lines = ["?"]
    written = [name for line in lines if (name := line.strip())][:2]
    if not all(map(_is_name, written)):
        raise ModelError(f"Which model is active is written in {path}, but what stands there is no model's name.")
    return written


def _read_json(path: Path, hint: type[T]) -> T:
    """Reads a file of a model, and checks that it has the shape that a type hint describes."""
    begin = f"The model “{files.printable(path.parent.name)}”"
    try:
        return conform(files.read_json(path), hint)
    except Misshapen as error:
        raise ModelError(f"{begin} is incomplete: in its {path.name}, {error}.") from error
    except OSError as error:
        raise _unread(path, error) from error
    except ValueError as error:
        raise ModelError(f"{begin} is damaged: {path.name} cannot be read ({error}).") from error


def _unread(path: Path, error: OSError) -> ModelError:
    """Says why a file of a model cannot be read."""
    name = files.printable(path.parent.name)
    if isinstance(error, FileNotFoundError):
        return ModelError(f"There is no model “{name}”: {path.name} is missing.")
    return ModelError(f"The model “{name}” cannot be read: {error.strerror} ({path.name}).")
