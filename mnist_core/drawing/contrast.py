"""Measures of a contrast picture: its noise, and the contrast of full ink.

A contrast picture is float32 (H, W): 0 is bare paper, and ink is above it by the share of the light that it takes away
(or, of chalk, adds).
"""

import numpy as np

SAMPLE_STEP = 4  # every so many rows and columns: enough pixels for a quantile
LEAST_NOISE = 0.005  # contrast: a cleaner picture is not trusted; chosen by eye
HALF_NORMAL_QUARTILE = 0.319  # standard deviations: a quarter of a half-normal distribution lies below


def noise_of(contrast: np.ndarray) -> float:
    """Estimates the standard deviation on the smoothest paper; from values below 0 only, where no ink is."""
    sample = contrast[::SAMPLE_STEP, ::SAMPLE_STEP]
    below = -sample[sample < 0]
    return max(LEAST_NOISE, float(np.percentile(below, 25)) / HALF_NORMAL_QUARTILE) if below.size else LEAST_NOISE


def full_ink(contrast: np.ndarray, floor: float) -> float:
    """Returns the contrast of full ink: half of the contrast energy above the floor lies below it; 0 without any."""
    above = np.sort(contrast[contrast > floor])
    if above.size == 0:
        return 0.0
    energy = np.cumsum(above**2)
    return float(above[np.searchsorted(energy, energy[-1] / 2)])
