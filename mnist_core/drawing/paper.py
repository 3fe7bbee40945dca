"""Bare paper in a photograph: how much light it reflects, also where ink covers it.

Strokes vanish in a morphological closing (dark ink) or opening (chalk) that is wider than the pen, and shadows stay. A
granulometry (Matheron 1975) finds both the polarity and the width: the one with which most edges of the picture vanish.
Edges of shadows, of the sheet and of the table rarely do, since their far side is wide.

Numbers without a source were chosen by eye on synthetic photographs (`tests/photographs.py`).
"""

import numpy as np
from scipy import ndimage

from mnist_core.drawing.pixels import rim

COARSE = 4  # strokes are measured in a picture that is reduced by this
EVEN_RIM = 6.0  # grey levels by which the rim of an evenly lit scan may vary

LEAST_EDGE = 0.08  # natural logarithms of the light: the least step of an edge
EDGE_ABOVE_NOISE = 4  # times the picture's median step
STRONGEST_STEP = 1.0  # natural logarithms: steps count by their square, and no more than this one
VANISHED = 0.7  # share of an edge's step that an opening or closing must take away
WIDTH_PENALTY = 0.7  # a width's votes are divided by this power of it, because sheets and tables vanish near theirs
WIDEST_STROKE = 0.4  # of the picture's shorter side: the widest that is tried
NEXT_WIDTH = 1.4  # times the width that was tried before
CLOSING = 1.5  # times the width of the strokes: so wide is the closing that removes them

RATIOS = (0.5, 1.5)  # of light to paper: the range in which the most frequent ratio is sought
RATIO_BINS = 50
NEAR_PEAK = 0.03  # of light to paper: the ratios around the most frequent one of which the median is taken


def paper_tone(tone: np.ndarray, coarse: np.ndarray) -> tuple[np.ndarray, bool]:
    """Finds how much light the paper reflects where there is ink on it.

    Args:
        tone: float32 (H, W), reflected light, positive.
        coarse: the same, reduced by `COARSE`.

    Returns:
        float32 (H, W), the light that bare paper reflects; and whether the ink is darker than that.
    """
    rim_tone = rim(coarse)
    if np.ptp(rim_tone) < EVEN_RIM:
        even = np.median(rim_tone)
        return np.full_like(tone, even), bool(even - coarse.min() >= coarse.max() - even)
    darker, width_px = _measure_strokes(coarse)
    size = int(CLOSING * width_px) | 1
    paper = ndimage.grey_closing(tone, (size, size)) if darker else ndimage.grey_opening(tone, (size, size))
    # A closing follows the brightest grains of the paper, an opening the darkest.
    return paper * _most_frequent(tone[::4, ::4] / paper[::4, ::4]), darker


def _most_frequent(ratios: np.ndarray) -> float:
    """Returns the most frequent ratio around 1, to which paper contributes more than any table or ink."""
    counts, edges = np.histogram(ratios, bins=RATIO_BINS, range=RATIOS)
    half_a_bin = (RATIOS[1] - RATIOS[0]) / RATIO_BINS / 2
    peak = edges[counts.argmax()] + half_a_bin
    return float(np.median(ratios[np.abs(ratios - peak) < NEAR_PEAK]))


def _measure_strokes(coarse: np.ndarray) -> tuple[bool, int]:
    """Finds polarity and width of the strokes.

    At each width an edge votes for dark ink when its dark side vanishes in a closing of that width, and for light ink
    when its light side vanishes in an opening. The most unanimous width wins, narrow ones with an advantage.

    Args:
        coarse: float32 (h, w), positive.

    Returns:
        Whether the ink is darker than the paper, and the width in pixels of the working size.
    """
    tone = np.log(coarse)
    step = ndimage.maximum_filter(tone, 3) - ndimage.minimum_filter(tone, 3)
    edge = step > max(LEAST_EDGE, EDGE_ABOVE_NOISE * float(np.median(step)))
    steps = step[edge]
    weights = np.minimum(steps, STRONGEST_STEP) ** 2
    most, darker, width, size = -1.0, True, 3, 3
    while size < max(4, WIDEST_STROKE * min(tone.shape)):
        dark = ndimage.maximum_filter(ndimage.grey_closing(tone, (size, size)) - tone, 3)[edge]
        light = ndimage.maximum_filter(tone - ndimage.grey_opening(tone, (size, size)), 3)[edge]
        votes = weights[dark > VANISHED * steps].sum() - weights[light > VANISHED * steps].sum()
        lead = float(votes) / size**WIDTH_PENALTY
        if abs(lead) > most:
            most, darker, width = abs(lead), lead >= 0, size
        size = max(size + 2, int(NEXT_WIDTH * size) | 1)
    return darker, width * COARSE
