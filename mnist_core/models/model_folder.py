"""A model folder: what it holds, how it is opened and checked, and how it is written.

It is written under a temporary name and renamed, so that a folder with a model's name is always a whole model:

    model.keras      the Keras network, for training processes
    model.tflite     its LiteRT export, which the app reads
    model.packed     the same network for browsers; models of earlier versions lack it
    card.json        who it is: recipe, data, checksums, versions, how long it took on what
    history.json     its learning curves, a row an epoch
    evaluation.json  what it reached on the test set
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NotRequired, TypedDict, TypeVar

from mnist_core import files
from mnist_core.data.mnist import CLASSES
from mnist_core.errors import StudioError
from mnist_core.shapes import Misshapen, conform

NETWORK, KERAS_MODEL, PACKED = "model.tflite", "model.keras", "model.packed"
CARD, HISTORY, EVALUATION = "card.json", "history.json", "evaluation.json"

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


class Own(TypedDict):
    """The kept drawings that a model learned from."""

    drawings: int
    held_back: int
    """Those that it was measured on instead."""


class Compressed(TypedDict):
    """How a smaller version was made of another model (`mnist_core.compression`)."""

    kind: str
    """One of `mnist_core.compression.kinds.KINDS`."""
    of: str
    """The name that the original had."""
    network: str
    """The checksum of the original's LiteRT export."""
    made: str
    """As ISO 8601."""
    sparsity: float
    """The share of zeros in each kernel that was pruned; 0 where none was."""
    zeros: int
    """How many weights are zero because they were pruned."""
    seconds: float
    """How long the pruned network learned on."""


Setting = str | bool | int | float | dict[str, str | bool | int | float | None] | list[str] | None


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
    own: NotRequired[Own]
    members: NotRequired[dict[str, str]]
    """Of an ensemble: each member by name, with the checksum of its network."""
    compressed: NotRequired[Compressed]
    """Of a smaller version; all else on its card is as on the original's, but for what its making changed."""
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

    @property
    def packed_path(self) -> Path | None:
        """Where the network lies as browsers compute it; None where there is none, or not the one that was saved."""
        path, expected = self.folder / PACKED, self.card["files"].get(PACKED)
        try:
            return path if expected is not None and sha256(path) == expected["sha256"] else None
        except OSError:
            return None

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


def training_images(card: Card) -> int:
    """Returns how many training images a model was given, those that it was validated on among them."""
    trained, is_split = card["trained"], card["recipe"].get("validation", "split") == "split"
    return trained["images"] + (trained["validation_images"] if is_split else 0)


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
    """Returns the error that says why a file of a model cannot be read."""
    name = files.printable(path.parent.name)
    if isinstance(error, FileNotFoundError):
        return ModelError(f"There is no model “{name}”: {path.name} is missing.")
    return ModelError(f"The model “{name}” cannot be read: {error.strerror} ({path.name}).")
