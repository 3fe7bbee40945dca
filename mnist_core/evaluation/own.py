"""How well a model reads the kept drawings that it learned from, and those that were held back from it.

Both are measured when the model is made, and beside the model that read before; the figures are kept with the model,
the drawings are not.
"""

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from mnist_core import files
from mnist_core.models import model_folder
from mnist_core.models.model_folder import Model
from mnist_core.reading.recognizer import Recognizer
from mnist_core.shapes import conform
from mnist_core.synthesis.non_digits import NONE

FILE = "own.json"


@dataclass(frozen=True)
class Right:
    """How many of some drawings are read as what they are."""

    drawings: int
    before: int
    """By the model that read before."""
    after: int
    """By this one."""


@dataclass(frozen=True)
class Own:
    """What a model and the one before it read of kept drawings."""

    before: str
    """The name of the model that read before."""
    learned: Right
    held_back: Right


def measure(
    model: Model,
    before: Model,
    learned: tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]],
    held_back: tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]],
) -> Own:
    """Lets two models read kept drawings, without any memory.

    Args:
        model: that learned from them.
        before: that read before.
        learned: images uint8 (N, 28, 28) and labels (N,), 0 to 9, or NONE or NUMBER for what is no single digit.
        held_back: the same.
    """
    readers = Recognizer(before), Recognizer(model)
    return Own(before.name, *(_right(readers, *part) for part in (learned, held_back)))


def _right(
    readers: tuple[Recognizer, Recognizer], images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64]
) -> Right:
    expected = np.where(labels < 0, NONE, labels)

    def count(reader: Recognizer) -> int:
        read = [NONE if found.digit is None else found.digit for found in reader.recognize_framed(images)]
        return int((np.array(read) == expected).sum())

    before, after = map(count, readers) if len(labels) else (0, 0)
    return Right(len(labels), before, after)


def keep(model: Model, own: Own) -> None:
    """Keeps the figures with a model.

    Raises:
        OSError: they cannot be written.
    """
    files.write_json(model.folder / FILE, asdict(own))


def kept(model: Model) -> Own | None:
    """Returns the figures that are kept with a model; None where it has not learned from kept drawings.

    Raises:
        ModelError: they are damaged.
    """
    try:
        return conform(files.read_json(model.folder / FILE), Own)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise model_folder.ModelError(f"The model “{model.name}” is damaged: {FILE} cannot be read.") from error
