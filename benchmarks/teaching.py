"""What corrections are worth: `python -m benchmarks.teaching [PACK.npz ...] [--model NAME] [--fine-tune N] [--json]`.

Every writer of the stroke packs writes their digits in random order, and each one that is misread is corrected, and
nothing else. What is counted are the mistakes in the second half: without memory, and with what the writer has taught
so far. The digits are drawn and read as the page does it, strokes and all; a drawing that is read as no digit or as
several is a mistake as well.

A memory is one hand's, and others never read with it. How much it would mislead them is measured all the same: the next
writer's digits and a share of MNIST's test images are read with the memory of each hand, as if they were theirs.

`--fine-tune N` fine-tunes the model for the N writers who are misread most often, each on their first ten corrections.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks import command_line
from mnist_core.data.mnist import Mnist, load_mnist
from mnist_core.drawing.framing import to_model_input
from mnist_core.drawing.strokes import StrokePack, Writing
from mnist_core.evaluation import drawn
from mnist_core.evaluation.metrics import expected_calibration_error
from mnist_core.models.model_folder import Model
from mnist_core.reading.memory import Memory
from mnist_core.reading.recognizer import Recognizer

MISREAD = 5  # times at least: a writer whose habits the network does not know
CORRECTIONS = 10  # that a fine-tuning learns from
REMEMBERED, TIMED = 200, 200  # drawings in a memory, and readings, where the time of an answer is measured

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Hand:
    """One writer's digits, and what is read of them without memory."""

    writer: str
    writings: list[Writing]
    labels: Labels
    untaught: Labels
    """(N,): what is read; NONE for no digit, or several."""

    @property
    def misread(self) -> int:
        """How many digits are misread."""
        return int((self.untaught != self.labels).sum())


@dataclass(frozen=True)
class Taught:
    """One writer's second halves, summed over all orders of their digits."""

    writer: str
    misread: int
    """Digits that are misread without memory, of all."""
    before: int
    """Mistakes without memory."""
    after: int
    """Mistakes with it."""
    mendable: int
    """Mistakes without memory in digits of which one had been corrected before: about others nothing was taught."""
    misled: int
    """Digits read right without memory and wrong with it."""
    corrections: float
    """How many an order needed, on average."""


@dataclass(frozen=True)
class FineTuned:
    """What one writer's first corrections were worth to a fine-tuned model, without memory."""

    writer: str
    seconds: float
    """From the loaded libraries to the exported model."""
    own: tuple[int, int]
    """Mistakes in the digits that it did not learn from, before and after."""
    others: tuple[float, float]
    """Accuracy on the other writers' digits, one in ten of them, before and after."""
    mnist: tuple[float, float]
    """Accuracy on MNIST's test images, before and after."""


@dataclass(frozen=True)
class Score:
    """What corrections were worth to all writers."""

    model: str
    orders: int
    writers: list[Taught]
    calibration_error: tuple[float, float]
    """In all second halves, without and with memory."""
    others: tuple[float, float]
    """Accuracy on other writers' digits without a memory, and with a foreign one."""
    mnist: tuple[float, float]
    """The same on MNIST's test images."""
    answer_ms: tuple[float, float]
    """The median time of a reading without a memory, and with one of 200 drawings."""
    fine_tuned: list[FineTuned]

    def mistakes(self, at_least: int = 0) -> tuple[int, int, int]:
        """Returns the mistakes without memory, the mendable ones among them, and those with memory.

        Args:
            at_least: how often writers are misread whose mistakes count.
        """
        chosen = [one for one in self.writers if one.misread >= at_least]
        before, mendable, after = (
            sum(getattr(one, name) for one in chosen) for name in ("before", "mendable", "after")
        )
        return before, mendable, after


def hands(packs: Sequence[StrokePack], recognizer: Recognizer, seed: int = 0) -> list[Hand]:
    """Draws all digits of some packs, writer by writer, and reads them without memory."""
    found = []
    for pack in packs:
        for writer in np.unique(pack.writers).tolist():
            indices = np.flatnonzero(pack.writers == writer)
            writings = [drawn.draw(pack, index, seed) for index in indices.tolist()]
            untaught = drawn.answers([drawn.read(recognizer, writing) for writing in writings])
            found.append(Hand(str(writer), writings, pack.labels[indices], untaught))
    return found


def memory_of(recognizer: Recognizer, hand: Hand, indices: Sequence[int]) -> Memory:
    """Lets some of a writer's digits be remembered."""
    inputs = np.stack([to_model_input(hand.writings[index].ink) for index in indices])
    return Memory.of(indices, hand.labels[list(indices)].tolist(), recognizer.features(inputs))


def teach(
    recognizer: Recognizer, hand: Hand, order: npt.NDArray[np.intp]
) -> tuple[Labels, npt.NDArray[np.float64], list[int]]:
    """Reads a writer's digits in an order, and corrects each that is misread.

    Args:
        recognizer: what reads.
        hand: the writer.
        order: (N,): a permutation of their digits.

    Returns:
        What was read and with which confidence, (N,) in that order; and which digits were corrected.
    """
    read, confidences = np.empty((2, len(order)))
    corrected: list[int] = []
    reader = recognizer
    for position, index in enumerate(order.tolist()):
        found = drawn.read(reader, hand.writings[index])
        read[position], confidences[position] = drawn.answers([found])[0], found.confidence
        if read[position] != hand.labels[index]:
            corrected.append(index)
            reader = recognizer.remembering(memory_of(recognizer, hand, corrected))
    return read.astype(np.int64), confidences, corrected


def measure(known: Sequence[Hand], recognizer: Recognizer, mnist: Mnist, orders: int, seed: int = 0) -> Score:
    """Lets every writer teach a model.

    Args:
        known: the writers.
        recognizer: the model.
        mnist: whose test images are read with foreign memories.
        orders: in how many orders each writer writes their digits.
        seed: of the orders.
    """
    taught: list[Taught] = []
    unaided: list[Confidences] = []
    aided: list[Confidences] = []
    memories: list[Memory | None] = []
    for number, hand in enumerate(known):
        half = len(hand.labels) // 2
        before = after = mendable = misled = needed = 0
        corrected: list[int] = []
        for turn in range(orders):
            order = np.random.default_rng([seed, number, turn]).permutation(len(hand.labels))
            read, confidences, corrected = teach(recognizer, hand, order)
            second = order[half:]
            right, right_before = read[half:] == hand.labels[second], (hand.untaught == hand.labels)[second]
            before, after = before + int((~right_before).sum()), after + int((~right).sum())
            mendable += _mendable(order, hand, corrected, ~right_before)
            misled, needed = misled + int((right_before & ~right).sum()), needed + len(corrected)
            aided.append((confidences[half:], right, read[half:] >= 0))
        taught.append(Taught(hand.writer, hand.misread, before, after, mendable, misled, needed / orders))
        memories.append(memory_of(recognizer, hand, corrected) if corrected else None)
        found = [drawn.read(recognizer, writing) for writing in hand.writings]
        confidence = np.array([one.confidence for one in found])
        unaided.append((confidence, hand.untaught == hand.labels, hand.untaught >= 0))
    return Score(
        model=recognizer.model.name,
        orders=orders,
        writers=taught,
        calibration_error=(_calibration_error(unaided), _calibration_error(aided)),
        others=_others(known, memories, recognizer),
        mnist=_mnist(memories, recognizer, mnist),
        answer_ms=answer_ms(known, recognizer),
        fine_tuned=[],
    )


def _mendable(
    order: npt.NDArray[np.intp], hand: Hand, corrected: Sequence[int], mistakes: npt.NDArray[np.bool_]
) -> int:
    """Counts the mistakes of a second half in digits of which one had been corrected before."""
    at = {index: position for position, index in enumerate(order.tolist())}
    half = len(order) - len(mistakes)
    return sum(
        any(hand.labels[one] == hand.labels[index] and at[one] < at[index] for one in corrected)
        for index in order[half:][mistakes].tolist()
    )


Confidences = tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]
"""Of some readings: how confident, whether right, and whether taken for one digit."""


def _calibration_error(parts: Sequence[Confidences]) -> float:
    confidences, right, taken = (np.concatenate(part) for part in zip(*parts, strict=True))
    return expected_calibration_error(confidences[taken], right[taken])


def _others(known: Sequence[Hand], memories: Sequence[Memory | None], recognizer: Recognizer) -> tuple[float, float]:
    """Reads each writer's digits with the memory of the writer before."""
    right_before, right = [], []
    for hand, memory in zip([*known[1:], known[0]], memories, strict=True):
        reader = recognizer if memory is None else recognizer.remembering(memory)
        right.append(drawn.answers([drawn.read(reader, writing) for writing in hand.writings]) == hand.labels)
        right_before.append(hand.untaught == hand.labels)
    return float(np.concatenate(right_before).mean()), float(np.concatenate(right).mean())


def _mnist(memories: Sequence[Memory | None], recognizer: Recognizer, mnist: Mnist) -> tuple[float, float]:
    """Reads MNIST's test images, each with the memory of one hand."""
    right_before, right = [], []
    bounds = np.linspace(0, len(mnist.y_test), len(memories) + 1).astype(int).tolist()
    for memory, (first, after) in zip(memories, pairwise(bounds), strict=True):
        images, labels = mnist.x_test[first:after], mnist.y_test[first:after]
        reader = recognizer if memory is None else recognizer.remembering(memory)
        right.append(drawn.answers(reader.recognize_framed(images)) == labels)
        right_before.append(drawn.answers(recognizer.recognize_framed(images)) == labels)
    return float(np.concatenate(right_before).mean()), float(np.concatenate(right).mean())


def answer_ms(known: Sequence[Hand], recognizer: Recognizer) -> tuple[float, float]:
    """Measures how long a reading takes, without a memory and with one of 200 drawings, by turns."""
    writer = max(known, key=lambda hand: len(hand.labels))
    rest = range(len(writer.labels))
    memory = memory_of(recognizer, writer, rest[:REMEMBERED])
    readers = recognizer, recognizer.remembering(memory)
    times: tuple[list[float], list[float]] = ([], [])
    for index in np.resize(rest, TIMED).tolist():
        for reader, taken in zip(readers, times, strict=True):
            began = time.perf_counter()
            reader.read(*writer.writings[index])
            taken.append(1000 * (time.perf_counter() - began))
    return float(np.median(times[0])), float(np.median(times[1]))


def fine_tune(known: Sequence[Hand], hand: Hand, recognizer: Recognizer, mnist: Mnist, seed: int = 0) -> FineTuned:
    """Fine-tunes a model on a writer's first corrections, and measures it without memory."""
    from mnist_core.training import fine_tuning, mixture  # takes seconds: only here
    from mnist_core.training.own_drawings import OwnDrawings

    order = np.random.default_rng([seed, 0]).permutation(len(hand.labels))
    _, _, corrected = teach(recognizer, hand, order)
    learned = corrected[:CORRECTIONS]
    images = np.stack([to_model_input(hand.writings[index].ink) for index in learned])
    own = OwnDrawings(images, hand.labels[learned], np.zeros(len(learned), bool))
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        recipe = mixture.recipe_of(recognizer.model, len(learned))
        base = recognizer.model
        model = fine_tuning.make(base, recipe, mnist, own, Path(folder), lambda _: None, name="taught")
        seconds = time.monotonic() - began
        after = Recognizer(Model.open(model.folder))
        unseen = np.setdiff1d(np.arange(len(hand.labels)), learned)
        others = [other for other in known if other is not hand]
        mistakes, accuracies, on_mnist = [], [], []
        for reader in (recognizer, after):
            mistakes.append(int((_read(reader, hand, unseen) != hand.labels[unseen]).sum()))
            tenth = [np.arange(0, len(other.labels), 10) for other in others]
            right = [
                _read(reader, other, part) == other.labels[part] for other, part in zip(others, tenth, strict=True)
            ]
            accuracies.append(float(np.concatenate(right).mean()))
            on_mnist.append(float((reader.network(mnist.x_test)[0].argmax(axis=1) == mnist.y_test).mean()))
    return FineTuned(
        hand.writer,
        seconds,
        (mistakes[0], mistakes[1]),
        (accuracies[0], accuracies[1]),
        (on_mnist[0], on_mnist[1]),
    )


def _read(recognizer: Recognizer, hand: Hand, indices: npt.NDArray[np.intp]) -> Labels:
    return drawn.answers([drawn.read(recognizer, hand.writings[index]) for index in indices.tolist()])


def show(score: Score) -> None:
    """Prints a score."""
    print(
        f"{len(score.writers)} writers teach the model “{score.model}”, in {score.orders} orders of their digits each"
    )
    print("mistakes in the second half, without and with memory")
    for name, least in (("of all", 0), (f"of those misread {MISREAD} times or more", MISREAD)):
        before, mendable, after = score.mistakes(least)
        left = f"{after / before:.0%} are left, {1 - mendable / before:.0%} had never been taught" if before else "none"
        print(f"  {name:<36} {before:>6,} -> {after:>6,}  {left}")
    for one in sorted(score.writers, key=lambda one: -one.misread):
        if one.misread >= MISREAD:
            print(
                f"    {one.writer:<12} {one.misread:>3} misread  {one.before:>5} -> {one.after:>5}, "
                f"{one.misled} misled, {one.corrections:.1f} corrections an order"
            )
    for name, (without, with_memory) in (("other writers", score.others), ("MNIST’s test images", score.mnist)):
        print(f"  {name:<36} {without:.2%} -> {with_memory:.2%} with a foreign hand’s memory")
    print(f"  {'calibration error':<36} {score.calibration_error[0]:.2%} -> {score.calibration_error[1]:.2%}")
    print(f"  {'an answer, median':<36} {score.answer_ms[0]:.2f} -> {score.answer_ms[1]:.2f} ms")
    for tuned in score.fine_tuned:
        print(
            f"fine-tuned for {tuned.writer} in {tuned.seconds:.0f} s: {tuned.own[0]} -> {tuned.own[1]} mistakes, "
            f"others {tuned.others[0]:.2%} -> {tuned.others[1]:.2%}, MNIST {tuned.mnist[0]:.2%} -> {tuned.mnist[1]:.2%}"
        )


def main() -> None:
    options = _options()
    recognizer = command_line.recognizer(options)
    mnist = load_mnist()
    known = hands([StrokePack.load(path) for path in options.packs], recognizer)
    score = measure(known, recognizer, mnist, options.orders)
    worst = sorted(known, key=lambda hand: -hand.misread)[: options.fine_tune]
    tuned = [fine_tune(known, hand, recognizer, mnist) for hand in worst]
    score = Score(**{**vars(score), "fine_tuned": tuned})
    if options.json:
        print(
            json.dumps({**asdict(score), "mistakes": score.mistakes(), "of_misread": score.mistakes(MISREAD)}, indent=1)
        )
    else:
        show(score)


def _options() -> argparse.Namespace:
    parser = command_line.parser("teaching", __doc__)
    command_line.add_packs(parser)
    command_line.add_model(parser)
    parser.add_argument(
        "--orders", type=int, default=3, help="random orders of a writer's digits (default: %(default)s)"
    )
    parser.add_argument("--fine-tune", type=int, default=0, metavar="N", help="writers to fine-tune the model for")
    return parser.parse_args()


if __name__ == "__main__":
    main()
