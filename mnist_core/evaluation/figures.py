"""The figures in which a model is told, each with a line that says what it means."""

from collections.abc import Callable
from dataclasses import dataclass

from mnist_core import formatting
from mnist_core.data.mnist import CHECKSUMS
from mnist_core.evaluation.measured import Measured
from mnist_core.models.model_folder import NETWORK

TEST_FILES = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


@dataclass(frozen=True)
class Figure:
    """A figure and what it means."""

    name: str
    meaning: str
    """With `training_images` and `disturbed_images` in braces where it speaks of a sample."""
    value: Callable[[Measured], float]
    written: Callable[[float], str]
    best: Callable[..., float] | None = None
    """`min` or `max`, where one is better than the other."""


FIGURES = (
    Figure("Mistakes", "test digits read wrong", lambda m: m.mistakes, lambda n: formatting.count(int(n)), min),
    Figure(
        "Loss",
        "cross-entropy: how far its probabilities are from the truth; 0 would be perfect",
        lambda m: m.evaluation.loss,
        formatting.loss,
        min,
    ),
    Figure(
        "Training accuracy",
        "on {training_images} images of the training set",
        lambda m: m.evaluation.training.accuracy,
        formatting.per_cent,
    ),
    Figure(
        "Generalization gap",
        "training accuracy minus test accuracy: a wide gap is a sign of overfitting",
        lambda m: m.generalization_gap,
        formatting.signed_points,
        lambda *gaps: min(gaps, key=abs),
    ),
    Figure(
        "Calibration error",
        "mean distance between confidence and accuracy (ECE)",
        lambda m: m.evaluation.expected_calibration_error,
        formatting.points,
        min,
    ),
    Figure(
        "False rejection rate",
        "test digits rejected as no digit",
        lambda m: m.evaluation.false_rejection_rate,
        formatting.per_cent,
        min,
    ),
    Figure(
        "Robustness",
        "mean accuracy on {disturbed_images} test digits that were rotated, shifted, blurred and so on",
        lambda m: m.robustness,
        formatting.per_cent,
        max,
    ),
    Figure(
        "Parameters",
        "trained weights",
        lambda m: m.model.card["parameters"],
        lambda n: formatting.count(int(n)),
    ),
    Figure(
        "Size",
        "of the network’s file",
        lambda m: m.model.card["files"][NETWORK]["bytes"],
        lambda n_bytes: formatting.megabytes(int(n_bytes)),
    ),
)


def origin(measured: Measured) -> str:
    """Names the test images of a model."""
    is_mnist = all(measured.evaluation.data.get(file) == CHECKSUMS[file] for file in TEST_FILES)
    return "MNIST test set" if is_mnist else "Its test images"
