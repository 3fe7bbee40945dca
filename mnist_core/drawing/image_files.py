"""Picture files from strangers: each becomes pixels of a bounded size, or an error with one clear sentence.

A file's format is decided by its first bytes, never by its name. Its size in pixels is read from its header and checked
before anything is decoded. Large JPEGs are decoded at a fraction of their size, one picture at a time, and pictures are
converted and reduced strip by strip. So memory stays bounded, whatever the file and however many people upload at once.
"""

import io
import struct
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from mnist_core.errors import StudioError

LARGEST_PX = 64_000_000  # phones take up to 50 megapixels; 100 megapixels and decompression bombs stay out
LARGEST_SIDE_PX = 30_000  # a row of such a picture takes 120 kB; chosen by eye
LARGEST_DECODED_BYTES = 56_000_000  # at once, while decoding: the server has 250 MB and needs 170 of them
LONGEST_SIDE_PX = 1600  # larger pictures are reduced: a digit needs far less

FORMATS = "PNG, JPEG, WebP, GIF, BMP or TIFF"

_OPENERS: dict[bytes, Callable[[BinaryIO], ImageFile.ImageFile]] = {
    b"\x89PNG\r\n\x1a\n": PngImagePlugin.PngImageFile,
    b"\xff\xd8\xff": JpegImagePlugin.jpeg_factory,
    b"GIF87a": GifImagePlugin.GifImageFile,
    b"GIF89a": GifImagePlugin.GifImageFile,
    b"BM": BmpImagePlugin.BmpImageFile,
    b"II*\0": TiffImagePlugin.TiffImageFile,
    b"MM\0*": TiffImagePlugin.TiffImageFile,
    b"II+\0": TiffImagePlugin.TiffImageFile,
    b"MM\0+": TiffImagePlugin.TiffImageFile,
    b"RIFF": WebPImagePlugin.WebPImageFile,
}
_APPLE_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AV1_BRANDS = {b"avif", b"avis"}

_BYTES_PER_PIXEL = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2}  # in Pillow's memory; all others have 4
_WEBP_COPIES = 4  # canvas, previous canvas, the bytes of the frame, and the picture

_ORIENTATION_TAG, _TILE_WIDTH_TAG, _TILE_LENGTH_TAG = 274, 322, 323
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_one_at_a_time = threading.Lock()

Rgba = npt.NDArray[np.uint8]


class PictureError(StudioError):
    """A file is no picture that can be read, or is too large."""


def read_picture(source: BinaryIO | Path) -> Rgba:
    """Reads a picture file as a person sees it: upright, in colour, and no larger than is useful.

    Args:
        source: a seekable file, read from its start, or the path of one: PNG, JPEG, WebP, GIF (its first picture), BMP
            or TIFF (its first page).

    Returns:
        uint8 (H, W, 4), neither side longer than `LONGEST_SIDE_PX`.

    Raises:
        PictureError: the file is empty, no picture, damaged or too large, or cannot be read.
    """
    if not isinstance(source, Path):
        return _read(source, "This file")
    name = f"“{source.name}”"
    try:
        with source.open("rb") as file:
            return _read(file, name)
    except OSError as error:
        raise PictureError(f"{name} cannot be read: {error.strerror or error}.") from error


def decode_canvas_png(png: bytes, max_side_px: int) -> Rgba:
    """Decodes the PNG that a canvas in a browser reports.

    Args:
        png: the file's bytes; anybody may have sent them.
        max_side_px: the canvas's longer side; checked before pixels are decoded.

    Returns:
        uint8 (H, W, 4).

    Raises:
        PictureError: it is no PNG, damaged, or larger than the canvas.
    """
    not_whole = "The drawing did not arrive whole: draw another stroke."
    if b"acTL" in png:  # an animation, about which Pillow may warn; no canvas sends one
        raise PictureError(not_whole)
    with _sentences(damaged=not_whole, cut_off=not_whole):
        image = PngImagePlugin.PngImageFile(io.BytesIO(png))
        if max(image.size) > max_side_px:
            raise PictureError(
                f"A drawing is at most {max_side_px} pixels wide and high, but this one has "
                f"{image.width} × {image.height}."
            )
        return np.asarray(image if image.mode == "RGBA" else image.convert("RGBA"))


def _read(file: BinaryIO, name: str) -> Rgba:
    sentences = _sentences(
        damaged=f"{name} is a damaged picture, or one of a rare kind: save it anew as PNG or JPEG.",
        cut_off=f"{name} breaks off, a part of the picture is missing: choose it once more, or another copy of it.",
    )
    # Warnings are filtered for the whole process, so the lock is for that as well as for memory.
    with _one_at_a_time, warnings.catch_warnings(), sentences:
        warnings.simplefilter("ignore")
        image = _open(file, name)
        _check_size(image, file, name)
        longest = max(image.size)
        needed = [-(-side * LONGEST_SIDE_PX // longest) for side in image.size]
        image.draft(image.mode, (needed[0], needed[1]))  # only JPEG can decode at a fraction; others ignore it
        image.load()
        upright = _UPRIGHT.get(_orientation(image))
        reduced = _reduced(image)
        return np.asarray(reduced if upright is None else reduced.transpose(upright))


@contextmanager
def _sentences(damaged: str, cut_off: str) -> Iterator[None]:
    """Turns any exception that a decoder raises over a stranger's bytes into a `PictureError`."""
    try:
        yield
    except PictureError:
        raise
    except Exception as error:
        ended = isinstance(error, EOFError) or "truncated" in str(error).lower()
        raise PictureError(cut_off if ended else damaged) from error


def _open(file: BinaryIO, name: str) -> ImageFile.ImageFile:
    """Reads a picture's header."""
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    if not head:
        raise PictureError(f"{name} is empty: choose a picture.")
    if head[4:8] == b"ftyp" and head[8:12] in _APPLE_BRANDS:
        raise PictureError(
            f"{name} is a photograph in Apple's HEIC format, which cannot be read here: save it as JPEG."
        )
    if head[4:8] == b"ftyp" and head[8:12] in _AV1_BRANDS:
        raise PictureError(f"{name} is a picture in the AVIF format, which cannot be read here: save it as JPEG.")
    if head.startswith(b"%PDF"):
        raise PictureError(f"{name} is a PDF document, which cannot be read here: save its page as PNG or JPEG.")
    for signature, opener in _OPENERS.items():
        if head.startswith(signature) and (signature != b"RIFF" or head[8:12] == b"WEBP"):
            return opener(file)
    raise PictureError(f"{name} is no picture that can be read: choose a {FORMATS}.")


def _check_size(image: ImageFile.ImageFile, file: BinaryIO, name: str) -> None:
    """Refuses a picture that is too large, before it is decoded.

    Raises:
        PictureError: it is too large.
    """
    pixels = image.width * image.height
    size = f"{pixels / 1e6:,.0f} megapixels ({image.width:,} × {image.height:,})"
    advice = "make the picture smaller first."
    if pixels > LARGEST_PX:
        raise PictureError(f"{name} has {size}, and at most {LARGEST_PX / 1e6:.0f} can be read: {advice}")
    if max(image.size) > LARGEST_SIDE_PX:
        raise PictureError(f"{name} has {size}, and at most {LARGEST_SIDE_PX:,} pixels a side can be read: {advice}")
    if _bytes_to_decode(image, file) > LARGEST_DECODED_BYTES:
        raise PictureError(f"{name} has {size}, which is too much for its format: save it as a plain JPEG, or {advice}")


def _bytes_to_decode(image: ImageFile.ImageFile, file: BinaryIO) -> float:
    """Estimates how much memory decoding takes."""
    pixels = image.width * image.height
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        return pixels * _jpeg_bytes_per_pixel(file)
    if isinstance(image, WebPImagePlugin.WebPImageFile):
        return pixels * 4 * _WEBP_COPIES
    bytes_per_pixel = _BYTES_PER_PIXEL.get(image.mode, 4)
    if isinstance(image, TiffImagePlugin.TiffImageFile):  # tiles may exceed the picture, and libtiff copies the file
        pixels += image.tag_v2.get(_TILE_WIDTH_TAG, 0) * image.tag_v2.get(_TILE_LENGTH_TAG, 0)
        return pixels * bytes_per_pixel + file.seek(0, io.SEEK_END)
    return pixels * bytes_per_pixel


def _jpeg_bytes_per_pixel(file: BinaryIO) -> float:
    """Returns how much memory a JPEG's coefficients take: almost none if one scan holds all components.

    Such a file is decoded row by row, at a fraction of its size. A progressive file, or one with a scan for each
    component, keeps all coefficients in memory, two bytes each, however small the result (ITU-T T.81, B.2.2 and B.2.3).
    """
    position = file.tell()
    try:
        file.seek(2)
        samples, components = 0.0, 0
        while True:
            marker, length = struct.unpack(">HH", file.read(4))
            if marker == 0xFFFF:  # a fill byte
                file.seek(-3, io.SEEK_CUR)
                continue
            segment = file.read(length - 2)
            if 0xFFC0 <= marker <= 0xFFCF and marker not in (0xFFC4, 0xFFC8, 0xFFCC):
                components = segment[5]
                factors = [(sampling >> 4, sampling & 15) for sampling in segment[7 : 6 + 3 * components : 3]]
                largest = max(across for across, _ in factors) * max(down for _, down in factors)
                samples = sum(across * down for across, down in factors) / largest
                if marker not in (0xFFC0, 0xFFC1):
                    return 2 * samples
            if marker == 0xFFDA:
                return 0 if segment[0] == components else 2 * samples
    finally:
        file.seek(position)


def _orientation(image: ImageFile.ImageFile) -> int:
    """Reads how the camera was held; with a broken EXIF block, the picture counts as upright."""
    try:
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:
        return 1


def _reduced(image: ImageFile.ImageFile) -> Image.Image:
    """Converts a picture to RGBA and averages blocks of pixels until it is small enough, strip by strip."""
    factor = -(-max(image.size) // LONGEST_SIDE_PX)
    full_scale = _full_scale(image)
    reduced = Image.new("RGBA", (-(-image.width // factor), -(-image.height // factor)))
    strip = 8 * factor
    for top in range(0, image.height, strip):
        part = image.crop((0, top, image.width, min(top + strip, image.height)))
        reduced.paste(_in_colour(part, full_scale).reduce(factor), (0, top // factor))
    return reduced


def _full_scale(image: ImageFile.ImageFile) -> float:
    """Returns the value of white: 255, or for samples of more than 8 bits the least usual one that holds them all."""
    if image.mode not in ("I", "F") and not image.mode.startswith("I;16"):
        return 255
    brightest = float(np.max(image.getextrema()))
    if not np.isfinite(brightest):
        raise ValueError(f"The brightest sample is {brightest}.")
    return next((white for white in (1.0, 255.0, 4095.0, 65535.0) if brightest <= white), brightest)


def _in_colour(image: Image.Image, full_scale: float) -> Image.Image:
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        samples = np.nan_to_num(np.asarray(image, np.float32)) * (255 / full_scale)
        image = Image.fromarray(np.round(samples.clip(0, 255)).astype(np.uint8))
    return image.convert("RGBA")
