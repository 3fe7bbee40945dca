"""Connected marks in a photograph, and which of them are strokes of a digit rather than shadows, tables or specks.

Shares were measured on synthetic photographs (`tests/photographs.py`) where a figure stands beside them, and chosen by
eye on these where none does.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from mnist_core.drawing.pixels import around, rim

EIGHT_NEIGHBOURS = np.ones((3, 3), bool)

AROUND = ((0, 0), (-4, 0), (4, 0), (0, -4), (0, 4), (-3, -3), (-3, 3), (3, -3), (3, 3))  # px: a circle of radius 4
SHARP_OUTLINE = 0.9  # share of a mark's outline that lies at an edge; digits have 0.96 or more, table edges up to 0.77
LEAST_SPAN = 0.05  # of the shorter side: the smallest digit; a long strip holds small ones
LEAST_AREA = 0.02  # of the largest mark's area: a smaller one is a speck
MARGIN = 0.1  # of the shorter side: a digit reaches farther into the picture
RIM_CONTACT = 0.6  # of its longer side: a mark that touches the rim along so much of it is a table or a shadow
RIM_GAP_PX = 3  # a shallow mark as near to the rim as this lies on it


@dataclass(frozen=True)
class Marks:
    """Connected marks. Arrays have an entry for each; entry 0 is what belongs to none."""

    labels: np.ndarray
    """int32 (H, W): the entry of the mark that each pixel belongs to."""
    areas: np.ndarray
    top: np.ndarray
    bottom: np.ndarray
    left: np.ndarray
    right: np.ndarray

    @classmethod
    def of(cls, marked: np.ndarray) -> "Marks":
        """Finds the marks that the marked pixels, bool (H, W), make."""
        labels, count = ndimage.label(marked, EIGHT_NEIGHBOURS)
        boxes = [(rows.start, rows.stop, columns.start, columns.stop) for rows, columns in ndimage.find_objects(labels)]
        return cls(labels, np.bincount(labels.ravel(), minlength=count + 1), *np.array([(0, 0, 0, 0), *boxes]).T)

    @property
    def shorter_side(self) -> int:
        """Of the picture."""
        return min(self.labels.shape)

    @property
    def spans(self) -> np.ndarray:
        """The longer side of each mark's box."""
        return np.maximum(self.bottom - self.top, self.right - self.left)

    @property
    def depths(self) -> np.ndarray:
        """How far each mark reaches into the picture from the nearest rim."""
        height, width = self.labels.shape
        return np.minimum.reduce([self.bottom, height - self.top, self.right, width - self.left])

    @property
    def gaps(self) -> np.ndarray:
        """How much paper there is between each mark and the nearest rim."""
        height, width = self.labels.shape
        return np.minimum.reduce([self.top, height - self.bottom, self.left, width - self.right])

    def picture(self, kept: np.ndarray) -> np.ndarray:
        """Returns the pixels of those marks that are kept, bool (entries,): bool (H, W)."""
        return np.asarray((kept & (np.arange(kept.size) > 0))[self.labels])

    def lie_on_the_rim(self) -> np.ndarray:
        """Returns which marks run along the rim, as tables and shadows do: bool (entries,)."""
        contact = np.bincount(rim(self.labels), minlength=self.areas.size)
        shallow = self.depths < 2 * MARGIN * self.shorter_side
        return np.asarray((contact > RIM_CONTACT * self.spans) | ((self.gaps <= RIM_GAP_PX) & shallow))

    def have_sharp_outlines(self, tone: np.ndarray, darker: bool, least: float) -> np.ndarray:
        """Returns which marks have an edge all around, as neither shadows nor noise have: bool (entries,).

        Args:
            tone: float32 (H, W), reflected light.
            darker: whether ink is darker than paper.
            least: the contrast of an edge.
        """
        inside = ndimage.binary_erosion(self.labels > 0, border_value=1)
        rows, columns = np.nonzero((self.labels > 0) & ~inside)
        near = around(tone, rows, columns, AROUND)
        darkest, lightest = near.min(0), near.max(0)
        steps = 1 - darkest / lightest if darker else lightest / darkest - 1
        mark = self.labels[rows, columns]
        outline = np.bincount(mark, minlength=self.areas.size)
        sharp = np.bincount(mark[steps > least], minlength=self.areas.size)
        return np.asarray(sharp > SHARP_OUTLINE * outline)

    def belong_to_a_digit(self, sharp: np.ndarray) -> np.ndarray:
        """Returns which marks are strokes: the largest that could be a digit, and all but specks beside it.

        Args:
            sharp: bool (entries,), as `have_sharp_outlines` returns it; others are no strokes.

        Returns:
            bool (entries,); none where no mark could be a digit.
        """
        central = self.depths > MARGIN * self.shorter_side
        large = self.spans >= LEAST_SPAN * self.shorter_side
        areas = np.where(sharp & central & large, self.areas, 0)
        areas[0] = 0
        return np.asarray((areas.max() > 0) & sharp & (self.areas > LEAST_AREA * areas.max()))
