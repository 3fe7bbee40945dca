"""Runs an exported network, in LiteRT: fast, safe to share between threads, and without TensorFlow or Keras.

A network may read images in doubt in several views (`mnist_core.reading.tta`). It knows framed images only, neither
drawings nor what the answers mean.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from mnist_core.drawing.framing import FIELD
from mnist_core.models.model_folder import ModelError
from mnist_core.reading.tta import LEAST, VIEWS, averaged, mean, views

Float32 = npt.NDArray[np.float32]
T = TypeVar("T", bound=np.generic)

CORES = min(os.cpu_count() or 1, 8)  # interpreters of a measurement, one for each core
BATCH = 256  # images a call of the network: between two calls other threads have their turn


@dataclass(frozen=True, kw_only=True)
class Settled:
    """The scores from which an image is not looked at again in other views.

    From these on at the first look, the mistakes on MNIST's 10,000 test images and on 7,494 pen-drawn digits are those
    of all views (`python -m benchmarks.views`).
    """

    confidence: float = 0.998
    digit_score: float = 0.99
    multi_digit_score: float = 0.01
    """At most."""


SETTLED = Settled()


class Outputs(NamedTuple):
    """A network's outputs for N images; the mean of all views for images that are read in several."""

    probabilities: Float32
    """float32 (N, 10), each row sums to 1."""
    digit_scores: Float32
    """float32 (N,), 0 to 1: the probability that an image shows a digit at all; 1 if the network knows digits only."""
    multi_digit_scores: Float32
    """float32 (N,), 0 to 1: the probability that an image shows several digits; 1 if the network knows digits only."""
    logits: Float32 | None
    """float32 (N, 10): the softmax's inputs, divided by the temperature already; None if the export lacks them."""
    features: Float32 | None
    """float32 (N, F): the inputs of the last layer; None if the export lacks them."""


class Network:
    """A LiteRT network that many threads may call at once."""

    def __init__(self, content: bytes, *, views: bool = False, interpreters: int = 1) -> None:
        """Loads and warms up a network.

        Args:
            content: the bytes of a LiteRT file.
            views: whether images in doubt are read in several views (`mnist_core.reading.tta`).
            interpreters: how many batches are read at the same time; each interpreter takes some 30 MB.

        Raises:
            ModelError: the content is not a network that takes 28 x 28 pixels.
        """
        self._views = views
        self._interpreters: SimpleQueue[_Interpreter] = SimpleQueue()
        self._at_once = interpreters
        try:
            for _ in range(interpreters):
                self._interpreters.put(interpreter := _Interpreter(content))
            outputs = self.run(np.zeros((1, FIELD, FIELD), np.uint8))
        except (ValueError, RuntimeError, KeyError) as error:
            raise ModelError(f"The network cannot be loaded: {error}") from error
        self.has_features = outputs.features is not None
        """Whether the export has the features that a memory needs."""
        self.has_scores = "digit_score" in interpreter.outputs
        """Whether it can say that an image is no digit."""

    def __call__(self, images: npt.NDArray[np.uint8]) -> tuple[Float32, Float32]:
        """Runs the network and returns what evaluations need: probabilities and digit scores, as in `Outputs`."""
        outputs = self.run(images)
        return outputs.probabilities, outputs.digit_scores

    def run(
        self,
        images: npt.NDArray[np.uint8],
        *,
        in_all_views: bool = True,
        in_doubt: Callable[[Outputs], npt.NDArray[np.bool_]] | None = None,
    ) -> Outputs:
        """Runs the network on images.

        Images that are settled at the first look (`is_settled`) are not looked at in other views: the answer would be
        the same, after seven times as long.

        Args:
            images: uint8 (N, 28, 28), framed.
            in_all_views: whether a network that reads in several views does so with images in doubt.
            in_doubt: which images are, by their outputs at the first look, besides those that are not settled.

        Returns:
            The outputs, a row for each image.
        """
        run_batch = partial(self._run_batch, in_views=self._views and in_all_views, in_doubt=in_doubt)
        batches = _batches(images, BATCH)
        if min(self._at_once, len(batches)) > 1:
            with ThreadPoolExecutor(self._at_once) as threads:
                parts = list(threads.map(run_batch, batches))
        else:
            parts = list(map(run_batch, batches))
        return Outputs(*(None if one[0] is None else np.concatenate(one) for one in zip(*parts, strict=True)))  # type: ignore[arg-type]  # only the last two may be None

    def _run_batch(
        self,
        images: npt.NDArray[np.uint8],
        in_views: bool,
        in_doubt: Callable[[Outputs], npt.NDArray[np.bool_]] | None,
    ) -> Outputs:
        outputs = self._look(images)
        if in_views:
            again = ~is_settled(outputs) | (False if in_doubt is None else in_doubt(outputs))
            for doubtful in _batches(np.flatnonzero(again), BATCH // VIEWS):
                for whole, part in zip(outputs, _mean_of_views(self._look(views(images[doubtful]))), strict=True):
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
        digit_scores, multi_digit_scores = (
            found[name][:, 0] if name in found else np.ones(len(images), np.float32)
            for name in ("digit_score", "number_score")  # as exports call them
        )
        return Outputs(
            found["probabilities"], digit_scores, multi_digit_scores, found.get("logits"), found.get("features")
        )


def is_settled(outputs: Outputs) -> npt.NDArray[np.bool_]:
    """Returns which images are so clear that other views of them would change nothing: bool (N,)."""
    return (
        (outputs.probabilities.max(axis=1) >= SETTLED.confidence)
        & (outputs.digit_scores >= SETTLED.digit_score)
        & (outputs.multi_digit_scores <= SETTLED.multi_digit_score)
    )


def _mean_of_views(outputs: Outputs) -> Outputs:
    """Averages the outputs of each image's views."""
    probabilities, digit_scores, multi_digit_scores, logits, features = outputs
    return Outputs(
        averaged(np.log(np.maximum(probabilities, LEAST)) if logits is None else logits),
        mean(digit_scores),
        mean(multi_digit_scores),
        None if logits is None else mean(logits),
        None if features is None else mean(features),
    )


def _batches(array: npt.NDArray[T], size: int) -> list[npt.NDArray[T]]:
    return [array[start : start + size] for start in range(0, len(array), size)]


class _Interpreter:
    """A LiteRT interpreter, for one thread at a time; it lets other threads run while it computes."""

    def __init__(self, content: bytes) -> None:
        self._interpreter = Interpreter(model_content=content, num_threads=1)
        signature = self._interpreter.get_signature_runner()  # for its names only: a call would keep Python's lock
        (pixels,) = signature.get_input_details().values()
        self._input = pixels["index"]
        self.outputs = {name: output["index"] for name, output in signature.get_output_details().items()}
        self._images = 0

    def __call__(self, pixels: Float32) -> dict[str, Float32]:
        if len(pixels) != self._images:
            self._interpreter.resize_tensor_input(self._input, pixels.shape)
            self._interpreter.allocate_tensors()
            self._images = len(pixels)
        self._interpreter.set_tensor(self._input, pixels)
        self._interpreter.invoke()
        return {name: self._interpreter.get_tensor(index) for name, index in self.outputs.items()}
