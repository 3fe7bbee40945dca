"""Rules on paper: they are thin, long, straight and many, and are taken off so that strokes across them stay whole.

A Hough transform (Duda and Hart 1972) of the thin structures finds them. Numbers without a source were chosen by eye on
synthetic photographs (`tests/photographs.py`).
"""

import numpy as np
from scipy import ndimage

from mnist_core.drawing.contrast import full_ink, noise_of

SLOPES = np.linspace(-0.24, 0.24, 49)  # of rules: 14 degrees either way
RULE_WIDTH_PX = 7  # a structure at least this wide is no rule
BAND_PX = 4  # above and below its line: where a rule's pixels are, as lines are found at half the size

FEWEST_RULES, MANY_RULES = 3, 6  # paper with fewer lines is not ruled: faint lines, and dark ones, which may be strokes
FAINT_RULE = 0.6  # share of the ink's contrast: rules with less need be only `FEWEST_RULES`
STRONGEST_RULE = 1.6  # times the usual contrast of the rules: a line with more is a stroke
TAKEN_OFF = 1.3  # times a rule's contrast is taken off at most, so that strokes which cross it stay

LEAST_MARK = 0.02  # contrast of a thin structure
MARK_ABOVE_NOISE = 2  # standard deviations of the noise, likewise
COVERED = 0.5  # share of a line's pixels that must be marked
LEAST_INSIDE = 0.3  # share of the width: a line that is shorter within the picture counts as one of this length
BLOCK_PX = 8  # pixels that share one shift: at the steepest slope they err by one pixel either way
PEAK_PX = 7  # rows in which only the best line counts


def without_rules(contrast: np.ndarray, noise_above: float) -> np.ndarray:
    """Takes the rules off a contrast picture, float32 (H, W).

    Args:
        contrast: as in `mnist_core.drawing.contrast`.
        noise_above: standard deviations of the noise from which contrast may be ink.
    """
    contrast = contrast.copy()
    noise = noise_of(contrast)
    level = full_ink(contrast, noise_above * noise)
    for view in (contrast, contrast.T):
        _take_off_level_rules(view, noise, level)
    return contrast


def _take_off_level_rules(contrast: np.ndarray, noise: float, level: float) -> None:
    """Takes the rules that run from left to right off a contrast picture, in place."""
    thin = contrast - ndimage.grey_opening(contrast, (RULE_WIDTH_PX, 1))
    height, width = (side // 2 for side in thin.shape)
    half = thin[: 2 * height, : 2 * width].reshape(height, 2, width, 2).mean((1, 3))
    marked = ndimage.maximum_filter1d(half > max(LEAST_MARK, MARK_ABOVE_NOISE * noise), 3, axis=0)
    x = np.arange(contrast.shape[1])
    rules = []
    for middle, slope in _long_lines(marked):
        band = np.round(2 * middle + slope * (x - width)).astype(int) + np.arange(-BAND_PX, BAND_PX + 1)[:, None]
        band = band.clip(0, contrast.shape[0] - 1)
        rules.append((band, float(np.median(thin[band, x].max(0)))))
    usual = np.median([strength for _, strength in rules]) if rules else 0.0
    if len(rules) < (FEWEST_RULES if usual < FAINT_RULE * level else MANY_RULES):
        return
    for band, strength in rules:
        if strength < STRONGEST_RULE * usual:
            contrast[band, x] -= np.minimum(thin[band, x], TAKEN_OFF * strength)


def _long_lines(marked: np.ndarray) -> list[tuple[int, float]]:
    """Finds lines from left to right of which more than half is marked.

    Args:
        marked: bool (h, w).

    Returns:
        For each line, from top to bottom, its row in the middle of the picture and its slope.
    """
    height, count = marked.shape[0], marked.shape[1] // BLOCK_PX
    if count < BLOCK_PX:
        return []
    blocks = marked[:, : count * BLOCK_PX].reshape(height, count, BLOCK_PX).mean(2)
    reach = int(np.ceil(SLOPES.max() * marked.shape[1] / 2)) + 1
    padded = np.pad(blocks, ((reach, reach), (0, 0)), constant_values=np.nan)
    x = (np.arange(count) + 0.5) * BLOCK_PX - marked.shape[1] / 2
    rows = np.arange(reach, reach + height)[:, None]
    coverage = np.empty((SLOPES.size, height))
    for index, slope in enumerate(SLOPES):
        line = padded[rows + np.round(slope * x).astype(int), np.arange(count)]
        inside = count - np.isnan(line).sum(1)
        coverage[index] = np.nansum(line, axis=1) / np.maximum(inside, LEAST_INSIDE * count)
    best = coverage.max(0)
    peaks = np.flatnonzero((best == ndimage.maximum_filter1d(best, PEAK_PX)) & (best > COVERED))
    plateaus = np.split(peaks, np.flatnonzero(np.diff(peaks) > PEAK_PX // 2) + 1) if peaks.size else []
    middles = [int(plateau[plateau.size // 2]) for plateau in plateaus]
    return [(middle, float(SLOPES[coverage[:, middle] == best[middle]].mean())) for middle in middles]
