"""Hands kept drawings to a training: as images with labels, without saying whose they are."""

import numpy as np
import numpy.typing as npt

from mnist_core.drawing.framing import FIELD, to_model_input
from mnist_core.kept import drawings, encoding
from mnist_core.kept.drawings import Filter

AT_ONCE = 200


def images(owner: str, wanted: Filter) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Frames an owner's drawings that are wanted.

    Returns:
        Images uint8 (N, 28, 28), the latest first, and labels int64 (N,): 0 to 9, NONE or NUMBER.

    Raises:
        DatabaseError: the database cannot be used.
    """
    framed: list[npt.NDArray[np.uint8]] = [np.zeros((0, FIELD, FIELD), np.uint8)]
    labels: list[int] = []
    for some in drawings.batches(owner, wanted, AT_ONCE):
        framed += [to_model_input(encoding.ink_of(kept.ink))[np.newaxis] for kept in some]
        labels += [kept.label for kept in some]
    return np.concatenate(framed), np.array(labels, np.int64)
