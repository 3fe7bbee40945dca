"""What a network reaches on labelled images."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

CALIBRATION_BINS = 15  # as Guo et al. (2017), "On Calibration of Modern Neural Networks"


@dataclass(frozen=True)
class Evaluation:
    """How well a network reads a set of images."""

    images: int
    accuracy: float
    """The share read right, whether or not it was taken for a digit."""
    loss: float
    """Mean cross-entropy in nats."""
    per_digit: dict[str, float]
    """Accuracy of each digit."""
    confusion: list[list[int]]
    """Row: the true digit; column: the digit read."""
    expected_calibration_error: float
    turned_away: float
    """The share of the digits whose digit score is below the threshold."""

    def to_json(self) -> dict[str, Any]:
        """Gives the evaluation as a dictionary for a model folder."""
        return asdict(self)


def evaluate(
    probabilities: npt.NDArray[np.float32],
    scores: npt.NDArray[np.float32],
    labels: npt.NDArray[np.integer],
    digit_threshold: float,
) -> Evaluation:
    """Compares what a network gave with what is right.

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
    read = probabilities.argmax(axis=1)
    confusion = np.zeros((10, 10), np.int64)
    np.add.at(confusion, (labels, read), 1)
    totals = confusion.sum(axis=1)
    true_probability = probabilities[np.arange(len(labels)), labels]
    return Evaluation(
        images=len(labels),
        accuracy=float(np.mean(read == labels)),
        loss=float(-np.log(np.maximum(true_probability, np.finfo(np.float32).tiny)).mean()),
        per_digit={str(digit): float(confusion[digit, digit] / totals[digit]) for digit in np.flatnonzero(totals)},
        confusion=confusion.tolist(),
        expected_calibration_error=expected_calibration_error(probabilities.max(axis=1), read == labels),
        turned_away=float(np.mean(scores < digit_threshold)),
    )


def expected_calibration_error(confidences: npt.NDArray[np.floating], right: npt.NDArray[np.bool_]) -> float:
    """Gives the mean distance between how sure a network is and how often it is right (Naeini et al. 2015).

    Args:
        confidences: (N,) in [0, 1].
        right: bool (N,).
    """
    bins = np.minimum((confidences * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = np.bincount(bins, confidences - right, minlength=CALIBRATION_BINS)
    return float(np.abs(gaps).sum() / len(confidences))
