"""Ink on photographed or scanned paper.

Paper is lit unevenly, so ink is what differs from the paper *around* it:

1. The picture is reduced, and its channels are mixed by how much they show of the ink: red counts for a blue pen, blue
   for an orange one.
2. Strokes are what vanishes in a morphological closing (dark ink) or opening (chalk) wider than the pen. A granulometry
   (Matheron 1975) finds both: the polarity and the width with which most edges of the picture vanish. Edges of shadows,
   of the sheet, of the table rarely do, since their far side is wide.
3. The closing itself is the paper without its ink; it keeps the edges of shadows. Reflected light over paper gives the
   contrast, which no longer depends on the lamp.
4. Rules are long, thin, straight and many. A Hough transform (Duda and Hart 1972) of the thin structures finds them,
   and hardly more than their own contrast is taken off, so that strokes which cross them stay whole.
5. Full ink is the contrast at which half of the picture's contrast energy lies. A pixel with half of it is the edge of
   a stroke; grey levels are kept around that.
6. A piece of ink stays when it has a sharp edge all around, which neither shadows nor noise have, and does not run
   along the rim, as table edges do; specks go. Nothing large enough left means an unused sheet.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage

WORKING_SIDE_PX = 800
LEAST_SIDE_PX = 200  # smaller photographs are enlarged to this
LEAST_STRIP_PX = 16  # a narrower picture is no photograph of a digit
COARSE = 4  # strokes are measured in a picture reduced so much further
EVEN_RIM = 6.0  # grey levels by which the rim of an evenly lit scan may vary
LEAST_STEP = 14.0  # grey levels between paper and the faintest ink: pencil has 40 or more, JPEG blocks in dim light 10
DARKNESS = 8.0  # grey levels added before dividing, so that black does not amplify noise
EDGE = 0.08  # least step, in natural logarithms, of an edge

SLOPES = np.linspace(-0.24, 0.24, 49)  # of rules: 14 degrees either way
RULE_WIDTH_PX = 7
FEWEST_RULES, MANY_RULES = 3, 6
FAINT_RULE = 0.6  # rules with less contrast than this share of the ink's need be only a few

AROUND = ((0, 0), (-4, 0), (4, 0), (0, -4), (0, 4), (-3, -3), (-3, 3), (3, -3), (3, 3))
SHARP_OUTLINE = 0.9  # share of a piece's outline that lies at an edge; digits have 0.96 or more, table edges up to 0.77
LEAST_SPAN = 0.05  # of the shorter side: the smallest digit; a long strip holds small ones
LEAST_PIECE = 0.02  # of the largest piece's area
MARGIN = 0.1  # of the shorter side: a digit reaches farther into the picture

EIGHT_NEIGHBOURS = np.ones((3, 3), bool)

Steps = Sequence[tuple[int, int]]


def ink_of_photograph(rgba: np.ndarray) -> np.ndarray:
    """Finds the ink in a photograph or scan of handwriting.

    Args:
        rgba: uint8 (H, W, 4).

    Returns:
        float32 (H, W) in [0, 1]: 0 is paper, 1 is ink; zeros throughout for an unused sheet.
    """
    picture = _at_working_size(rgba)
    if min(picture.size) < LEAST_STRIP_PX:
        return np.zeros(rgba.shape[:2], np.float32)
    coarse = np.asarray(picture.reduce(COARSE), np.float32)
    weights = _channel_weights(coarse)
    tone = ndimage.gaussian_filter(np.asarray(picture, np.float32) @ weights, 0.8) + DARKNESS
    paper, darker = _paper_tone(tone, coarse @ weights + DARKNESS)
    contrast = _without_rules(1 - tone / paper if darker else tone / paper - 1)
    ink = _strokes(contrast, LEAST_STEP / float(np.median(paper)), tone, darker)
    if ink.shape == rgba.shape[:2]:
        return ink
    return np.asarray(Image.fromarray(ink).resize((rgba.shape[1], rgba.shape[0]), Image.Resampling.BILINEAR))


def _at_working_size(rgba: np.ndarray) -> Image.Image:
    """Gives the picture in RGB, on white where it was transparent, neither larger nor smaller than is useful."""
    # Pillow premultiplies RGBA before it averages, which a picture without transparency need not wait for.
    mode = "RGBX" if rgba[..., 3].min() == 255 else "RGBA"
    picture = Image.frombuffer(mode, (rgba.shape[1], rgba.shape[0]), rgba, "raw", mode, 0, 1)
    longest = max(picture.size)
    if longest > WORKING_SIDE_PX:
        picture = picture.reduce(-(-longest // WORKING_SIDE_PX))
    elif longest < LEAST_SIDE_PX:
        scale = -(-LEAST_SIDE_PX // longest)
        picture = picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.BICUBIC)
    if mode == "RGBA":
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture.convert("RGB")


def _channel_weights(coarse: np.ndarray) -> np.ndarray:
    """Weighs red, green and blue, float32 (3,), by how they vary together with the one of most local contrast.

    A channel that varies against it gets no weight: an orange pen on grey paper is brighter in red and darker in blue,
    and must not cancel out.
    """
    local = coarse - ndimage.uniform_filter(coarse, (15, 15, 0))
    spans = np.percentile(np.abs(local), 98, axis=(0, 1))
    strongest = int(spans.argmax())
    marks = local[np.abs(local[..., strongest]) >= spans[strongest]]
    covariances = np.maximum(marks.T @ marks[:, strongest], 0) + np.float32(1e-3)
    return np.asarray(covariances / covariances.sum())


def _paper_tone(tone: np.ndarray, coarse: np.ndarray) -> tuple[np.ndarray, bool]:
    """Finds how much light the paper reflects where there is ink on it.

    Args:
        tone: float32 (H, W), reflected light.
        coarse: the same, reduced by `COARSE`.

    Returns:
        float32 (H, W), the light that bare paper reflects; and whether the ink is darker than that.
    """
    rim_tone = rim(coarse)
    if np.ptp(rim_tone) < EVEN_RIM:
        even = np.median(rim_tone)
        return np.full_like(tone, even), bool(even - coarse.min() >= coarse.max() - even)
    darker, width_px = _measure_strokes(coarse)
    size = int(1.5 * width_px) | 1
    paper = ndimage.grey_closing(tone, (size, size)) if darker else ndimage.grey_opening(tone, (size, size))
    # A closing follows the brightest grains of the paper, an opening the darkest.
    return paper * _mode(tone[::4, ::4] / paper[::4, ::4]), darker


def _mode(ratios: np.ndarray) -> float:
    """Gives the most frequent ratio around 1, to which paper contributes more than any table or ink."""
    counts, edges = np.histogram(ratios, bins=50, range=(0.5, 1.5))
    peak = edges[counts.argmax()] + 0.01
    return float(np.median(ratios[np.abs(ratios - peak) < 0.03]))


def _measure_strokes(coarse: np.ndarray) -> tuple[bool, int]:
    """Finds polarity and width of the strokes.

    At each width an edge votes for dark ink when its dark side vanishes in a closing of that width, and for light ink
    when its light side vanishes in an opening. The most unanimous width wins, narrow ones with an advantage,
    because sheets and tables vanish as well when the width comes near theirs.

    Args:
        coarse: float32 (h, w), positive.

    Returns:
        Whether the ink is darker than the paper, and the width in pixels of the working size.
    """
    tone = np.log(coarse)
    step = ndimage.maximum_filter(tone, 3) - ndimage.minimum_filter(tone, 3)
    edge = step > max(EDGE, 4 * float(np.median(step)))
    steps = step[edge]
    weights = np.minimum(steps, 1) ** 2
    most, darker, width, size = -1.0, True, 3, 3
    while size < max(4, 0.4 * min(tone.shape)):
        dark = ndimage.maximum_filter(ndimage.grey_closing(tone, (size, size)) - tone, 3)[edge]
        light = ndimage.maximum_filter(tone - ndimage.grey_opening(tone, (size, size)), 3)[edge]
        lead = float(weights[dark > 0.7 * steps].sum() - weights[light > 0.7 * steps].sum()) / size**0.7
        if abs(lead) > most:
            most, darker, width = abs(lead), lead >= 0, size
        size = max(size + 2, int(1.4 * size) | 1)
    return darker, width * COARSE


def _noise(contrast: np.ndarray) -> float:
    """Estimates the standard deviation on the smoothest paper; from below 0 only, where no ink is."""
    sample = contrast[::4, ::4]
    below = -sample[sample < 0]
    return max(0.005, float(np.percentile(below, 25)) / 0.319) if below.size else 0.005  # quartile of a half-normal


def _level(contrast: np.ndarray, floor: float) -> float:
    """Gives the contrast of full ink: half of the contrast energy above the floor lies below it; 0 without any."""
    above = np.sort(contrast[contrast > floor])
    if above.size == 0:
        return 0.0
    energy = np.cumsum(above**2)
    return float(above[np.searchsorted(energy, energy[-1] / 2)])


def _without_rules(contrast: np.ndarray) -> np.ndarray:
    contrast = contrast.copy()
    noise = _noise(contrast)
    level = _level(contrast, 4 * noise)
    for view in (contrast, contrast.T):
        _take_off_rules(view, noise, level)
    return contrast


def _take_off_rules(contrast: np.ndarray, noise: float, level: float) -> None:
    """Takes the rules that run from left to right off a contrast picture, in place."""
    thin = contrast - ndimage.grey_opening(contrast, (RULE_WIDTH_PX, 1))
    height, width = (side // 2 for side in thin.shape)
    half = thin[: 2 * height, : 2 * width].reshape(height, 2, width, 2).mean((1, 3))
    marked = ndimage.maximum_filter1d(half > max(0.02, 2 * noise), 3, axis=0)
    x = np.arange(contrast.shape[1])
    rules = []
    for middle, slope in _long_lines(marked):
        band = np.round(2 * middle + slope * (x - width)).astype(int) + np.arange(-4, 5)[:, None]
        band = band.clip(0, contrast.shape[0] - 1)
        rules.append((band, float(np.median(thin[band, x].max(0)))))
    usual = np.median([strength for _, strength in rules]) if rules else 0.0
    if len(rules) < (FEWEST_RULES if usual < FAINT_RULE * level else MANY_RULES):
        return
    for band, strength in rules:
        if strength < 1.6 * usual:
            contrast[band, x] -= np.minimum(thin[band, x], 1.3 * strength)


def _long_lines(marked: np.ndarray) -> list[tuple[int, float]]:
    """Finds lines from left to right of which more than half is marked: (row at the middle, slope), top to bottom."""
    block = 8  # pixels that share one shift: at the steepest slope they err by one pixel either way
    height, count = marked.shape[0], marked.shape[1] // block
    if count < block:
        return []
    blocks = marked[:, : count * block].reshape(height, count, block).mean(2)
    reach = int(np.ceil(SLOPES.max() * marked.shape[1] / 2)) + 1
    padded = np.pad(blocks, ((reach, reach), (0, 0)), constant_values=np.nan)
    x = (np.arange(count) + 0.5) * block - marked.shape[1] / 2
    rows = np.arange(reach, reach + height)[:, None]
    coverage = np.empty((SLOPES.size, height))
    for index, slope in enumerate(SLOPES):
        line = padded[rows + np.round(slope * x).astype(int), np.arange(count)]
        inside = count - np.isnan(line).sum(1)
        coverage[index] = np.nansum(line, axis=1) / np.maximum(inside, 0.3 * count)
    best = coverage.max(0)
    peaks = np.flatnonzero((best == ndimage.maximum_filter1d(best, 7)) & (best > 0.5))
    plateaus = np.split(peaks, np.flatnonzero(np.diff(peaks) > 3) + 1) if peaks.size else []
    middles = [int(plateau[plateau.size // 2]) for plateau in plateaus]
    return [(middle, float(SLOPES[coverage[:, middle] == best[middle]].mean())) for middle in middles]


def _strokes(contrast: np.ndarray, least: float, tone: np.ndarray, darker: bool) -> np.ndarray:
    """Separates strokes, which have at least a certain contrast, from all else: float32 (H, W) in [0, 1]."""
    floor = max(4 * _noise(contrast), least)
    level = _level(contrast, floor)
    pieces = _Pieces.of(contrast > max(level / 2, floor))
    # A table may be darker than the ink, which comes out only when the table is gone.
    off_the_sheet = ndimage.maximum_filter(pieces.picture(_lie_on_the_rim(pieces)), 7)
    contrast = np.where(off_the_sheet, 0, contrast)
    level = _level(contrast, floor)
    pieces = _Pieces.of(contrast > max(level / 2, floor))
    strokes = pieces.picture(_belong_to_a_digit(pieces, _have_sharp_outlines(pieces, tone, darker, level / 2)))
    if not strokes.any():
        return np.zeros(contrast.shape, np.float32)
    near = ndimage.maximum_filter(strokes, 7)
    return np.where(near, np.clip(2 * contrast / level - 0.5, 0, 1), 0).astype(np.float32)


@dataclass(frozen=True)
class _Pieces:
    """Connected pieces of a picture. Arrays have an entry a piece; entry 0 is what belongs to none."""

    labels: np.ndarray
    areas: np.ndarray
    top: np.ndarray
    bottom: np.ndarray
    left: np.ndarray
    right: np.ndarray

    @classmethod
    def of(cls, marked: np.ndarray) -> "_Pieces":
        labels, count = ndimage.label(marked, EIGHT_NEIGHBOURS)
        boxes = [(rows.start, rows.stop, columns.start, columns.stop) for rows, columns in ndimage.find_objects(labels)]
        return cls(labels, np.bincount(labels.ravel(), minlength=count + 1), *np.array([(0, 0, 0, 0), *boxes]).T)

    @property
    def spans(self) -> np.ndarray:
        """The longer side of each piece's box."""
        return np.maximum(self.bottom - self.top, self.right - self.left)

    @property
    def depths(self) -> np.ndarray:
        """How far each piece reaches into the picture from the nearest rim."""
        height, width = self.labels.shape
        return np.minimum.reduce([self.bottom, height - self.top, self.right, width - self.left])

    @property
    def gaps(self) -> np.ndarray:
        """How much paper there is between each piece and the nearest rim."""
        height, width = self.labels.shape
        return np.minimum.reduce([self.top, height - self.bottom, self.left, width - self.right])

    def picture(self, kept: np.ndarray) -> np.ndarray:
        """Gives the picture of some of the pieces, bool (H, W)."""
        return np.asarray((kept & (np.arange(kept.size) > 0))[self.labels])


def _lie_on_the_rim(pieces: _Pieces) -> np.ndarray:
    contact = np.bincount(rim(pieces.labels), minlength=pieces.areas.size)
    shallow = pieces.depths < 2 * MARGIN * min(pieces.labels.shape)
    return np.asarray((contact > 0.6 * pieces.spans) | ((pieces.gaps <= 3) & shallow))


def _have_sharp_outlines(pieces: _Pieces, tone: np.ndarray, darker: bool, least: float) -> np.ndarray:
    inside = ndimage.binary_erosion(pieces.labels > 0, border_value=1)
    rows, columns = np.nonzero((pieces.labels > 0) & ~inside)
    near = around(tone, rows, columns, AROUND)
    darkest, lightest = near.min(0), near.max(0)
    steps = 1 - darkest / lightest if darker else lightest / darkest - 1
    piece = pieces.labels[rows, columns]
    outline = np.bincount(piece, minlength=pieces.areas.size)
    sharp = np.bincount(piece[steps > least], minlength=pieces.areas.size)
    return np.asarray(sharp > SHARP_OUTLINE * outline)


def _belong_to_a_digit(pieces: _Pieces, sharp: np.ndarray) -> np.ndarray:
    """Chooses the largest piece that could be a digit and what is no speck beside it; without the former, none."""
    central = pieces.depths > MARGIN * min(pieces.labels.shape)
    large = pieces.spans >= LEAST_SPAN * min(pieces.labels.shape)
    areas = np.where(sharp & central & large, pieces.areas, 0)
    areas[0] = 0
    return np.asarray((areas.max() > 0) & sharp & (pieces.areas > LEAST_PIECE * areas.max()))


def rim(picture: np.ndarray) -> np.ndarray:
    """Gives the outermost pixels of a picture: (H, W, ...) -> (N, ...)."""
    return np.concatenate([picture[0], picture[-1], picture[1:-1, 0], picture[1:-1, -1]])


def around(picture: np.ndarray, rows: np.ndarray, columns: np.ndarray, steps: Steps) -> np.ndarray:
    """Gathers what lies (down, right) of each pixel, the nearest pixel where that is outside: (steps, pixels)."""
    height, width = picture.shape
    return np.stack([picture[(rows + d).clip(0, height - 1), (columns + r).clip(0, width - 1)] for d, r in steps])
