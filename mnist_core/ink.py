"""Ink from pictures: what a pen has left on a canvas, or on a photographed sheet, without knowing which it is."""

from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage

FLAT_RIM = 0.4
COMPRESSED = 0.05
SMALL_SIDE_PX = 64
WORKING_SIDE_PX = 800
COARSE = 4


def ink_from_rgba(rgba: np.ndarray) -> np.ndarray:
    if rgba.dtype != np.uint8 or rgba.ndim != 3 or rgba.shape[2] != 4 or rgba.size == 0:
        raise ValueError(f"rgba must be uint8 (H, W, 4) with at least one pixel, but is {rgba.dtype} {rgba.shape}.")
    ink = _ink_of_drawing(np.ascontiguousarray(rgba))
    return _ink_of_photograph(rgba) if ink is None else ink


# ---- drawings


def _ink_of_drawing(rgba: np.ndarray) -> np.ndarray | None:
    colours = rgba.view(np.uint32)[..., 0]
    transparent = rgba[..., 3] == 0
    if transparent.any():
        colours = np.where(transparent, 0, colours)
    paper, share = _paper(colours)
    if share < FLAT_RIM:
        return None
    marked = np.flatnonzero(colours != paper)
    ink = np.zeros(colours.shape, np.float32)
    if marked.size == 0:
        return ink
    distances = _distances(rgba.reshape(-1, 4)[marked], np.array([paper], np.uint32).view(np.uint8))
    farthest = distances.max()
    if farthest < 12:
        return ink
    ink.reshape(-1)[marked] = distances / farthest
    if paper and min(ink.shape) > SMALL_SIDE_PX and _looks_compressed(ink, marked):
        return None
    return ink


def _paper(colours: np.ndarray) -> tuple[int, float]:
    rim = np.concatenate([colours[0], colours[-1], colours[1:-1, 0], colours[1:-1, -1]])
    values, votes = np.unique(rim, return_counts=True)
    votes = votes.astype(np.float64)
    for corner in (colours[0, 0], colours[0, -1], colours[-1, 0], colours[-1, -1]):
        votes[np.searchsorted(values, corner)] += rim.size / 8
    return int(values[votes.argmax()]), float(votes.max() / votes.sum())


def _distances(pixels: np.ndarray, paper: np.ndarray) -> np.ndarray:
    if paper[3] == 0:
        return pixels[:, 3].astype(np.float32)
    difference = _premultiplied(pixels) - _premultiplied(paper[None])
    return np.sqrt(np.einsum("ij,ij->i", difference, difference))


def _premultiplied(pixels: np.ndarray) -> np.ndarray:
    light = pixels.astype(np.float32)
    if (pixels[:, 3] != 255).any():
        light[:, :3] *= light[:, 3:] / 255
    return light


def _looks_compressed(ink: np.ndarray, marked: np.ndarray) -> bool:
    sample = marked[:: 1 + marked.size // 1000]
    rows, columns = np.divmod(sample, ink.shape[1])
    near = np.stack([ink[(rows + down).clip(0, ink.shape[0] - 1), (columns + right).clip(0, ink.shape[1] - 1)] for down in (-2, 0, 2) for right in (-2, 0, 2)])
    spread = near.max(0) - near.min(0)
    share = ((0 < spread) & (spread < 0.2)).mean()
    if DEBUG: print('loose %.3f' % share, end=' ')
    return bool(share > COMPRESSED)
DEBUG=0


# ---- photographs


@dataclass(frozen=True)
class _Strokes:
    darker: bool
    width_px: int


def _ink_of_photograph(rgba: np.ndarray) -> np.ndarray:
    picture = _at_working_size(rgba)
    if min(picture.size) < 16:
        return np.zeros(rgba.shape[:2], np.float32)
    coarse = np.asarray(picture.reduce(COARSE), np.float32)
    weights = _channel_weights(coarse)
    strokes = _find_strokes(coarse @ weights)
    tone = ndimage.gaussian_filter(np.asarray(picture, np.float32) @ weights, 0.8) + 8
    contrast = _contrast(tone, strokes)
    contrast = _without_rules(contrast)
    ink = _clean(contrast, tone, strokes)
    return _resized(ink, rgba.shape[:2])


def _at_working_size(rgba):
    picture = Image.fromarray(rgba)
    longest = max(picture.size)
    if longest > WORKING_SIDE_PX:
        picture = picture.reduce(-(-longest // WORKING_SIDE_PX))
    elif longest < 200:
        scale = -(-200 // longest)
        picture = picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.BICUBIC)
    if picture.getextrema()[3][0] < 255:
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture.convert("RGB")


def _channel_weights(coarse):
    local = [ndimage.grey_closing(coarse[..., c], (7, 7)) - ndimage.grey_opening(coarse[..., c], (7, 7)) for c in range(3)]
    spread = np.array([np.percentile(channel, 99) for channel in local], np.float32)
    return (spread**2 + 1e-3) / (spread**2 + 1e-3).sum()


EXP=.25
def _find_strokes(coarse):
    tone = np.log(coarse + 8)
    step = ndimage.maximum_filter(tone, 3) - ndimage.minimum_filter(tone, 3)
    edge = step > max(0.08, 4 * float(np.median(step)))
    steps = step[edge]
    weights = np.minimum(steps, 1) ** 2
    best = (-1.0, True, 3)
    size = 3
    while size < 0.4 * min(tone.shape):
        dark = ndimage.maximum_filter(ndimage.grey_closing(tone, (size, size)) - tone, 3)[edge]
        light = ndimage.maximum_filter(tone - ndimage.grey_opening(tone, (size, size)), 3)[edge]
        lead = float(weights[dark > 0.7 * steps].sum() - weights[light > 0.7 * steps].sum())
        best = max(best, (abs(lead) / size**EXP, lead >= 0, size), key=lambda x: x[0])
        size = max(size + 2, int(size * 1.4) | 1)
    return _Strokes(best[1], best[2] * COARSE)


def _contrast(tone, strokes):
    size = int(1.5 * strokes.width_px) | 1
    if strokes.darker:
        contrast = 1 - tone / ndimage.grey_closing(tone, (size, size))
    else:
        contrast = tone / ndimage.grey_opening(tone, (size, size)) - 1
    return contrast - np.median(contrast)


def _noise(contrast):
    paper = contrast[contrast <= np.percentile(contrast, 75)]
    return max(0.005, 1.4826 * float(np.median(np.abs(paper - np.median(paper)))))


RULE_WIDTH_PX = 7
SLOPES = np.linspace(-0.24, 0.24, 49)
BLOCK = 8


def _without_rules(contrast):
    noise = _noise(contrast)
    level = _level(contrast, max(4*noise, .06))
    for view in (contrast, contrast.T):
        thin = view - ndimage.grey_opening(view, (RULE_WIDTH_PX, 1))
        _remove_rules(view, thin, noise, level)
    return contrast


def _remove_rules(contrast, thin, noise, level):
    rows, columns = (side // 2 * 2 for side in thin.shape)
    if columns < 8 * BLOCK:
        return
    half = thin[:rows, :columns].reshape(rows // 2, 2, columns // 2, 2).mean((1, 3))
    marked = ndimage.maximum_filter1d(half > max(0.02, 2 * noise), 3, axis=0)
    x = np.arange(contrast.shape[1])
    lines = []
    for middle, slope in _long_lines(marked):
        band = np.round(2 * middle + slope * (x - columns / 2)).astype(int) + np.arange(-4, 5)[:, None]
        band = band.clip(0, contrast.shape[0] - 1)
        lines.append((band, float(np.median(thin[band, x].max(0)))))
    if len(lines) < 3:
        return
    usual = np.median([rule for _, rule in lines])
    if len(lines) < 6 and usual > 0.6 * level: return
    for band, rule in lines:
        if rule < 1.6 * usual:
            contrast[band, x] -= np.minimum(thin[band, x], 1.3 * rule)   # band rows are unique unless clipped


def _long_lines(marked):
    count = marked.shape[1] // BLOCK
    blocks = marked[:, : count * BLOCK].reshape(marked.shape[0], count, BLOCK).mean(2)
    reach = int(np.ceil(SLOPES.max() * marked.shape[1] / 2)) + 1
    padded = np.pad(blocks, ((reach, reach), (0, 0)))
    x = (np.arange(count) + 0.5) * BLOCK - marked.shape[1] / 2
    rows = np.arange(marked.shape[0])[:, None] + reach
    columns = np.arange(count)
    inside = np.pad(np.ones_like(blocks), ((reach, reach), (0, 0)))
    coverage = []
    for s in SLOPES:
        line = rows + np.round(s * x).astype(int), columns
        seen = inside[line].sum(1)
        coverage.append(padded[line].sum(1) / np.maximum(seen, 0.3 * count))
    coverage = np.stack(coverage)
    best = coverage.max(0)
    peaks = np.flatnonzero((best == ndimage.maximum_filter1d(best, 7)) & (best > 0.5))
    runs = np.split(peaks, np.flatnonzero(np.diff(peaks) > 3) + 1) if peaks.size else []
    middles = [int(run[run.size // 2]) for run in runs]
    return [(m, float(SLOPES[coverage[:, m] == best[m]].mean())) for m in middles]


def _level(contrast, floor):
    above = np.sort(contrast[contrast > floor])
    if above.size < 30:
        return 0.0
    energy = np.cumsum(above**2)
    return float(above[np.searchsorted(energy, energy[-1] / 2)])


def _clean(contrast, tone, strokes):
    floor = max(4 * _noise(contrast), 14 / float(np.median(tone[::4, ::4])))
    contrast = np.where(_off_the_sheet(contrast > floor), 0, contrast)
    level = _level(contrast, floor)
    if level == 0:
        return np.zeros(contrast.shape, np.float32)
    marked = contrast > max(0.5 * level, floor)
    marked &= ~_off_the_sheet(marked)
    marked = _with_edges(marked, tone, strokes.darker, 0.5 * level)
    near = ndimage.binary_dilation(_without_specks(marked), np.ones((3, 3)), iterations=3)
    return np.where(near, np.clip((contrast / level - 0.25) / 0.5, 0, 1), 0).astype(np.float32)


def _off_the_sheet(marked):
    height, width = marked.shape
    labels, count = ndimage.label(marked, np.ones((3, 3)))
    contact = np.bincount(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]), minlength=count + 1)
    top, bottom, left, right = _boxes(labels)
    spans = np.maximum(bottom - top, right - left)
    depths = np.minimum.reduce([bottom, height - top, right, width - left])
    touches = np.minimum.reduce([top, height - bottom, left, width - right]) <= 3
    off = (contact > 0.6 * spans) | (touches & (depths < 0.2 * min(height, width)))
    off[0] = False
    return off[labels]


def _boxes(labels):
    return np.array([(0, 0, 0, 0), *((r.start, r.stop, c.start, c.stop) for r, c in ndimage.find_objects(labels))]).T


SHARP=0.9
STAT=[]
def _with_edges(marked, tone, darker, least):
    outline = marked & ~ndimage.binary_erosion(marked, border_value=1)
    labels, count = ndimage.label(marked, np.ones((3, 3)))
    rows, columns = np.nonzero(outline)
    near = np.stack([tone[(rows + d).clip(0, tone.shape[0] - 1), (columns + r).clip(0, tone.shape[1] - 1)] for d, r in AROUND])
    darkest, lightest = near.min(0), near.max(0)
    steps = 1 - darkest / lightest if darker else lightest / darkest - 1
    piece = labels[rows, columns]
    sharp = np.bincount(piece[steps > least], minlength=count + 1) / np.maximum(1, np.bincount(piece, minlength=count + 1))
    sizes=np.bincount(labels.ravel()); sizes[0]=0
    if count: STAT.append((sharp[sizes.argmax()], sizes.max()))
    sharp[0] = 0
    return (sharp > SHARP)[labels]


AROUND = [(0, 0), (-4, 0), (4, 0), (0, -4), (0, 4), (-3, -3), (-3, 3), (3, -3), (3, 3)]


def _without_specks(marked):
    height, width = marked.shape
    labels, count = ndimage.label(marked, np.ones((3, 3)))
    top, bottom, left, right = _boxes(labels)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    central = np.minimum.reduce([bottom, height - top, right, width - left]) > 0.1 * min(height, width)
    spans = np.maximum(bottom - top, right - left)
    candidates = np.where(central & (spans >= 0.05 * max(height, width)), sizes, 0)
    candidates[0] = 0
    main = int(candidates.argmax())
    if not candidates[main]:
        return np.zeros_like(marked)
    margin = 0.2 * spans[main]
    close = (top < bottom[main] + margin) & (bottom > top[main] - margin) & (left < right[main] + margin) & (right > left[main] - margin)
    keep = (sizes > 0.02 * sizes[main]) & (central | close)
    keep[0] = False
    return keep[labels]


def _resized(ink, shape):
    if ink.shape == shape:
        return ink
    return np.asarray(Image.fromarray(ink).resize((shape[1], shape[0]), Image.Resampling.BILINEAR))
