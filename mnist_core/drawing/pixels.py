"""Pixels of a picture by where they are: its rim, and the neighbours of given pixels."""

from collections.abc import Sequence

import numpy as np

Steps = Sequence[tuple[int, int]]
"""Pixels down and right from a pixel to its neighbours."""


def rim(picture: np.ndarray) -> np.ndarray:
    """Returns the outermost pixels of a picture: (H, W, ...) -> (N, ...)."""
    return np.concatenate([picture[0], picture[-1], picture[1:-1, 0], picture[1:-1, -1]])


def around(picture: np.ndarray, rows: np.ndarray, columns: np.ndarray, steps: Steps) -> np.ndarray:
    """Returns the neighbours of pixels, (N,) rows and columns: (steps, N); beyond the rim, the nearest pixel of it."""
    height, width = picture.shape
    return np.stack([picture[(rows + d).clip(0, height - 1), (columns + r).clip(0, width - 1)] for d, r in steps])
