"""Reads drawings: preprocessing and network in one, fast, and safe to share between threads.

The network runs in LiteRT; neither TensorFlow nor Keras is imported.
"""

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from mnist_core import registry
from mnist_core.errors import StudioError
from mnist_core.preprocessing import FIELD, Ink, is_blank, to_model_input
from mnist_core.registry import Model, ModelError
from mnist_core.segmentation import Candidate, Line, Sheet
from mnist_core.strokes import PenStroke
from mnist_core.views import VIEWS, mean, together, views

Float32 = npt.NDArray[np.float32]

BATCH = 256  # images a call of the network: a long list lets other threads in between
PLAIN = 0.5  # digit score times confidence from which one stroke is one digit; 19 in 20 touching pairs have 0.1 or less
LOWEST_SCORE = 1e-3  # no digit score counts less: one odd digit does not break a number up
SEVERAL = 0.7  # number score from which one stroke may be several digits: 9 in 10 touching pairs, few letters
SEVERAL_BY_PEN = 0.3  # the same where the strokes of the pen are known, which divide more safely than cuts
FEW = 3  # so many digits at most are judged together; more are too small in one picture
DOUBTFUL = math.log(0.9)  # what scores less may be several digits that touch


@dataclass(frozen=True)
class Recognition:
    """What the network makes of one drawing."""

    digit: int | None
    """The answer; None when the paper is blank or this is no digit."""
    probabilities: npt.NDArray[np.float32]
    """float32 (10,): of each digit, given that it is one; all zero when the paper is blank."""
    confidence: float
    """The probability of the best digit, 0 to 1."""
    digit_score: float
    """How sure it is that this is a digit at all, 0 to 1."""
    model_input: npt.NDArray[np.uint8]
    """uint8 (28, 28): what the network saw."""
    ink: Ink = field(default_factory=lambda: np.zeros((0, 0), np.float32), repr=False)
    """float32 (h, w): the ink that was read; of a number, the ink of this digit alone."""
    number_score: float = 1.0
    """How sure it is that these are several digits, 0 to 1."""
    line: int = 0
    """The line of writing in which it stands, from 0 at the top."""


class Outputs(NamedTuple):
    """What a network gives for N images; the scores of one that knows digits only are 1."""

    probabilities: Float32
    """float32 (N, 10)."""
    digit_scores: Float32
    """float32 (N,): how sure it is that an image shows a digit at all."""
    number_scores: Float32
    """float32 (N,): how sure it is that an image shows several digits."""


class Network:
    """A LiteRT network that many threads may call at once."""

    def __init__(self, content: bytes, *, views: bool = False) -> None:
        """Loads and warms up a network.

        Args:
            content: of the LiteRT file.
            views: whether each image is read in several views (`mnist_core.views`).

        Raises:
            ModelError: the content is not a network that takes 28 x 28 pixels.
        """
        try:
            self._interpreter = Interpreter(model_content=content, num_threads=1)
            self._signature = self._interpreter.get_signature_runner()
            (self._input,) = self._signature.get_input_details()
            self._lock = threading.Lock()
            self._views = views
            self(np.zeros((1, FIELD, FIELD), np.uint8))
        except (ValueError, RuntimeError, KeyError) as error:
            raise ModelError(f"The network cannot be loaded: {error}") from error

    def __call__(self, images: npt.NDArray[np.uint8]) -> tuple[Float32, Float32]:
        """Runs the network and gives what evaluations need: probabilities and digit scores, as in `Outputs`."""
        outputs = self.run(images)
        return outputs.probabilities, outputs.digit_scores

    def run(self, images: npt.NDArray[np.uint8]) -> Outputs:
        """Runs the network on images, uint8 (N, 28, 28)."""
        batch = BATCH // VIEWS if self._views else BATCH
        parts = [self._run_part(images[start : start + batch]) for start in range(0, len(images), batch)]
        return Outputs(*(np.concatenate(outputs) for outputs in zip(*parts, strict=True)))

    def _run_part(self, images: npt.NDArray[np.uint8]) -> Outputs:
        pixels = (views(images) if self._views else images)[..., np.newaxis].astype(np.float32)
        with self._lock:  # LiteRT's interpreter is not thread-safe
            found = {name: np.array(values) for name, values in self._signature(**{self._input: pixels}).items()}
        probabilities = found["probabilities"]
        digit_scores, number_scores = (
            found[name][:, 0] if name in found else np.ones(len(pixels), np.float32)
            for name in ("digit_score", "number_score")
        )
        if not self._views:
            return Outputs(probabilities, digit_scores, number_scores)
        return Outputs(together(probabilities), mean(digit_scores), mean(number_scores))


class Recognizer:
    """A model, ready to read drawings."""

    def __init__(self, model: Model, notice: str | None = None) -> None:
        self.model = model
        self.notice = notice
        """A sentence for the person, when another model than the active one had to be taken."""
        card = model.card
        self.network = _load(model.folder, card["files"][registry.NETWORK]["sha256"], bool(card["recipe"].get("views")))
        self.digit_threshold = float(model.card["digit_threshold"])
        """The digit score below which a drawing is called no digit."""

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
        """
        return self.recognize_many([ink])[0]

    def recognize_many(self, inks: Sequence[Ink]) -> list[Recognition]:
        """Reads many drawings of one digit each, all through the network at once."""
        blank = [is_blank(ink) for ink in inks]
        model_inputs = np.zeros((len(inks), FIELD, FIELD), np.uint8)
        for model_input, ink, nothing in zip(model_inputs, inks, blank, strict=True):
            if not nothing:
                model_input[:] = to_model_input(ink)
        outputs = Outputs(np.zeros((len(inks), 10), np.float32), *np.zeros((2, len(inks)), np.float32))
        drawn = ~np.array(blank, bool)
        if drawn.any():
            for whole, part in zip(outputs, self.network.run(model_inputs[drawn]), strict=True):
                whole[drawn] = part
        return [
            Recognition(
                digit=int(row.argmax()) if score > 0 and score >= self.digit_threshold else None,
                probabilities=row,
                confidence=float(row.max()),
                digit_score=float(score),
                model_input=model_input,
                ink=ink,
                number_score=float(number_score),
            )
            for row, score, number_score, model_input, ink in zip(*outputs, model_inputs, inks, strict=True)
        ]

    def read(self, ink: Ink, pen_strokes: Sequence[PenStroke] = ()) -> list[Recognition]:
        """Reads a number digit by digit, from left to right and line by line; one digit is a number of length one.

        Args:
            ink: float32 (H, W) in [0, 1]; 0 is paper, 1 is ink.
            pen_strokes: how it was drawn, in the ink's pixels, where a canvas knows that: neighbours that touch are
                parted where the pen was lifted.

        Returns:
            the digits in reading order, none where the paper is blank; one Recognition without a digit where what is
            drawn is neither a digit nor a number.
        """
        if is_blank(ink):
            return []
        whole = self.recognize(ink)
        sheet = Sheet(ink, pen_strokes)
        several = SEVERAL_BY_PEN if pen_strokes else SEVERAL
        is_plain = whole.digit is not None and whole.digit_score * whole.confidence >= PLAIN
        if sheet.is_one_piece and (is_plain or whole.number_score < several):
            return [whole]
        number, score = self._read_lines(sheet, sheet.lines)
        if len(sheet.lines) > 1:
            as_one, score_as_one = self._read_lines(sheet, [sheet.as_one_line])
            number = as_one if score_as_one > score else number
        if len(number) == 1 and not sheet.has_dust:
            return [whole]
        if 1 < len(number) <= FEW and whole.number_score < several:
            return [whole]
        digits = sum(recognition.digit is not None for recognition in number)
        return number if 2 * digits >= len(number) > 0 else [whole]

    def _read_lines(self, sheet: Sheet, lines: Sequence[Line]) -> tuple[list[Recognition], float]:
        """Reads every line on its own and gives all digits and how likely they are, as a logarithm."""
        number, total = [], 0.0
        for row, line in enumerate(lines):
            digits, score = self._read_line(sheet, line)
            number += [replace(digit, line=row) for digit in digits]
            total += score
        return number, total

    def _read_line(self, sheet: Sheet, line: Line) -> tuple[list[Recognition], float]:
        known: dict[tuple[int, ...], Recognition] = {}
        path, total = self._best_path(sheet, line, known)
        for divide, several in ((sheet.take_apart, SEVERAL_BY_PEN), (sheet.cut, SEVERAL)):
            doubtful = [
                candidate
                for candidate in path
                if candidate.prior + _score(known[candidate.labels]) < DOUBTFUL
                and known[candidate.labels].number_score >= several
            ]
            divided = divide(line, doubtful) if doubtful else line
            if divided is not line:
                best, score = self._best_path(sheet, divided, known)
                if best:
                    line, path, total = divided, best, score
        return [known[candidate.labels] for candidate in path], total

    def _best_path(
        self, sheet: Sheet, line: Line, known: dict[tuple[int, ...], Recognition]
    ) -> tuple[list[Candidate], float]:
        """Reads those candidates of a line that are not known yet, all at once, and finds the best number."""
        unknown = [candidate for candidate in line.candidates if candidate.labels not in known]
        read = self.recognize_many([sheet.ink_of(candidate, line) for candidate in unknown])
        known.update({candidate.labels: recognition for candidate, recognition in zip(unknown, read, strict=True)})
        path, total = line.best_path([_score(known[candidate.labels]) for candidate in line.candidates])
        return [line.candidates[index] for index in path], total


def _score(recognition: Recognition) -> float:
    """Gives the logarithm of how likely this is a digit; a doubt about which one counts half."""
    return math.log(max(recognition.digit_score, LOWEST_SCORE)) + 0.5 * math.log(max(recognition.confidence, 0.1))


@lru_cache(maxsize=4)
def _load(folder: Path, sha256: str, views: bool) -> Network:
    """Loads a network once per process; the checksum tells when a folder's content has changed."""
    return Network((folder / registry.NETWORK).read_bytes(), views=views)
