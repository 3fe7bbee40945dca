"""What a model reads in every test image, as CSV: a line an image, for spreadsheets and for programs.

    index,label,answer,probability_0,...,probability_9,logit_0,...,logit_9

`index` counts the test images from 0, as in `x_test[0]`; `answer` is the argmax. The logits are those before the
temperature divides them. Numbers have all digits of a float32, so that nothing is lost.
"""

import csv
from collections.abc import Callable
from itertools import chain, repeat
from typing import TextIO

import numpy as np
import numpy.typing as npt

from mnist_core.data.mnist import CLASSES, Mnist
from mnist_core.reading.network import BATCH, CORES
from mnist_core.reading.recognizer import Recognizer

COLUMNS = (
    "index",
    "label",
    "answer",
    *(f"probability_{digit}" for digit in range(CLASSES)),
    *(f"logit_{digit}" for digit in range(CLASSES)),
)
NO_LOGITS = [""] * CLASSES
AT_ONCE = 2 * BATCH * CORES
"""Images that are read before their lines are written: two batches for each core."""


def write(
    recognizer: Recognizer, mnist: Mnist, file: TextIO, report: Callable[[int, int], None] = lambda done, total: None
) -> bool:
    """Reads all test images with a model, and writes the results as CSV.

    Args:
        recognizer: the model that reads; it uses as many cores as it has interpreters.
        mnist: whose test images are read.
        file: what the lines are written to, some thousand images at a time.
        report: called with how many images were read, and how many there are to read.

    Returns:
        Whether the model has logits; where its export lacks them, their columns are empty.

    Raises:
        StudioError: the images cannot be read.
        OSError: the file cannot be written.
    """
    images, labels = mnist.x_test, mnist.y_test
    temperature = recognizer.model.card.get("temperature", 1.0)
    lines = csv.writer(file, lineterminator="\n")
    lines.writerow(COLUMNS)
    for start in range(0, len(images), AT_ONCE):
        outputs = recognizer.network.run(images[start : start + AT_ONCE])
        indices = range(start, start + len(outputs.probabilities))
        answers = outputs.probabilities.argmax(axis=1).tolist()
        probabilities = _written(outputs.probabilities)
        logits = repeat(NO_LOGITS) if outputs.logits is None else _written(outputs.logits * np.float64(temperature))
        for index, answer, *ten_and_ten in zip(indices, answers, probabilities, logits, strict=False):
            lines.writerow((index, labels[index], answer, *chain(*ten_and_ten)))
        report(indices.stop, len(images))
    return outputs.logits is not None


def _written(values: npt.NDArray[np.floating]) -> list[list[str]]:
    """Writes the values of each row, (N, 10), with all digits that a float32 has."""
    return [[f"{value:.9g}" for value in row] for row in values.tolist()]
