"""Reads drawings: preprocessing and network in one, fast, and safe to share between threads."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mnist_core.drawing.framing import FIELD, Ink, is_blank, to_model_input
from mnist_core.drawing.strokes import PenStroke
from mnist_core.errors import StudioError
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import Model
from mnist_core.reading import numbers
from mnist_core.reading.memory import Memory
from mnist_core.reading.network import Float32, Network, Outputs
from mnist_core.synthesis.non_digits import NONE


@dataclass(frozen=True)
class Recognition:
    """The network's answer to one drawing."""

    digit: int | None
    """The answer; None when the paper is blank or this is no digit."""
    probabilities: npt.NDArray[np.float32]
    """float32 (10,): of each digit, given that it is one; all zero when the paper is blank."""
    confidence: float
    """The probability of the best digit, 0 to 1."""
    digit_score: float
    """The probability that this is a digit at all, 0 to 1."""
    model_input: npt.NDArray[np.uint8]
    """uint8 (28, 28): the image that the network saw."""
    ink: Ink = field(default_factory=lambda: np.zeros((0, 0), np.float32), repr=False)
    """float32 (h, w): the ink that was read; in a number, the ink of this digit alone."""
    multi_digit_score: float = 1.0
    """The probability that these are several digits, 0 to 1."""
    line: int = 0
    """The line of writing that it belongs to, from 0 at the top."""
    pen_strokes: Sequence[PenStroke] = field(default=(), repr=False)
    """How this digit was drawn, in the pixels of its ink, where a canvas knows that."""
    taught_by: int | None = None
    """The id of the remembered drawing without which the answer would be another; None where there is none."""


class CannotRemember(StudioError):
    """A model's export lacks the features that a memory needs."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The model “{name}” was exported by an earlier version and cannot remember what it is taught. Exported "
            f"anew, it can: python -m mnist_core models --export {name}"
        )


class Recognizer:
    """A model, ready to read drawings."""

    def __init__(self, model: Model, notice: str | None = None, interpreters: int = 1) -> None:
        self.model = model
        self.notice = notice
        """A sentence for the person if the shipped model reads because the active one cannot; None otherwise."""
        card = model.card
        in_views = bool(card["recipe"].get("views"))
        self.network = _load(model.folder, card["files"][model_folder.NETWORK]["sha256"], in_views, interpreters)
        self.digit_threshold = float(model.card["digit_threshold"])
        """The digit score below which a drawing is called no digit."""
        self.memory: Memory | None = None
        """What is remembered of the person whose drawings are read; None for a stranger."""

    def remembering(self, memory: Memory) -> "Recognizer":
        """Returns a recognizer with the same network that reads as this memory has taught it."""
        taught = copy.copy(self)
        taught.memory = memory if len(memory) else None
        return taught

    @classmethod
    def load(cls) -> "Recognizer":
        """Loads the active model, and the shipped one where that is missing or broken.

        A network is loaded once per process; loading it again costs next to nothing.

        Raises:
            ModelError: the shipped model is broken, too.
        """
        try:
            return cls(registry.active())
        except StudioError as error:
            return cls(registry.shipped(), notice=f"{error} The shipped model reads in its place.")

    def recognize(self, ink: Ink) -> Recognition:
        """Reads one digit.

        Args:
            ink: float32 (H, W) in [0, 1]; 0 is paper, 1 is ink.

        Returns:
            The answer; without a digit if the paper is blank or the drawing is no digit.
        """
        return self.recognize_many([ink])[0]

    def recognize_many(self, inks: Sequence[Ink], *, in_all_views: bool = True) -> list[Recognition]:
        """Reads many drawings of one digit each, all through the network at once.

        Args:
            inks: float32 (H, W) in [0, 1] each.
            in_all_views: whether a network that reads in several views does so; one view takes a quarter of the time.

        Returns:
            An answer for each drawing, in their order.
        """
        model_inputs = np.zeros((len(inks), FIELD, FIELD), np.uint8)
        drawn = [index for index, ink in enumerate(inks) if not is_blank(ink)]
        for index in drawn:
            model_inputs[index] = to_model_input(inks[index])
        read = self._read(model_inputs[drawn], [inks[index] for index in drawn], in_all_views) if drawn else []
        recognitions = [
            Recognition(None, np.zeros(10, np.float32), 0.0, 0.0, model_input, ink, multi_digit_score=0.0)
            for model_input, ink in zip(model_inputs, inks, strict=True)
        ]
        for index, recognition in zip(drawn, read, strict=True):
            recognitions[index] = recognition
        return recognitions

    def recognize_framed(self, model_inputs: npt.NDArray[np.uint8]) -> list[Recognition]:
        """Reads digits that are framed already, uint8 (N, 28, 28), none of them blank; the answers have no ink."""
        return self._read(model_inputs, [np.zeros((0, 0), np.float32)] * len(model_inputs), in_all_views=True)

    def features(self, model_inputs: npt.NDArray[np.uint8]) -> Float32:
        """Returns what a memory keeps of digits: uint8 (N, 28, 28) -> float32 (N, F), the mean over all views.

        Raises:
            CannotRemember: the model's export lacks them.
        """
        found = self.network.run(model_inputs, in_doubt=lambda outputs: np.ones(len(outputs.digit_scores), bool))
        if found.features is None:
            raise CannotRemember(self.model.name)
        return found.features

    def _read(self, model_inputs: npt.NDArray[np.uint8], inks: Sequence[Ink], in_all_views: bool) -> list[Recognition]:
        """Runs the network on framed images, as the memory has taught it."""
        memory = self.memory
        if memory is None or not self.network.has_features:
            outputs = self.network.run(model_inputs, in_all_views=in_all_views)
            return self._recognitions(outputs, model_inputs, inks, [None] * len(inks))
        untaught = self.network.run(model_inputs, in_all_views=in_all_views, in_doubt=memory.is_in_doubt)
        outputs, nearest = memory.recall(untaught)
        changed = self._digits(untaught) != self._digits(outputs)
        taught_by = [memory.ids[index] if new else None for index, new in zip(nearest, changed, strict=True)]
        return self._recognitions(outputs, model_inputs, inks, taught_by)

    def _digits(self, outputs: Outputs) -> npt.NDArray[np.int64]:
        """Returns the answers: int64 (N,), NONE for what is no digit."""
        scores = outputs.digit_scores
        is_digit = (scores > 0) & (scores >= self.digit_threshold)
        return np.where(is_digit, outputs.probabilities.argmax(axis=1), NONE)

    def _recognitions(
        self,
        outputs: Outputs,
        model_inputs: npt.NDArray[np.uint8],
        inks: Sequence[Ink],
        taught_by: Sequence[int | None],
    ) -> list[Recognition]:
        return [
            Recognition(
                digit=None if digit == NONE else int(digit),
                probabilities=row,
                confidence=float(row.max()),
                digit_score=float(score),
                model_input=model_input,
                ink=ink,
                multi_digit_score=float(multi_digit_score),
                taught_by=teacher,
            )
            for digit, row, score, multi_digit_score, model_input, ink, teacher in zip(
                self._digits(outputs), *outputs[:3], model_inputs, inks, taught_by, strict=True
            )
        ]

    def read(
        self, ink: Ink, pen_strokes: Sequence[PenStroke] = (), *, check: Callable[[], None] = lambda: None
    ) -> list[Recognition]:
        """Reads a number digit by digit, from left to right and line by line; one digit is a number of length one.

        Args:
            ink: float32 (H, W) in [0, 1]; 0 is paper, 1 is ink.
            pen_strokes: how it was drawn, in the ink's pixels, if a canvas knows that: touching neighbours are divided
                where the pen was lifted.
            check: called every few milliseconds of a long reading, which ends with whatever it raises.

        Returns:
            The digits in reading order, none if the paper is blank; one Recognition without a digit if the drawing is
            neither a digit nor a number.

        Raises:
            TooMuchToRead: there is more than can be read within `numbers.BOUNDS`.
            Busy: other long readings went on all the time.
        """
        return numbers.read(self, ink, pen_strokes, check)

    def read_as(
        self,
        digits: Sequence[int],
        ink: Ink,
        pen_strokes: Sequence[PenStroke] = (),
        *,
        check: Callable[[], None] = lambda: None,
    ) -> list[Recognition]:
        """Finds in a drawing the digits that somebody says are written there.

        Args:
            digits: what is written, in reading order.
            ink: as `read` takes it.
            pen_strokes: as `read` takes them.
            check: as `read` takes it.

        Returns:
            For each of the digits what is read there, which may be another digit; none where so many digits are not to
            be found.

        Raises:
            TooMuchToRead: there is more than can be read within `numbers.BOUNDS`.
            Busy: other long readings went on all the time.
        """
        return numbers.read_as(self, digits, ink, pen_strokes, check)


@lru_cache(maxsize=4)
def _load(folder: Path, sha256: str, views: bool, interpreters: int) -> Network:
    """Loads a network once per process; another checksum means that the folder's content has changed."""
    return Network((folder / model_folder.NETWORK).read_bytes(), views=views, interpreters=interpreters)
