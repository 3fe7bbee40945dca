"""Augmentation: slight variations of training images, as another hand might have drawn them.

Each image is turned, sheared, zoomed and shifted at random, and its lines are bent by an elastic displacement (Simard
et al. 2003, "Best practices for convolutional neural networks"): random vectors on a coarse grid, interpolated
smoothly. All five are combined into one displacement of the pixel grid, so that an image is interpolated only once.

It needs NumPy and SciPy only, so that a page can show it without a deep-learning library.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import scipy  # its parts are loaded when they are used

Images = npt.NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """The strength of an augmentation: for each image, each amount is drawn evenly between minus and plus its value."""

    rotation_degrees: float = 0.0
    shear: float = 0.0
    """Horizontal shift per pixel of height: 0.1 slants an upright line by 6 degrees."""
    zoom: float = 0.0
    """Relative change of width and, independently, of height."""
    shift_px: float = 0.0
    elastic_px: float = 0.0
    """Standard deviation of the vectors of the elastic displacement, in pixels."""
    elastic_grid: int = 6
    """Vectors per side of the image: the more, the finer the bends."""

    def __post_init__(self) -> None:
        for name in ("rotation_degrees", "shear", "zoom", "shift_px", "elastic_px"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, but is {getattr(self, name)}.")
        if self.zoom >= 1:
            raise ValueError(f"zoom must be below 1, but is {self.zoom}.")
        if self.elastic_grid < 4:
            raise ValueError(f"elastic_grid must be at least 4, but is {self.elastic_grid}.")

    def apply(self, images: Images, rng: np.random.Generator) -> Images:
        """Varies each image in its own way.

        Args:
            images: uint8 (N, H, W).
            rng: the random number generator; the same state gives the same images.

        Returns:
            uint8 (N, H, W).
        """
        return sample(images, *self._source_positions(len(images), images.shape[1:], rng))

    def _source_positions(
        self, count: int, shape: tuple[int, ...], rng: np.random.Generator
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Draws the position that each pixel is taken from: rows and columns, each float32 (count, H, W)."""
        height, width = shape
        y = np.arange(height, dtype=np.float32)[None, :, None] - (height - 1) / 2
        x = np.arange(width, dtype=np.float32)[None, None, :] - (width - 1) / 2

        def draw(limit: float) -> npt.NDArray[np.float32]:
            return rng.uniform(-limit, limit, (count, 1, 1)).astype(np.float32)

        angle, shear = np.radians(draw(self.rotation_degrees)), draw(self.shear)
        zoom_x, zoom_y = 1 + draw(self.zoom), 1 + draw(self.zoom)
        cos, sin = np.cos(angle), np.sin(angle)
        rows = (sin * x + cos * y) * zoom_y + (height - 1) / 2 + draw(self.shift_px)
        columns = (cos * x - sin * y + shear * y) * zoom_x + (width - 1) / 2 + draw(self.shift_px)
        if self.elastic_px:
            grid = rng.normal(0, self.elastic_px, (2, count, self.elastic_grid, self.elastic_grid)).astype(np.float32)
            down, across = (_spline(length, self.elastic_grid) for length in shape)
            bend_rows, bend_columns = down @ grid @ across.T
            rows, columns = rows + bend_rows, columns + bend_columns
        return rows, columns


@cache
def _spline(length: int, points: int) -> npt.NDArray[np.float32]:
    """Returns the matrix, float32 (length, points), that interpolates evenly spaced values by a cubic B-spline."""
    knots = np.arange(-3, points + 1) / (points - 3)
    positions = np.linspace(0, 1, length)
    return scipy.interpolate.BSpline.design_matrix(positions, knots, 3).toarray().astype(np.float32)


def sample(images: Images, rows: npt.NDArray[np.float32], columns: npt.NDArray[np.float32]) -> Images:
    """Interpolates images linearly at the given positions; outside an image is paper (0).

    Args:
        images: uint8 (N, H, W).
        rows: float32 (N, H, W): the row of its image that each pixel is taken from.
        columns: float32 (N, H, W): its column, likewise.

    Returns:
        uint8 (N, H, W).
    """
    count, height, width = images.shape
    padded = np.zeros((count, height + 2, width + 2), np.float32)
    padded[:, 1:-1, 1:-1] = images
    rows, columns = np.clip(rows + 1, 0, height + 0.999), np.clip(columns + 1, 0, width + 0.999)
    top, left = rows.astype(np.int32), columns.astype(np.int32)
    down, right = rows - top, columns - left
    stride = width + 2
    corner = np.arange(count, dtype=np.int32)[:, None, None] * (stride * (height + 2)) + top * stride + left
    flat = padded.ravel()
    upper = flat[corner] * (1 - right) + flat[corner + 1] * right
    lower = flat[corner + stride] * (1 - right) + flat[corner + stride + 1] * right
    sampled: Images = np.rint(upper * (1 - down) + lower * down).astype(np.uint8)
    return sampled
