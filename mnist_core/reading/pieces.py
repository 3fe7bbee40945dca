"""Pieces of ink, and the boxes around them: what a drawing is divided into before it is read."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
"""bool (h, w): which pixels of a box belong to something."""

Boxes = npt.NDArray[np.int32]
"""int32 (n, 4): top, bottom, left and right of boxes."""


@dataclass(frozen=True)
class Box:
    """A rectangle on the map: rows from `top` to before `bottom`, columns from `left` to before `right`."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    def __or__(self, other: "Box") -> "Box":
        """Returns the smallest box around both."""
        return Box(
            min(self.top, other.top),
            max(self.bottom, other.bottom),
            min(self.left, other.left),
            max(self.right, other.right),
        )


@dataclass(frozen=True)
class Piece:
    """Ink that is tried as a whole. Where strokes of the pen cross, pieces share ink."""

    labels: tuple[int, ...]
    """The labels of the strokes and parts in it; a label occurs once on a sheet."""
    box: Box
    mask: Mask = field(repr=False, compare=False)
    """bool (h, w): its ink in the box."""
    cut: float = 0.0
    """The cost of the cut at its left, in nats; 0 without a cut."""


def mask_of(pieces: Sequence[Piece], box: Box) -> Mask:
    """Returns the ink of several pieces, bool (h, w) in a box around them all."""
    mask = np.zeros((box.height, box.width), bool)
    for piece in pieces:
        own = piece.box
        mask[own.top - box.top : own.bottom - box.top, own.left - box.left : own.right - box.left] |= piece.mask
    return mask


def boxes_of(pieces: Sequence[Piece]) -> Boxes:
    """Returns the boxes of pieces as an array."""
    return np.array([(box.top, box.bottom, box.left, box.right) for box in (piece.box for piece in pieces)], np.int32)
