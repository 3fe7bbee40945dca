"""A synthetic camera: photographs of handwriting whose true ink is known.

A sheet of paper reflects, ink covers part of it, light falls on it unevenly, a lens blurs, a sensor adds noise, a file
format rounds. Each of these is a field of `Scene`; everything random follows from a seed.
"""

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage

from mnist_core.drawing.framing import Ink
from mnist_core.drawing.strokes import render
from tests.handwriting import DIGITS, placed

Colour = tuple[int, int, int]


def written(
    digit: int, shape: tuple[int, int] = (480, 640), *, pen_width_px: float = 14, height: float = 0.6, left: float = 0.5
) -> Ink:
    """Writes a digit onto a sheet.

    Args:
        digit: which.
        shape: height and width of the sheet.
        pen_width_px: width of the pen.
        height: of the digit, as a share of the sheet's shorter side.
        left: where its middle is, as a share of the sheet's width.

    Returns:
        float32 (H, W) in [0, 1].
    """
    rows, columns = shape
    side = max(shape)
    size = height * min(shape)
    top = (rows - size) / 2
    return render(placed(DIGITS[digit], size, left * columns - size / 2, top), side, pen_width_px)[:rows, :columns]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a photograph is taken of, and with what; lengths in pixels, losses as shares of the light."""

    paper: Colour = (238, 234, 224)
    ink: Colour = (38, 42, 60)
    grain: float = 0.0  # how much of the ink the paper's texture leaves out, as a pencil does
    rules: str = ""  # "lines" or "squares"
    rule_colour: Colour = (176, 196, 220)
    rule_distance_px: float = 36.0
    rule_width_px: float = 1.6
    tilt: float = 0.0  # degrees by which the rules are turned
    table: Colour | None = None
    table_sides: str = "left"  # the rims at which the table shows
    table_width: float = 0.08  # share of the picture's width
    light: float = 0.92  # how bright the brightest paper is, 1 is where the sensor ends
    gradient: float = 0.2
    gradient_angle: float = 30.0
    vignette: float = 0.1
    shadow: float = 0.0
    shadow_edge_px: float = 25.0  # how soft the shadow's edge is
    blur_px: float = 0.8
    noise: float = 0.012
    jpeg_quality: int = 85


def photograph(ink: Ink, scene: Scene, seed: int = 0) -> np.ndarray:
    """Takes a photograph of inked paper.

    Args:
        ink: float32 (H, W) in [0, 1], 1 where the pen has been.
        scene: paper, ink, light and camera.
        seed: determines all that is random.

    Returns:
        uint8 (H, W, 4): the picture as an upload brings it, opaque.
    """
    rng = np.random.default_rng(seed)
    reflected = _reflectance(ink, scene, rng)
    seen = reflected * _light(ink.shape, scene, rng)[..., None]
    seen = ndimage.gaussian_filter(seen, (scene.blur_px, scene.blur_px, 0))
    seen = seen + rng.normal(0, 1, seen.shape) * scene.noise * np.sqrt(np.maximum(seen, 0.02))
    return _as_jpeg(_srgb(seen), scene.jpeg_quality)


def _reflectance(ink: np.ndarray, scene: Scene, rng: np.random.Generator) -> np.ndarray:
    coverage = ink * (1 - scene.grain * _texture(ink.shape, 1.2, rng))
    sheet = np.broadcast_to(_linear(scene.paper), (*ink.shape, 3))
    sheet = sheet * (1 - 0.02 * _texture(ink.shape, 1.0, rng)[..., None])
    if scene.rules:
        rules = _rules(ink.shape, scene)[..., None]
        sheet = sheet * (1 - rules) + _linear(scene.rule_colour) * rules
    # What is darker than the paper lets its rules show through; chalk covers them.
    paper, colour = _linear(scene.paper), _linear(scene.ink)
    inked = np.where(colour < paper, colour * sheet / paper, colour)
    sheet = sheet + (inked - sheet) * coverage[..., None]
    if scene.table:
        table = _table(ink.shape, scene)[..., None]
        wood = _linear(scene.table) * (1 - 0.3 * _texture(ink.shape, 6.0, rng)[..., None])
        sheet = sheet * (1 - table) + wood * table
    return sheet


def _light(shape: tuple[int, ...], scene: Scene, rng: np.random.Generator) -> np.ndarray:
    x, y = _coordinates(shape)
    angle = np.radians(scene.gradient_angle)
    along = x * np.cos(angle) + y * np.sin(angle)
    light = scene.light * (1 - scene.gradient * (along + 0.7) / 1.4) * (1 - scene.vignette * 2 * (x**2 + y**2))
    if scene.shadow:
        direction = rng.uniform(0, 2 * np.pi)
        distance_px = (x * np.cos(direction) + y * np.sin(direction) + rng.uniform(-0.15, 0.15)) * max(shape)
        light = light * (1 - scene.shadow / (1 + np.exp(-distance_px / (scene.shadow_edge_px / 4))))
    return np.asarray(light)


def _rules(shape: tuple[int, ...], scene: Scene) -> np.ndarray:
    x, y = (axis * max(shape) for axis in _coordinates(shape))
    tilt = np.radians(scene.tilt)
    across = [y * np.cos(tilt) - x * np.sin(tilt)]
    if scene.rules == "squares":
        across.append(x * np.cos(tilt) + y * np.sin(tilt))
    distances_px = [
        np.abs((a + scene.rule_distance_px / 2) % scene.rule_distance_px - scene.rule_distance_px / 2) for a in across
    ]
    return np.asarray(np.clip(scene.rule_width_px / 2 + 0.5 - np.minimum.reduce(distances_px), 0, 1))


def _table(shape: tuple[int, ...], scene: Scene) -> np.ndarray:
    x, y = _coordinates(shape)
    sides = {"left": -x - 0.08 * y, "right": x + 0.05 * y, "top": -y + 0.06 * x, "bottom": y - 0.07 * x}
    reach = {"left": np.ptp(x) / 2, "right": np.ptp(x) / 2, "top": np.ptp(y) / 2, "bottom": np.ptp(y) / 2}
    inside = [reach[side] - scene.table_width - sides[side] for side in scene.table_sides.split()]
    return np.asarray(np.clip(0.5 - np.minimum.reduce(inside) * max(shape), 0, 1))


def _coordinates(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """x and y from the middle, in units of the longer side."""
    rows, columns = shape
    y, x = np.mgrid[:rows, :columns].astype(np.float64)
    return (x - (columns - 1) / 2) / max(shape), (y - (rows - 1) / 2) / max(shape)


def _texture(shape: tuple[int, ...], size_px: float, rng: np.random.Generator) -> np.ndarray:
    """Clouds between 0 and 1, as coarse as `size_px`."""
    clouds = ndimage.gaussian_filter(rng.normal(0, 1, shape), size_px)
    return np.asarray(np.clip(0.5 + clouds / (4 * clouds.std()), 0, 1))


def _linear(colour: Colour) -> np.ndarray:
    return (np.array(colour) / 255) ** 2.2


def _srgb(light: np.ndarray) -> np.ndarray:
    return np.round(255 * np.clip(light, 0, 1) ** (1 / 2.2)).astype(np.uint8)


def _as_jpeg(rgb: np.ndarray, quality: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file).convert("RGBA"))
