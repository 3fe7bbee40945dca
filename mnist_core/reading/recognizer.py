"""Reads drawings: preprocessing and network in one, fast, and safe to share between threads.

The network runs in LiteRT; neither TensorFlow nor Keras is imported.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from mnist_core.drawing.framing import FIELD, Ink, is_blank, to_model_input
from mnist_core.drawing.strokes import PenStroke
from mnist_core.errors import StudioError
from mnist_core.models import registry
from mnist_core.models.registry import Model, ModelError
from mnist_core.reading import numbers
from mnist_core.reading.tta import LEAST, VIEWS, mean, together, views

Float32 = npt.NDArray[np.float32]
T = TypeVar("T", bound=np.generic)

CORES = min(os.cpu_count() or 1, 8)  # interpreters for whoever measures and has the machine to itself
BATCH = 256  # images a call of the network: a long list lets other threads in between

# From these on at the first look, the mistakes on 10,000 test images of MNIST and 7,494 drawn digits are those of all
# views (`python -m benchmarks.views`).
SETTLED = 0.998
SETTLED_AS_DIGIT = 0.99
SETTLED_AS_ONE = 0.01  # the multi-digit score


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
    """What a network gives for N images; of those that are read in several views, their mean."""

    probabilities: Float32
    """float32 (N, 10)."""
    digit_scores: Float32
    """float32 (N,): how sure it is that an image shows a digit at all; 1 of a network that knows digits only."""
    number_scores: Float32
    """float32 (N,): how sure it is that an image shows several digits; 1 of a network that knows digits only."""
    logits: Float32 | None
    """float32 (N, 10): what the softmax makes the probabilities of, divided by the temperature already; None where the
    export does not have them."""
    features: Float32 | None
    """float32 (N, F): the values that enter the last layer; None where the export does not have them."""


class Network:
    """A LiteRT network that many threads may call at once."""

    def __init__(self, content: bytes, *, views: bool = False, interpreters: int = 1) -> None:
        """Loads and warms up a network.

        Args:
            content: of the LiteRT file.
            views: whether images in doubt are read in several views (`mnist_core.reading.tta`).
            interpreters: how many batches are read at the same time; each more costs some 30 MB.

        Raises:
            ModelError: the content is not a network that takes 28 x 28 pixels.
        """
        self._views = views
        self._interpreters: SimpleQueue[_Interpreter] = SimpleQueue()
        self._at_once = interpreters
        try:
            for _ in range(interpreters):
                self._interpreters.put(_Interpreter(content))
            self(np.zeros((1, FIELD, FIELD), np.uint8))
        except (ValueError, RuntimeError, KeyError) as error:
            raise ModelError(f"The network cannot be loaded: {error}") from error

    def __call__(self, images: npt.NDArray[np.uint8]) -> tuple[Float32, Float32]:
        """Runs the network and returns what evaluations need: probabilities and digit scores, as in `Outputs`."""
        outputs = self.run(images)
        return outputs.probabilities, outputs.digit_scores

    def run(self, images: npt.NDArray[np.uint8], *, in_all_views: bool = True) -> Outputs:
        """Runs the network on images, uint8 (N, 28, 28); those in doubt in all views, if it has them and that is asked.

        What is settled at the first look (`is_settled`) would be read the same in all views, in seven times the time.
        """
        run_batch = partial(self._run_batch, in_views=self._views and in_all_views)
        batches = _batches(images, BATCH)
        if min(self._at_once, len(batches)) > 1:
            with ThreadPoolExecutor(self._at_once) as threads:
                parts = list(threads.map(run_batch, batches))
        else:
            parts = list(map(run_batch, batches))
        return Outputs(*(None if one[0] is None else np.concatenate(one) for one in zip(*parts, strict=True)))  # type: ignore[arg-type]  # not the first three

    def _run_batch(self, images: npt.NDArray[np.uint8], in_views: bool) -> Outputs:
        outputs = self._look(images)
        if in_views:
            for doubtful in _batches(np.flatnonzero(~is_settled(outputs)), BATCH // VIEWS):
                for whole, part in zip(outputs, _averaged(self._look(views(images[doubtful]))), strict=True):
                    if whole is not None:
                        whole[doubtful] = part
        return outputs

    def _look(self, images: npt.NDArray[np.uint8]) -> Outputs:
        """Runs the network on images as they are."""
        interpreter = self._interpreters.get()
        try:
            found = interpreter(images[..., np.newaxis].astype(np.float32))
        finally:
            self._interpreters.put(interpreter)
        digit_scores, number_scores = (
            found[name][:, 0] if name in found else np.ones(len(images), np.float32)
            for name in ("digit_score", "number_score")
        )
        return Outputs(found["probabilities"], digit_scores, number_scores, found.get("logits"), found.get("features"))


def is_settled(outputs: Outputs) -> npt.NDArray[np.bool_]:
    """Tells which images are so clear that other views of them would change nothing: bool (N,)."""
    return (
        (outputs.probabilities.max(axis=1) >= SETTLED)
        & (outputs.digit_scores >= SETTLED_AS_DIGIT)
        & (outputs.number_scores <= SETTLED_AS_ONE)
    )


def _averaged(outputs: Outputs) -> Outputs:
    """Puts the views of each image together."""
    probabilities, digit_scores, number_scores, logits, features = outputs
    return Outputs(
        together(np.log(np.maximum(probabilities, LEAST)) if logits is None else logits),
        mean(digit_scores),
        mean(number_scores),
        None if logits is None else mean(logits),
        None if features is None else mean(features),
    )


def _batches(array: npt.NDArray[T], size: int) -> list[npt.NDArray[T]]:
    return [array[start : start + size] for start in range(0, len(array), size)]


class _Interpreter:
    """A LiteRT interpreter, which is for one thread at a time; others run while it computes."""

    def __init__(self, content: bytes) -> None:
        self._interpreter = Interpreter(model_content=content, num_threads=1)
        signature = self._interpreter.get_signature_runner()  # it would keep Python's lock while it computes
        (pixels,) = signature.get_input_details().values()
        self._input = pixels["index"]
        self._outputs = {name: output["index"] for name, output in signature.get_output_details().items()}
        self._images = 0

    def __call__(self, pixels: Float32) -> dict[str, Float32]:
        if len(pixels) != self._images:
            self._interpreter.resize_tensor_input(self._input, pixels.shape)
            self._interpreter.allocate_tensors()
            self._images = len(pixels)
        self._interpreter.set_tensor(self._input, pixels)
        self._interpreter.invoke()
        return {name: self._interpreter.get_tensor(index) for name, index in self._outputs.items()}


class Recognizer:
    """A model, ready to read drawings."""

    def __init__(self, model: Model, notice: str | None = None, interpreters: int = 1) -> None:
        self.model = model
        self.notice = notice
        """A sentence for the person, when another model than the active one had to be taken."""
        card = model.card
        in_views = bool(card["recipe"].get("views"))
        self.network = _load(model.folder, card["files"][registry.NETWORK]["sha256"], in_views, interpreters)
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

    def recognize_many(self, inks: Sequence[Ink], *, in_all_views: bool = True) -> list[Recognition]:
        """Reads many drawings of one digit each, all through the network at once.

        Args:
            inks: float32 (H, W) in [0, 1] each.
            in_all_views: whether a network that reads in several views does so; one view takes a fourth of the time.
        """
        blank = [is_blank(ink) for ink in inks]
        model_inputs = np.zeros((len(inks), FIELD, FIELD), np.uint8)
        for model_input, ink, nothing in zip(model_inputs, inks, blank, strict=True):
            if not nothing:
                model_input[:] = to_model_input(ink)
        digit_scores, number_scores = np.zeros((2, len(inks)), np.float32)
        outputs = np.zeros((len(inks), 10), np.float32), digit_scores, number_scores
        drawn = ~np.array(blank, bool)
        if drawn.any():
            outputs_of_drawn = self.network.run(model_inputs[drawn], in_all_views=in_all_views)
            for whole, part in zip(outputs, outputs_of_drawn, strict=False):
                whole[drawn] = part
        return self._recognitions(outputs, model_inputs, inks)

    def recognize_framed(self, model_inputs: npt.NDArray[np.uint8]) -> list[Recognition]:
        """Reads digits that are framed already, uint8 (N, 28, 28), none of them blank; their ink is not known."""
        outputs = self.network.run(model_inputs)
        return self._recognitions(outputs[:3], model_inputs, [np.zeros((0, 0), np.float32)] * len(model_inputs))

    def _recognitions(
        self, outputs: tuple[Float32, Float32, Float32], model_inputs: npt.NDArray[np.uint8], inks: Sequence[Ink]
    ) -> list[Recognition]:
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

    def read(
        self, ink: Ink, pen_strokes: Sequence[PenStroke] = (), *, check: Callable[[], None] = lambda: None
    ) -> list[Recognition]:
        """Reads a number digit by digit, from left to right and line by line; one digit is a number of length one.

        Args:
            ink: float32 (H, W) in [0, 1]; 0 is paper, 1 is ink.
            pen_strokes: how it was drawn, in the ink's pixels, where a canvas knows that: neighbours that touch are
                parted where the pen was lifted.
            check: called every few milliseconds of a long reading, which ends with whatever it raises.

        Returns:
            the digits in reading order, none where the paper is blank; one Recognition without a digit where what is
            drawn is neither a digit nor a number.

        Raises:
            TooMuchToRead: it holds more than can be read within `numbers.BOUNDS`.
            Busy: other long readings went on all the time.
        """
        return numbers.read(self, ink, pen_strokes, check)


@lru_cache(maxsize=4)
def _load(folder: Path, sha256: str, views: bool, interpreters: int) -> Network:
    """Loads a network once per process; the checksum tells when a folder's content has changed."""
    return Network((folder / registry.NETWORK).read_bytes(), views=views, interpreters=interpreters)
