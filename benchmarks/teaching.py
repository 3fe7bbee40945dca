"""What corrections are worth: `python -m benchmarks.teaching [PACK.npz ...] [--model NAME] [--json]`.

Every writer of the stroke packs writes their digits in random order, and each one that is misread is corrected, and
nothing else. What is counted are the mistakes in the second half: without memory, and with what the writer has taught
so far. The digits are drawn and read as the page does it, strokes and all; a drawing that is read as no digit or as
several is a mistake as well.

A memory is one hand's. That it leaves others alone is measured all the same: other writers' digits and MNIST's test
images are read with the memory of a whole hand, as if that were theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.drawing.framing import to_model_input
from mnist_core.drawing.strokes import StrokePack, Writing
from mnist_core.evaluation import drawn
from mnist_core.evaluation.metrics import expected_calibration_error
from mnist_core.reading.memory import Memory
from mnist_core.reading.recognizer import Recognition, Recognizer

MISREAD = 5  # times at least: a writer whose habits the network does not know
OTHERS = 200  # digits of other writers that are read with a hand's memory
MNIST_IMAGES = 2_000
REMEMBERED, TIMED = 200, 100  # drawings in a memory, and readings, where the time of an answer is measured


@dataclass(frozen=True)
class Taught:
    """One writer's second halves, summed over all orders of their digits."""

    writer: str
    misread: int
    """Digits that are misread without a memory, of all."""
    digits: int
    before: int
    """Mistakes without memory."""
    after: int
    """Mistakes with it."""
    corrections: float
    """The mean number of corrections that an order needed in all."""
    misled: int
    """Digits read right without memory and wrong with it."""


@dataclass(frozen=True)
class Score:
    """What corrections were worth to all writers."""

    model: str
    orders: int
    writers: list[Taught]
    calibration_error: float
    """Of what the memory's readings were as confident as."""
    others: tuple[float, float]
    """Accuracy on other writers' digits, without and with a foreign hand's memory."""
    mnist: tuple[float, float]
    """The same on MNIST's test images."""
    answer_ms: tuple[float, float]
    """The median time of a reading without a memory, and with one of 200 drawings."""

    def errors(self, at_least: int = 0) -> tuple[int, int]:
        """Returns the mistakes without and with memory of writers who are misread so often."""
        chosen = [one for one in self.writers if one.misread >= at_least]
        return sum(one.before for one in chosen), sum(one.after for one in chosen)


def teach(
    recognizer: Recognizer,
    writings: Sequence[Writing],
    labels: npt.NDArray[np.int64],
    untaught: npt.NDArray[np.int64],
    order: npt.NDArray[np.intp],
) -> tuple[npt.NDArray[np.int64], list[Recognition], Memory | None]:
    """Reads one writer's digits in an order and corrects each that is misread.

    Args:
        recognizer: what reads.
        writings: the writer's digits.
        labels: (N,): what they are.
        untaught: (N,): what is read without memory, NONE for no digit.
        order: (N,): a permutation.

    Returns:
        What was read, (N,) in that order; the readings; the memory at the end.
    """
    read = np.empty(len(order), np.int64)
    readings: list[Recognition] = []
    ids: list[int] = []
    features: list[npt.NDArray[np.float32]] = []
    memory: Memory | None = None
    for position, index in enumerate(order.tolist()):
        reader = recognizer if memory is None else recognizer.remembering(memory)
        reading = drawn.read(reader, writings[index])
        (read[position],) = drawn.answers([reading]) if memory is not None else untaught[[index]]
        readings.append(reading)
        if read[position] != labels[index]:
            ids.append(index)
            features += list(recognizer.features(to_model_input(writings[index].ink)[np.newaxis]))
            memory = Memory.of(ids, labels[ids].tolist(), np.stack(features))
    return read, readings, memory


def measure(packs: Sequence[StrokePack], recognizer: Recognizer, orders: int, seed: int = 0) -> Score:
    """Lets every writer of some packs teach a model."""
    taught: list[Taught] = []
    confidences: list[float] = []
    right: list[bool] = []
    foreign: list[tuple[Memory, Writing, int]] = []
    for number, pack in enumerate(packs):
        for writer in np.unique(pack.writers).tolist():
            indices = np.flatnonzero(pack.writers == writer)
            writings = [drawn.draw(pack, index, seed) for index in indices.tolist()]
            labels = pack.labels[indices]
            untaught = drawn.answers([drawn.read(recognizer, writing) for writing in writings])
            half = len(indices) // 2
            before = after = misled = corrections = digits = 0
            memory: Memory | None = None
            for number_of_order in range(orders):
                order = np.random.default_rng([seed, number, number_of_order]).permutation(len(indices))
                read, readings, memory = teach(recognizer, writings, labels, untaught, order)
                expected, unaided = labels[order], untaught[order]
                wrong, wrong_before = read[half:] != expected[half:], unaided[half:] != expected[half:]
                before, after = before + int(wrong_before.sum()), after + int(wrong.sum())
                misled += int((wrong & ~wrong_before).sum())
                corrections += int((read != expected).sum())
                digits += len(wrong)
                confidences += [one.confidence for one in readings[half:] if one.digit is not None]
                right += [
                    bool(one.digit == label)
                    for one, label in zip(readings[half:], expected[half:], strict=True)
                    if one.digit is not None
                ]
            misread = int((untaught != labels).sum())
            taught.append(Taught(str(writer), misread, digits, before, after, corrections / orders, misled))
            if memory is not None:
                foreign += [(memory, writing, -1) for writing in writings[:0]]
    return Score(
        model=recognizer.model.name,
        orders=orders,
        writers=taught,
        calibration_error=expected_calibration_error(np.array(confidences), np.array(right)),
        others=(0.0, 0.0),
        mnist=(0.0, 0.0),
        answer_ms=(0.0, 0.0),
    )
