"""Robustness: accuracy on test images that are rotated, shifted, made noisy, blurred, or drawn by another pen.

Each disturbance has a few levels, and does nothing at level 0. All is seeded, so that every model meets the same
images. Only NumPy and SciPy, so that a page can show what a level looks like.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from mnist_core.synthesis.augmentation import sample

FULL_INK = 255
FINE = 2  # pixels are halved to draw lines anew, so that they grow by whole pixels: half a pixel on either side

Images = npt.NDArray[np.uint8]


def rotate(images: Images, degrees: float, rng: np.random.Generator) -> Images:
    """Turns each image about its centre, one way or the other at random: uint8 (N, H, W) -> uint8 (N, H, W)."""
    angles = np.radians(degrees) * rng.choice([-1, 1], (len(images), 1, 1))
    y, x = _from_centre(images)
    rows = np.sin(angles) * x + np.cos(angles) * y
    columns = np.cos(angles) * x - np.sin(angles) * y
    return _taken_from(images, rows, columns)


def shift(images: Images, distance_px: float, rng: np.random.Generator) -> Images:
    """Moves each image in a direction of its own: uint8 (N, H, W) -> uint8 (N, H, W)."""
    directions = rng.uniform(0, 2 * np.pi, (len(images), 1, 1))
    y, x = _from_centre(images)
    return _taken_from(images, y + distance_px * np.sin(directions), x + distance_px * np.cos(directions))


def add_noise(images: Images, strength: float, rng: np.random.Generator) -> Images:
    """Adds Gaussian noise to each pixel.

    Args:
        images: uint8 (N, H, W).
        strength: the noise's standard deviation as a share of full ink.
        rng: the random number generator.
    """
    noise = rng.standard_normal(images.shape, np.float32)
    return _grey_levels(images + FULL_INK * strength * noise)


def blur(images: Images, radius_px: float, rng: np.random.Generator) -> Images:
    """Blurs images by a Gaussian of that standard deviation: uint8 (N, H, W) -> uint8 (N, H, W)."""
    return _grey_levels(ndimage.gaussian_filter(images.astype(np.float32), (0, radius_px, radius_px), mode="constant"))


def widen(images: Images, by_px: float, rng: np.random.Generator) -> Images:
    """Draws lines by a broader pen, or by a finer one where `by_px` is negative.

    Args:
        images: uint8 (N, H, W).
        by_px: how much wider the lines become; whole pixels.
        rng: not used.
    """
    halves = np.repeat(np.repeat(images, FINE, axis=1), FINE, axis=2)
    morph = ndimage.grey_dilation if by_px > 0 else ndimage.grey_erosion
    redrawn = morph(halves, footprint=_disc(round(abs(by_px) * FINE / 2)), mode="constant", cval=0)
    count, height, width = images.shape
    return _grey_levels(redrawn.reshape(count, height, FINE, width, FINE).mean(axis=(2, 4)))


@dataclass(frozen=True)
class Disturbance:
    """One way to make digits hard to read, at a few levels."""

    name: str
    levels: tuple[float, ...]
    """From weak to strong; 0, which changes nothing, is one of them."""
    _apply: Callable[[Images, float, np.random.Generator], Images]

    def apply(self, images: Images, level: float) -> Images:
        """Disturbs images, uint8 (N, H, W) -> uint8 (N, H, W); the same images always in the same way."""
        return self._apply(images, level, np.random.default_rng(0))


DISTURBANCES = (
    Disturbance("rotation", (0, 10, 20, 30, 40, 50, 60), rotate),
    Disturbance("shift", (0, 1, 2, 3, 4, 5, 6), shift),
    Disturbance("noise", (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6), add_noise),
    Disturbance("blur", (0, 0.5, 1, 1.5, 2, 2.5, 3), blur),
    Disturbance("pen", (-2, -1, 0, 1, 2, 3, 4), widen),
)
"""Rotation in degrees, shift, blur and pen in pixels of the 28, noise as a share of full ink."""

WORDS = {
    "rotation": ("Rotation", "degrees", "Rotated about the middle, half of the digits to the left."),
    "shift": (
        "Shift",
        "px",
        "Shifted in any direction. The app centres what you draw, but these images stay shifted.",
    ),
    "noise": ("Noise", "share of full ink", "Every pixel made lighter or darker at random."),
    "blur": ("Blur", "px", "Out of focus: blurred by a Gaussian."),
    "pen": ("Pen", "px thinner or wider", "As if drawn by another pen."),
}
"""For each disturbance its title, its unit, and what is done."""

LEVELS = {disturbance.name: [float(level) for level in disturbance.levels] for disturbance in DISTURBANCES}


def accuracies(
    read: Callable[[Images], npt.NDArray[np.integer]],
    images: Images,
    labels: npt.NDArray[np.integer],
) -> dict[str, list[float]]:
    """Measures what a network still reads at every level of every disturbance.

    Args:
        read: gives the digits that a network reads: uint8 (N, 28, 28) -> (N,).
        images: uint8 (N, 28, 28).
        labels: (N,): 0 to 9.

    Returns:
        For each disturbance's name its accuracies, in the order of its levels.
    """

    def accuracy(disturbed: Images) -> float:
        return float(np.mean(read(disturbed) == labels))

    undisturbed = accuracy(images)
    return {
        disturbance.name: [
            accuracy(disturbance.apply(images, level)) if level else undisturbed for level in disturbance.levels
        ]
        for disturbance in DISTURBANCES
    }


def levels_to_read() -> int:
    """Counts how often `accuracies` has the images read."""
    return 1 + sum(level != 0 for levels in LEVELS.values() for level in levels)


def _from_centre(images: Images) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    height, width = images.shape[1:]
    return (np.arange(height) - (height - 1) / 2)[None, :, None], (np.arange(width) - (width - 1) / 2)[None, None, :]


def _taken_from(images: Images, rows: npt.NDArray[np.float64], columns: npt.NDArray[np.float64]) -> Images:
    """Samples images at positions that count from their centre."""
    height, width = images.shape[1:]
    rows, columns = np.broadcast_to(rows, images.shape), np.broadcast_to(columns, images.shape)
    return sample(images, (rows + (height - 1) / 2).astype(np.float32), (columns + (width - 1) / 2).astype(np.float32))


def _grey_levels(values: npt.NDArray[np.floating]) -> Images:
    grey: Images = np.clip(np.rint(values), 0, FULL_INK).astype(np.uint8)
    return grey


@cache
def _disc(radius: int) -> npt.NDArray[np.bool_]:
    """Returns the pixels within a radius, bool (1, 2 r + 1, 2 r + 1)."""
    squares = np.arange(-radius, radius + 1) ** 2
    return squares[None, :, None] + squares[None, None, :] <= radius**2
