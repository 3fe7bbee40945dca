"""Arrays that lie in files: their form is known, their elements are read when they are looked at.

Knows nothing about file formats; `mnist_core.data.idx` and `mnist_core.data.npz` do.
"""

import errno
import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Stored:
    """An array in a file, of which only the header was read."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    read: Callable[[], npt.NDArray[Any]]
    """Reads the whole array."""

    @property
    def nbytes(self) -> int:
        """How many bytes the array takes in memory."""
        return math.prod(self.shape) * self.dtype.itemsize


def open_file(path: Path) -> io.BufferedReader:
    """Opens a file to read; a pipe or a device, on which a reader might wait forever, is refused.

    Raises:
        OSError: there is no such file, it may not be read, or it is no regular file.
    """
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "It is a folder, a pipe or a device, not a file")
    return path.open("rb")
