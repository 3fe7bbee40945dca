"""Test-time augmentation: an image is read as it is, and turned, slanted, stretched and moved a little.

The average of all answers is wrong less often than the answer to the image alone (Krizhevsky et al. 2012). The logits
are averaged, not the probabilities: then it does not matter whether a temperature divides them before or after.
"""

from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import special

from mnist_core.drawing.framing import FIELD
from mnist_core.synthesis.augmentation import sample

Float32 = npt.NDArray[np.float32]

# turn in degrees; slant and zoom as shares of height and width; right and down in px of 28. Of the sets that were tried
# this was the best for the first network with pen styles; for a later one three turned views did as well
# (docs/recognition.md).
VARIED = (
    {"turn": 5.0},
    {"turn": -5.0},
    {"zoom": 0.95, "right": 0.5},
    {"zoom": 1.05, "down": 0.5},
    {"slant": 0.08, "right": -0.5},
    {"slant": -0.08, "down": -0.5},
)
VIEWS = 1 + len(VARIED)
LEAST = 1e-6  # no probability counts less, where its logarithm stands for a logit that the export lacks


def views(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Returns each image in all views: uint8 (N, 28, 28) -> (N * VIEWS, 28, 28), the views of an image in a row."""
    rows, columns = _positions()
    count = len(images)
    repeated = np.repeat(images, VIEWS, axis=0).reshape(count, VIEWS, FIELD, FIELD)
    varied = repeated[:, 1:].reshape(-1, FIELD, FIELD)
    repeated[:, 1:] = sample(varied, np.tile(rows, (count, 1, 1)), np.tile(columns, (count, 1, 1))).reshape(
        count, VIEWS - 1, FIELD, FIELD
    )
    return repeated.reshape(-1, FIELD, FIELD)


def averaged(logits: Float32) -> Float32:
    """Returns the probabilities that the mean of each image's views makes: logits, float32 (N * VIEWS, 10) -> (N, 10).

    Logarithms of probabilities may replace the logits: they differ by a number that is the same for all digits.
    """
    return special.softmax(mean(logits), axis=1)


def mean(outputs: Float32) -> Float32:
    """Returns the mean of each image's views: float32 (N * VIEWS, ...) -> (N, ...)."""
    return outputs.reshape(-1, VIEWS, *outputs.shape[1:]).mean(axis=1)


@cache
def _positions() -> tuple[Float32, Float32]:
    """Returns where the varied views take their pixels from: rows and columns, float32 (VIEWS - 1, 28, 28) each."""
    across = np.arange(FIELD, dtype=np.float32) - (FIELD - 1) / 2
    x, y = np.meshgrid(across, across)
    rows, columns = [], []
    for view in VARIED:
        turn = np.radians(view.get("turn", 0.0))
        rows.append(np.sin(turn) * x + np.cos(turn) * y + view.get("down", 0.0))
        column = np.cos(turn) * x - np.sin(turn) * y + view.get("slant", 0.0) * y
        columns.append(column * view.get("zoom", 1.0) + view.get("right", 0.0))
    middle = (FIELD - 1) / 2
    return np.array(rows, np.float32) + np.float32(middle), np.array(columns, np.float32) + np.float32(middle)
