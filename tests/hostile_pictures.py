"""Pictures and drawings that nobody means as a number, and pages that hold too much of one: what reading must survive.

Pictures are RGBA, uint8 (H, W, 4), as they come out of a file; drawings are the points of pen strokes on the paper.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from mnist_core.drawing.strokes import PenStroke, Writing, render

Grey = npt.NDArray[np.uint8]

SIDE_PX = 1600  # the longest side that an uploaded picture is left with
PAPER_PX = 480


def printed(lines: list[str], size_px: float, shape: tuple[int, int], step: float = 1.4) -> Grey:
    """Prints lines of text in black on white: uint8 (H, W)."""
    sheet = Image.new("L", shape[::-1], 255)
    drawing, font = ImageDraw.Draw(sheet), ImageFont.load_default(size_px)
    for row, line in enumerate(lines):
        drawing.text((size_px, size_px * (0.6 + row * step)), line, fill=0, font=font)
    return np.array(sheet)


def digits(rows: int, columns: int) -> list[str]:
    """Returns lines of random digits with a space between each two."""
    rng = np.random.default_rng(0)
    return [" ".join(map(str, line)) for line in rng.integers(0, 10, (rows, columns)).tolist()]


def page_of_digits() -> Grey:
    return printed(digits(18, 28), 44, (1200, SIDE_PX))


def page_of_text() -> Grey:
    return printed(["The quick brown fox jumps over the lazy dog and runs away again"] * 10, 40, (700, SIDE_PX))


def page_of_small_print() -> Grey:
    return printed(["the quick brown fox jumps over the lazy dog " * 4] * 60, 16, (SIDE_PX, SIDE_PX))


def dotted_paper() -> Grey:
    sheet = np.full((1200, SIDE_PX), 255, np.uint8)
    for down in range(3):
        for right in range(3):
            sheet[20 + down :: 24, 20 + right :: 24] = 0
    return sheet


def bar_code() -> Grey:
    sheet = np.full((600, SIDE_PX), 255, np.uint8)
    rng, left = np.random.default_rng(1), 60
    while left < SIDE_PX - 60:
        width = 7 * int(rng.integers(1, 4))
        sheet[40:-40, left : left + width] = 0
        left += width + 7 * int(rng.integers(1, 4))
    return sheet


def chequerboard(square_px: int) -> Callable[[], Grey]:
    def board() -> Grey:
        rows, columns = np.indices((1200, 1200)) // square_px
        sheet = np.where((rows + columns) % 2, 0, 255).astype(np.uint8)
        return np.pad(sheet, 20, constant_values=255)

    return board


def noise() -> Grey:
    return np.random.default_rng(2).integers(0, 256, (SIDE_PX, SIDE_PX)).astype(np.uint8)


def noise_in_a_frame() -> Grey:
    sheet = np.full((SIDE_PX, SIDE_PX), 255, np.uint8)
    sheet[40:-40, 40:-40] = np.random.default_rng(3).integers(0, 2, (SIDE_PX - 80, SIDE_PX - 80)) * 255
    return sheet


def all_ink() -> Grey:
    sheet = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    sheet[[0, -1]] = sheet[:, [0, -1]] = 255
    return sheet


def hairlines(down: int, right: int) -> Callable[[], Grey]:
    """Lines of one pixel, with so much paper between them."""

    def sheet() -> Grey:
        lines = np.full((1000, 1000), 255, np.uint8)
        if down:
            lines[10:-10:down, 10:-10] = 0
        if right:
            lines[10:-10, 10:-10:right] = 0
        return lines

    return sheet


def hatching() -> Grey:
    sheet = Image.new("L", (SIDE_PX, SIDE_PX), 255)
    drawing = ImageDraw.Draw(sheet)
    for start in range(20, SIDE_PX - 20, 14):
        drawing.line([(20, start), (start, 20)], fill=0, width=2)
        drawing.line([(SIDE_PX - 20, start), (start, SIDE_PX - 20)], fill=0, width=2)
    return np.array(sheet)


def rings() -> Grey:
    sheet = Image.new("L", (SIDE_PX, SIDE_PX), 255)
    drawing = ImageDraw.Draw(sheet)
    for inset in range(20, SIDE_PX // 2 - 10, 12):
        drawing.ellipse([inset, inset, SIDE_PX - inset, SIDE_PX - inset], outline=0, width=4)
    return np.array(sheet)


def frames_in_frames() -> Grey:
    rows, columns = np.indices((SIDE_PX, SIDE_PX))
    inset = np.minimum.reduce([rows, columns, SIDE_PX - 1 - rows, SIDE_PX - 1 - columns])
    return np.where(inset // 2 % 2, 0, 255).astype(np.uint8)


def specks() -> Grey:
    sheet = np.full((1200, SIDE_PX), 255, np.uint8)
    rng = np.random.default_rng(4)
    sheet[rng.integers(2, 1198, 20_000), rng.integers(2, SIDE_PX - 2, 20_000)] = 0
    return sheet


def digits_among_specks() -> Grey:
    return np.minimum(printed(["4 0 6"], 300, (1200, SIDE_PX)), specks())


def boulders_and_pebbles() -> Grey:
    """Large squares, and beside each of them as many small ones as are no dust."""
    sheet = np.full((1200, SIDE_PX), 255, np.uint8)
    for top in range(20, 1100, 60):
        for left in range(20, 1500, 60):
            sheet[top : top + 40, left : left + 24] = 0
            sheet[top : top + 40 : 8, left + 32 : left + 38] = 0
    return sheet


PICTURES: dict[str, Callable[[], Grey]] = {
    "a printed page of 18 x 28 digits": page_of_digits,
    "ten lines of text": page_of_text,
    "a page of small print": page_of_small_print,
    "dotted paper": dotted_paper,
    "a bar code": bar_code,
    "a chequerboard of 8 px": chequerboard(8),
    "a chequerboard of 60 px": chequerboard(60),
    "noise": noise,
    "noise in a frame": noise_in_a_frame,
    "all ink": all_ink,
    "hairlines across": hairlines(6, 0),
    "hairlines down": hairlines(0, 6),
    "a grid of hairlines": hairlines(9, 9),
    "hatching": hatching,
    "rings": rings,
    "frames in frames": frames_in_frames,
    "20,000 specks": specks,
    "digits among specks": digits_among_specks,
    "boulders and pebbles": boulders_and_pebbles,
}


def picture(name: str) -> npt.NDArray[np.uint8]:
    """Returns one of `PICTURES` as uint8 (H, W, 4)."""
    grey = PICTURES[name]()
    return np.dstack([grey, grey, grey, np.full_like(grey, 255)])


def tally() -> list[PenStroke]:
    """105 upright strokes in five rows."""
    return [
        PenStroke(np.array([[22.0 * column + 14, 96.0 * row + 14], [22.0 * column + 17, 96.0 * row + 82]]), 8)
        for row in range(5)
        for column in range(21)
    ]


def scribble() -> list[PenStroke]:
    """One stroke that goes everywhere, and twenty across it."""
    rng = np.random.default_rng(5)
    return [PenStroke(rng.uniform(20, 460, (points, 2)), 6) for points in (400, *[12] * 20)]


def touching_row() -> list[PenStroke]:
    """Twenty arches, each touching the next."""
    along = np.linspace(0, np.pi, 20)
    return [
        PenStroke(np.stack([22 * place + 14 - 11 * (np.cos(along) - 1), 260 - 60 * np.sin(along)], axis=1), 5)
        for place in range(20)
    ]


def dots() -> list[PenStroke]:
    return [PenStroke(np.array([[20.0 * (n % 23) + 12, 20.0 * (n // 23) + 12]]), 8) for n in range(500)]


DRAWINGS: dict[str, Callable[[], list[PenStroke]]] = {
    "105 tally strokes": tally,
    "a scribble": scribble,
    "arches that touch": touching_row,
    "500 dots": dots,
}


def drawing(name: str) -> Writing:
    """Returns one of `DRAWINGS` as it comes from the paper."""
    strokes = DRAWINGS[name]()
    ink = np.zeros((PAPER_PX, PAPER_PX), np.float32)
    for width in {stroke.pen_width_px for stroke in strokes}:
        same = [stroke.points for stroke in strokes if stroke.pen_width_px == width]
        ink = np.maximum(ink, render(same, PAPER_PX, width))
    return Writing(ink, strokes)
