"""Ink from pictures: the trace of a pen, on a canvas or on photographed paper.

`ink_from_rgba` decides by itself which of the two it has; `mnist_core.drawing.photographs` reads photographs.

A canvas has a flat rim. Its paper is the colour with most votes: one for each pixel of the rim, and half as many in all
for the four corners, which even a fat pen rarely reaches. So a scribble may cover most of a canvas and is still the
ink, and light on dark needs no rule of its own. An anti-aliased pixel mixes paper and ink linearly (source-over, Porter
and Duff 1984), so its distance from the paper, in premultiplied RGBA, is its share of ink. On transparent paper that is
the alpha channel. A flat rim that merely frames something else, as in a screenshot, is cut off first.
"""

import threading
from contextlib import nullcontext

import numpy as np

from mnist_core.drawing.photographs import ink_of_photograph
from mnist_core.drawing.pixels import around, rim

FLAT_RIM = 0.4  # share of the votes from which a rim's colour is a canvas's paper; photographs reach 0.3
RIM_PER_CORNER_VOTE = 8  # pixels of the rim for each vote of a corner: the four have half as many votes as the rim
LEAST_DISTANCE = 12.0  # of 442 from black to white: a smaller difference from flat paper is rounding

SMALL_SIDE_PX = 64  # MNIST's own images and thumbnails have soft edges everywhere and are drawings all the same
SMOOTH = 0.2  # ink, from the least to the most around a pixel: a smaller difference is no edge; chosen by eye
COMPRESSED = 0.05  # share of smooth pixels in a drawing; canvases have at most 0.024, JPEG and WebP 0.12 or more
SAMPLED = 500  # inked pixels of which that share is taken
NEAR = tuple((down, right) for down in (-2, 0, 2) for right in (-2, 0, 2))  # px: its square around a pixel

FRAMED_AREA = 0.4  # share of the picture that a frame's inside must fill; chosen by eye
FRAMED_RIM = 0.97  # share of the inside's outermost pixels that must differ from the frame; chosen by eye
MOST_FRAMES = 2  # around one another that are cut off: a screenshot's and a window's

SMALL_PX = 300_000  # larger pictures, which take up to 60 MB meanwhile, are read one at a time
PIXELS_AT_ONCE = 250_000  # whose distances are measured; each pixel takes 40 bytes meanwhile

_one_at_a_time = threading.Lock()


def ink_from_rgba(rgba: np.ndarray) -> np.ndarray:
    """Finds the ink in a picture of a canvas, a sheet or a board, whatever its colours, polarity or transparency.

    A drawing on a flat or transparent canvas comes out exactly; a photograph comes out as clean strokes. A blank canvas
    or an unused sheet gives zeros throughout.

    Args:
        rgba: uint8 (H, W, 4), colours not premultiplied.

    Returns:
        float32 (H, W) in [0, 1]: 0 is paper, 1 is ink.

    Raises:
        ValueError: the array has another type or shape, or no pixel.
    """
    if rgba.dtype != np.uint8 or rgba.ndim != 3 or rgba.shape[2] != 4 or rgba.size == 0:
        raise ValueError(f"rgba must be uint8 (H, W, 4) with at least one pixel, but is {rgba.dtype} {rgba.shape}.")
    with _one_at_a_time if rgba.size > 4 * SMALL_PX else nullcontext():
        return _ink(np.ascontiguousarray(rgba), MOST_FRAMES)


def _ink(rgba: np.ndarray, frames: int) -> np.ndarray:
    """Finds the ink in a picture, after cutting off at most so many frames."""
    ink = _ink_of_drawing(rgba, frames)
    return ink_of_photograph(rgba) if ink is None else ink


def _ink_of_drawing(rgba: np.ndarray, frames: int) -> np.ndarray | None:
    """Returns the ink of a canvas, float32 (H, W); None if the picture is no canvas."""
    paper, share = _paper(rgba)
    if share < FLAT_RIM:
        return None
    colours = rgba.view(np.uint32)[..., 0]
    differs = rgba[..., 3] != 0 if paper[3] == 0 else colours != paper.view(np.uint32)
    ink = np.zeros(differs.shape, np.float32)
    if frames and (framed := _framed(differs)) is not None:
        ink[framed] = _ink(np.ascontiguousarray(rgba[framed]), frames - 1)
        if ink.any():
            return ink
    marked = np.flatnonzero(differs)
    if marked.size == 0:
        return ink
    parts = np.array_split(marked, 1 + marked.size // PIXELS_AT_ONCE)
    distances = np.concatenate(
        [_distances(colours.reshape(-1)[part].view(np.uint8).reshape(-1, 4), paper) for part in parts]
    )
    farthest = distances.max()
    if farthest < LEAST_DISTANCE:
        return ink
    ink.reshape(-1)[marked] = distances / farthest
    return None if paper[3] and _is_compressed(ink, marked) else ink


def _paper(rgba: np.ndarray) -> tuple[np.ndarray, float]:
    """Returns the colour, uint8 (4,), that the rim votes for, and its share of the votes."""
    outermost = rim(rgba)
    corners = rgba[[0, 0, -1, -1], [0, -1, 0, -1]]
    votes = np.concatenate([outermost, np.repeat(corners, len(outermost) // RIM_PER_CORNER_VOTE, axis=0)])
    votes[votes[:, 3] == 0] = 0
    colours, counts = np.unique(votes.view(np.uint32), return_counts=True)
    winner = counts.argmax()
    return colours[winner : winner + 1].view(np.uint8), float(counts[winner] / counts.sum())


def _framed(differs: np.ndarray) -> tuple[slice, slice] | None:
    """Finds the inside of a frame: a filled rectangle in most of a picture whose rim has one colour."""
    if np.count_nonzero(differs) < differs.size * FRAMED_AREA / 2:
        return None
    rows, columns = np.flatnonzero(differs.any(1)), np.flatnonzero(differs.any(0))
    inside = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    part = differs[inside]
    if part.size < FRAMED_AREA * differs.size or part.size == differs.size or rim(part).mean() < FRAMED_RIM:
        return None
    return inside


def _distances(pixels: np.ndarray, paper: np.ndarray) -> np.ndarray:
    """Measures how far pixels, uint8 (N, 4), are from the paper: float32 (N,), proportional to their share of ink."""
    if paper[3] == 0:
        return pixels[:, 3].astype(np.float32)
    difference = _premultiplied(pixels)
    difference -= _premultiplied(paper[None])
    return np.sqrt(np.einsum("ij,ij->i", difference, difference))


def _premultiplied(pixels: np.ndarray) -> np.ndarray:
    light = pixels.astype(np.float32)
    if (pixels[:, 3] != 255).any():
        light[:, :3] *= light[:, 3:] / 255
    return light


def _is_compressed(ink: np.ndarray, marked: np.ndarray) -> bool:
    """Returns whether a seeming drawing is smooth in places, as lossy files and photographs are and no canvas is."""
    if min(ink.shape) <= SMALL_SIDE_PX:
        return False
    rows, columns = np.divmod(marked[:: 1 + marked.size // SAMPLED], ink.shape[1])
    near = around(ink, rows, columns, NEAR)
    difference = near.max(0) - near.min(0)
    return bool(((difference > 0) & (difference < SMOOTH)).mean() > COMPRESSED)
