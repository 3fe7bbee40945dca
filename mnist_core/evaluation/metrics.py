"""Measures networks on labelled images: accuracy, confusion matrix, calibration, robustness."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.data.mnist import CLASSES, Mnist
from mnist_core.evaluation import robustness
from mnist_core.evaluation.results import Bin, Evaluation, OnTraining, Reading, Robustness, Tested

CALIBRATION_BINS = 15  # as Guo et al. (2017), "On Calibration of Modern Neural Networks"
TRAINING_IMAGES = 10_000  # of the training images are read again, as many as are tested: standard error 0.04 points
DISTURBED_IMAGES = 300  # of the test images are disturbed, at 30 levels: standard error 1.7 points at 90 %
READ_AT_ONCE = 500  # images; after each part, progress is reported
FIRST = 10  # test images whose probabilities are kept whatever was read
WORST = 300  # mistakes whose probabilities are kept: all of those of a network that reads 97 %

Reader = Callable[[npt.NDArray[np.uint8]], tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]
"""A network: uint8 (N, 28, 28) -> probabilities float32 (N, 10), digit scores float32 (N,)."""

Count = Callable[[int, int], None]
"""Called with how many images were read, and how many there are to read."""


@dataclass(frozen=True)
class DigitFigures:
    """How a network deals with one digit; NaN where there was nothing to count."""

    digit: int
    images: int
    precision: float
    """Of all that it called this digit, the share that was."""
    recall: float
    """Of all that was this digit, the share that it called so."""
    f1: float
    """The harmonic mean of the two."""


def evaluate_test_images(
    network: Reader, mnist: Mnist, digit_threshold: float, report: Count = lambda done, total: None
) -> Tested:
    """Measures how a network reads all test images.

    Args:
        network: what to measure.
        mnist: whose test images are read.
        digit_threshold: the digit score below which a drawing is called no digit.
        report: called with how many images were read, and how many there are to read.
    """
    counter = _Counter(report, len(mnist.x_test))
    return evaluate(*_read(network, mnist.x_test, counter), mnist.y_test, digit_threshold)


def complete(tested: Tested, network: Reader, mnist: Mnist, report: Count = lambda done, total: None) -> Evaluation:
    """Adds to what a network reads of the test images what it reads of training images and of disturbed ones.

    Args:
        tested: what `evaluate_test_images` found.
        network: what to measure.
        mnist: what to measure it on: a sample of the training images, and a sample of the test images, disturbed.
        report: called with how many images were read, and how many there are to read.
    """
    part = mnist.subset(min(TRAINING_IMAGES, len(mnist.x_train)), min(DISTURBED_IMAGES, len(mnist.x_test)))
    counter = _Counter(report, len(part.x_train) + robustness.levels_to_read() * len(part.x_test))
    trained, _ = _read(network, part.x_train, counter)
    accuracies = robustness.accuracies(
        lambda images: _read(network, images, counter)[0].argmax(axis=1), part.x_test, part.y_test
    )
    return Evaluation(
        **vars(tested),
        training=OnTraining(len(part.x_train), accuracy(trained, part.y_train), loss(trained, part.y_train)),
        robustness=Robustness(len(part.x_test), robustness.LEVELS, accuracies),
        data=mnist.checksums,
    )


class _Counter:
    """Counts the images that were read."""

    def __init__(self, report: Count, total: int) -> None:
        self._report, self._total, self._done = report, total, 0

    def add(self, images: int) -> None:
        self._done += images
        self._report(self._done, self._total)


def _read(
    network: Reader, images: npt.NDArray[np.uint8], counter: _Counter
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Reads many images part by part, and reports progress: probabilities and digit scores."""
    parts = []
    for start in range(0, len(images), READ_AT_ONCE):
        part = images[start : start + READ_AT_ONCE]
        parts.append(network(part))
        counter.add(len(part))
    probabilities, scores = zip(*parts, strict=True)
    return np.concatenate(probabilities), np.concatenate(scores)


def evaluate(
    probabilities: npt.NDArray[np.float32],
    scores: npt.NDArray[np.float32],
    labels: npt.NDArray[np.integer],
    digit_threshold: float,
) -> Tested:
    """Compares what a network gave for the test images with what is right.

    Args:
        probabilities: float32 (N, 10).
        scores: float32 (N,): digit scores.
        labels: (N,): 0 to 9.
        digit_threshold: the digit score below which a drawing is called no digit.

    Raises:
        ValueError: there is nothing to evaluate.
    """
    if len(labels) == 0:
        raise ValueError("An evaluation needs at least one image.")
    read, confidences = probabilities.argmax(axis=1), probabilities.max(axis=1)
    confusion = np.zeros((CLASSES, CLASSES), np.int64)
    np.add.at(confusion, (labels, read), 1)
    totals = confusion.sum(axis=1)
    wrong = np.flatnonzero(read != labels)
    worst = wrong[np.argsort(probabilities[wrong, labels[wrong]], kind="stable")][:WORST]

    def reading(index: int) -> Reading:
        return Reading(int(index), int(labels[index]), [round(float(share), 4) for share in probabilities[index]])

    return Tested(
        images=len(labels),
        accuracy=accuracy(probabilities, labels),
        loss=loss(probabilities, labels),
        per_digit={str(digit): float(confusion[digit, digit] / totals[digit]) for digit in np.flatnonzero(totals)},
        confusion=confusion.tolist(),
        expected_calibration_error=expected_calibration_error(confidences, read == labels),
        false_rejection_rate=float(np.mean(scores < digit_threshold)),
        reliability=reliability(confidences, read == labels),
        digits_read="".join(map(str, read)),
        confidences=np.floor(1000 * confidences).astype(int).tolist(),
        first=[reading(index) for index in range(min(FIRST, len(labels)))],
        mistakes=[reading(index) for index in worst],
    )


def accuracy(probabilities: npt.NDArray[np.floating], labels: npt.NDArray[np.integer]) -> float:
    """Returns the share read right: float (N, 10) against (N,)."""
    return float(np.mean(probabilities.argmax(axis=1) == labels))


def loss(probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.integer]) -> float:
    """Returns the mean cross-entropy in nats: float32 (N, 10) against (N,)."""
    true_probability = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(true_probability, np.finfo(np.float32).tiny)).mean())


def expected_calibration_error(confidences: npt.NDArray[np.floating], right: npt.NDArray[np.bool_]) -> float:
    """Returns the mean distance between confidence and accuracy over the bins (Naeini et al. 2015).

    Args:
        confidences: (N,) in [0, 1].
        right: bool (N,).
    """
    bins = reliability(confidences, right)
    return sum(bin.images * abs(bin.confidence - bin.accuracy) for bin in bins) / len(confidences)


def reliability(confidences: npt.NDArray[np.floating], right: npt.NDArray[np.bool_]) -> list[Bin]:
    """Sorts images into bins of equal width by their confidence; bins without images are left out.

    Args:
        confidences: (N,) in [0, 1].
        right: bool (N,).
    """
    bins = np.minimum((confidences * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    counts, confident, hits = (
        np.bincount(bins, weights, minlength=CALIBRATION_BINS) for weights in (None, confidences, right)
    )
    return [
        Bin(int(counts[i]), float(confident[i] / counts[i]), float(hits[i] / counts[i])) for i in np.flatnonzero(counts)
    ]


def figures_per_digit(confusion: Sequence[Sequence[int]]) -> list[DigitFigures]:
    """Works out precision, recall and F1 of each digit from a confusion matrix with a row for each true digit."""
    counts = np.array(confusion, float)
    right, were, called = counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0)
    with np.errstate(invalid="ignore"):
        figures = zip(right / called, right / were, 2 * right / (called + were), were, strict=True)
    return [
        DigitFigures(digit, int(images), float(precision), float(recall), float(f1))
        for digit, (precision, recall, f1, images) in enumerate(figures)
    ]


def indices_in_cell(evaluation: Tested, labels: npt.NDArray[np.integer], true: int, read: int) -> npt.NDArray[np.intp]:
    """Finds the test images of one cell of the confusion matrix.

    Args:
        evaluation: what was read.
        labels: (N,): of the same test images.
        true: the digit they show.
        read: the digit read.

    Returns:
        Their indices in the test set: mistakes from the highest confidence on, right readings from the lowest on.
    """
    indices = np.flatnonzero((labels == true) & (np.array(evaluation.digits) == read))
    confidences = np.array(evaluation.confidences)[indices]
    return indices[np.argsort(confidences if true == read else -confidences, kind="stable")]
