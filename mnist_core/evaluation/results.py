"""What was measured of a network, as it is kept with a model.

An evaluation holds what was read in every test image, but no image: whoever wants to see them has MNIST.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from mnist_core.evaluation import robustness
from mnist_core.shapes import Misshapen, conform, renamed

OLDER_NAMES = {"turned_away": "false_rejection_rate", "sureness": "confidences"}
"""The names of earlier versions, under which figures are read as well."""


@dataclass(frozen=True)
class Bin:
    """The images that a network read with about the same confidence."""

    images: int
    confidence: float
    """The mean confidence."""
    accuracy: float
    """The share read right."""


@dataclass(frozen=True)
class Reading:
    """What a network made of one test image."""

    index: int
    """Its index in the test set."""
    label: int
    probabilities: list[float]
    """Of each digit, rounded."""

    @property
    def digit(self) -> int:
        """The digit read: the argmax."""
        return int(np.argmax(self.probabilities))


@dataclass(frozen=True)
class OnTraining:
    """What a network reaches on images that it has learned from, and the few that its training was watched on."""

    images: int
    accuracy: float
    loss: float


@dataclass(frozen=True)
class Robustness:
    """The accuracy on disturbed images."""

    images: int
    levels: dict[str, list[float]]
    """For each of `robustness.DISTURBANCES` by name."""
    accuracies: dict[str, list[float]]
    """For each of them the accuracy at each of its levels."""


@dataclass(frozen=True, kw_only=True)
class Tested:
    """How well a network reads the test images."""

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
    false_rejection_rate: float
    """The share of the digits whose digit score is below the threshold."""
    reliability: list[Bin]
    """The calibration bins that hold images, from unsure to sure."""
    digits_read: str
    """The digit read in each test image, in their order."""
    confidences: list[int]
    """The probability of that digit, in thousandths, rounded down."""
    first: list[Reading]
    """Of the first test images."""
    mistakes: list[Reading]
    """The worst first: those whose true digit it thought least probable."""

    @property
    def digits(self) -> list[int]:
        """The digit read in each test image."""
        return [int(digit) for digit in self.digits_read]

    def to_json(self) -> dict[str, Any]:
        """Returns the evaluation as a dictionary for a model folder."""
        return asdict(self)

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> "Tested":
        """Makes this part of a kept evaluation again.

        Raises:
            KeyError, Misshapen: it lacks parts, or they have another shape.
        """
        current = renamed(values, OLDER_NAMES)
        return conform({field.name: current[field.name] for field in fields(Tested)}, Tested)


@dataclass(frozen=True, kw_only=True)
class Evaluation(Tested):
    """Everything that is kept with a model."""

    training: OnTraining
    robustness: Robustness
    data: dict[str, str]
    """The checksums of the data that was read, as in `Mnist.checksums`."""

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Evaluation | None":
        """Makes the evaluation again that `to_json` wrote; None where it lacks parts, as an older version's does."""
        try:
            current = renamed(values, OLDER_NAMES)
            kept = conform({field.name: current[field.name] for field in fields(cls)}, cls)
        except (KeyError, Misshapen):
            return None
        return kept if kept.robustness.levels == robustness.LEVELS else None
