"""Ink on photographed or scanned paper.

Paper is lit unevenly, so ink is what differs from the paper *around* it:

1. The picture is reduced, and its channels are mixed by how much they show of the ink: red counts for a blue pen, blue
   for an orange one.
2. A closing or opening that is wider than the pen leaves the paper without its ink, and keeps the edges of shadows
   (`mnist_core.drawing.paper`). The picture's light divided by the paper's is the contrast, which no longer depends on
   the lamp.
3. Rules are taken off (`mnist_core.drawing.rules`).
4. Full ink is the contrast at which half of the picture's contrast energy lies (`mnist_core.drawing.contrast`). A pixel
   with half of it is the edge of a stroke; grey levels are kept around that.
5. A mark stays if it has a sharp edge all around and does not run along the rim; specks go
   (`mnist_core.drawing.marks`). If no mark is large enough to be a digit, the sheet is unused.
"""

import numpy as np
from PIL import Image
from scipy import ndimage

from mnist_core.drawing.contrast import full_ink, noise_of
from mnist_core.drawing.marks import Marks
from mnist_core.drawing.paper import COARSE, paper_tone
from mnist_core.drawing.rules import without_rules

WORKING_SIDE_PX = 800  # a larger photograph is reduced to at most this: a digit of a twentieth still has 40 px
LEAST_SIDE_PX = 200  # a smaller photograph is enlarged to at least this
LEAST_STRIP_PX = 16  # a narrower picture is no photograph of a digit

# Chosen by eye on synthetic photographs (`tests/photographs.py`), but where a figure stands beside them.
LEAST_STEP = 14.0  # grey levels between paper and the faintest ink: pencil has 40 or more, JPEG blocks in dim light 10
INK_ABOVE_NOISE = 4  # standard deviations of the noise, likewise
DARKNESS = 8.0  # grey levels added before dividing, so that black does not amplify noise
BLUR_PX = 0.8  # standard deviation of the blur that takes away the sensor's noise
NEAR_PX = 7  # a stroke's soft edge, and a table's, lie within a square of this side

LOCAL_PX = 15  # of the coarse picture: a channel's contrast is local to a square of this side
STRONG_CONTRAST = 98  # percentile: the pixels of most contrast, by which channels are compared
LEAST_COVARIANCE = np.float32(1e-3)  # so that the weights of a picture without any contrast are even


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
    tone = ndimage.gaussian_filter(np.asarray(picture, np.float32) @ weights, BLUR_PX) + DARKNESS
    paper, darker = paper_tone(tone, coarse @ weights + DARKNESS)
    contrast = without_rules(1 - tone / paper if darker else tone / paper - 1, INK_ABOVE_NOISE)
    ink = _strokes(contrast, LEAST_STEP / float(np.median(paper)), tone, darker)
    if ink.shape == rgba.shape[:2]:
        return ink
    return np.asarray(Image.fromarray(ink).resize((rgba.shape[1], rgba.shape[0]), Image.Resampling.BILINEAR))


def _at_working_size(rgba: np.ndarray) -> Image.Image:
    """Returns the picture in RGB, on white where it was transparent, neither larger nor smaller than is useful."""
    # Pillow premultiplies RGBA before it averages; a picture without transparency does not need that.
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
    local = coarse - ndimage.uniform_filter(coarse, (LOCAL_PX, LOCAL_PX, 0))
    spans = np.percentile(np.abs(local), STRONG_CONTRAST, axis=(0, 1))
    strongest = int(spans.argmax())
    marks = local[np.abs(local[..., strongest]) >= spans[strongest]]
    covariances = np.maximum(marks.T @ marks[:, strongest], 0) + LEAST_COVARIANCE
    return np.asarray(covariances / covariances.sum())


def _strokes(contrast: np.ndarray, least: float, tone: np.ndarray, darker: bool) -> np.ndarray:
    """Separates strokes from all else.

    Args:
        contrast: float32 (H, W), without rules.
        least: the contrast that ink has at least.
        tone: float32 (H, W), reflected light.
        darker: whether ink is darker than paper.

    Returns:
        float32 (H, W) in [0, 1].
    """
    floor = max(INK_ABOVE_NOISE * noise_of(contrast), least)
    level = full_ink(contrast, floor)
    marks = Marks.of(contrast > max(level / 2, floor))
    # A table may be darker than the ink, which comes out only when the table is gone.
    off_the_sheet = ndimage.maximum_filter(marks.picture(marks.lie_on_the_rim()), NEAR_PX)
    contrast = np.where(off_the_sheet, 0, contrast)
    level = full_ink(contrast, floor)
    marks = Marks.of(contrast > max(level / 2, floor))
    sharp = marks.have_sharp_outlines(tone, darker, level / 2)
    strokes = marks.picture(marks.belong_to_a_digit(sharp))
    if not strokes.any():
        return np.zeros(contrast.shape, np.float32)
    near = ndimage.maximum_filter(strokes, NEAR_PX)
    return np.where(near, np.clip(2 * contrast / level - 0.5, 0, 1), 0).astype(np.float32)
