"""Pictures from strangers: whatever file is uploaded becomes pixels of a bounded size, or one clear sentence.

A file is known by its first bytes, never by its name. Its size in pixels is read from its header and checked before
anything is decoded, large JPEGs are decoded at a fraction of their size, one picture is decoded at a time, and it is
converted and reduced strip by strip; so memory stays bounded whatever comes and however many people upload at once.
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

MAX_PIXELS = 64_000_000  # phones take 48 to 50 million; 100 million and decompression bombs stay out
MAX_LENGTH_PX = 30_000
MAX_DECODED_BYTES = 56_000_000  # what decoding may hold at once: the server has 250 MB and needs 170 of them
MAX_SIDE_PX = 1600  # of what `read_picture` gives; more does not help to read a digit

FORMATS = "PNG, JPEG, WebP, GIF, BMP or TIFF"
DAMAGED = "The picture is damaged, or of an unusual kind. Open it in another program and save it as PNG or JPEG."
CUT_OFF = "The picture ends too early: part of the file is missing. Upload it once more, or another copy of it."

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


class PictureError(StudioError):
    """A file that cannot be used as a picture; the message says why, and what to do instead."""


def read_picture(source: BinaryIO | Path) -> np.ndarray:
    """Reads an uploaded picture, upright and in colour, reduced to a size that suffices.

    Args:
        source: a seekable file, read from its start, or the path of one: PNG, JPEG, WebP, GIF (its first frame), BMP
            or TIFF (its first page).

    Returns:
        uint8 (H, W, 4), neither side longer than `MAX_SIDE_PX`.

    Raises:
        PictureError: the file is missing, empty, too large, damaged, or no picture that is read here.
    """
    if not isinstance(source, Path):
        return _read(source)
    try:
        with source.open("rb") as file:
            return _read(file)
    except OSError as error:
        raise PictureError(
            f"The file {source} cannot be opened ({error.strerror}). Check its name and try again."
        ) from error


def decode_canvas_png(png: bytes, max_side_px: int) -> np.ndarray:
    """Decodes the drawing that a browser's canvas sends.

    Args:
        png: a PNG file.
        max_side_px: how long a side may be; checked before pixels are decoded.

    Returns:
        uint8 (H, W, 4).

    Raises:
        PictureError: this is no PNG, it is damaged, or it is larger than the canvas can be.
    """
    with _as_sentences("The drawing did not arrive whole. Draw it again, please."):
        if b"acTL" in png:
            raise ValueError("A canvas sends no animation.")
        image = PngImagePlugin.PngImageFile(io.BytesIO(png))
        if max(image.size) > max_side_px:
            raise PictureError(
                f"The drawing has {image.width} × {image.height} pixels, but a canvas has at most {max_side_px} a side."
                " Reload the page and draw again, please."
            )
        return np.asarray(image.convert("RGBA"))


def _read(file: BinaryIO) -> np.ndarray:
    # Warnings are filtered for the whole process, so the lock covers that as well as memory.
    with _one_at_a_time, warnings.catch_warnings(), _as_sentences(DAMAGED):
        warnings.simplefilter("ignore")
        image = _open(file)
        _check_size(image, file)
        longest = max(image.size)
        image.draft(image.mode, (-(-image.width * MAX_SIDE_PX // longest), -(-image.height * MAX_SIDE_PX // longest)))
        image.load()
        upright = _UPRIGHT.get(_orientation(image))
        reduced = _reduced(image)
        return np.asarray(reduced if upright is None else reduced.transpose(upright))


@contextmanager
def _as_sentences(sentence: str) -> Iterator[None]:
    """Turns whatever a decoder raises over a stranger's bytes, which can be any exception, into a `PictureError`."""
    try:
        yield
    except PictureError:
        raise
    except Exception as error:
        if isinstance(error, EOFError) or "truncated" in str(error).lower():
            sentence = CUT_OFF
        raise PictureError(sentence) from error


def _open(file: BinaryIO) -> ImageFile.ImageFile:
    """Reads a picture's header."""
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    if not head:
        raise PictureError(f"The file is empty. Choose another one: {FORMATS}.")
    if head[4:8] == b"ftyp" and head[8:12] in _APPLE_BRANDS:
        raise PictureError(
            "This is a HEIC picture, as iPhones take them; it is not read here. Save it as JPEG and upload that."
        )
    if head[4:8] == b"ftyp" and head[8:12] in _AV1_BRANDS:
        raise PictureError("This is an AVIF picture; it is not read here. Save it as JPEG or PNG and upload that.")
    if head.startswith(b"%PDF"):
        raise PictureError("This is a PDF document. Save its page as a PNG or JPEG picture and upload that.")
    for signature, opener in _OPENERS.items():
        if head.startswith(signature) and (signature != b"RIFF" or head[8:12] == b"WEBP"):
            return opener(file)
    raise PictureError(f"This file is no picture that can be read here. Choose a {FORMATS} file.")


def _check_size(image: ImageFile.ImageFile, file: BinaryIO) -> None:
    """Rejects a picture that is too large, before it is decoded."""
    pixels = image.width * image.height
    described = f"The picture has {image.width} × {image.height} pixels ({pixels / 1e6:.0f} megapixels)"
    advice = "Make it smaller, or take a screenshot of it, and upload that."
    if pixels > MAX_PIXELS:
        raise PictureError(f"{described}, but at most {MAX_PIXELS / 1e6:.0f} megapixels are read. {advice}")
    if max(image.size) > MAX_LENGTH_PX:
        raise PictureError(f"{described}, but at most {MAX_LENGTH_PX} a side are read. {advice}")
    if _bytes_to_decode(image, file) > MAX_DECODED_BYTES:
        raise PictureError(f"{described}, which is too large for a file of its kind. {advice}")


def _bytes_to_decode(image: ImageFile.ImageFile, file: BinaryIO) -> float:
    """Estimates how much memory decoding takes."""
    pixels = image.width * image.height
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        return pixels * _jpeg_bytes_per_pixel(file)
    if isinstance(image, WebPImagePlugin.WebPImageFile):
        return pixels * 4 * _WEBP_COPIES
    bytes_per_pixel = _BYTES_PER_PIXEL.get(image.mode, 4)
    if isinstance(image, TiffImagePlugin.TiffImageFile):  # tiles may be larger than the picture; libtiff copies the file
        pixels += image.tag_v2.get(_TILE_WIDTH_TAG, 0) * image.tag_v2.get(_TILE_LENGTH_TAG, 0)
        return pixels * bytes_per_pixel + file.seek(0, io.SEEK_END)
    return pixels * bytes_per_pixel


def _jpeg_bytes_per_pixel(file: BinaryIO) -> float:
    """Tells how much memory a JPEG's coefficients take: none worth mentioning where one scan brings all components.

    Such a file is decoded row by row, at a fraction of its size. Of a progressive one, or one with a scan for each
    component, all coefficients are kept, two bytes each, however small the result (ITU-T T.81, B.2.2 and B.2.3).
    """
    position = file.tell()
    try:
        file.seek(2)
        samples, components = 0.0, 0
        while True:
            marker, length = struct.unpack(">HH", file.read(4))
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
    """Reads how the camera was held; a broken EXIF block does not make the picture worthless."""
    try:
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:
        return 1


def _reduced(image: ImageFile.ImageFile) -> Image.Image:
    """Converts to RGBA and averages whole pixels until the picture is small enough, in strips."""
    factor = -(-max(image.size) // MAX_SIDE_PX)
    full_scale = _full_scale(image)
    reduced = Image.new("RGBA", (-(-image.width // factor), -(-image.height // factor)))
    strip = 8 * factor
    for top in range(0, image.height, strip):
        part = image.crop((0, top, image.width, min(top + strip, image.height)))
        reduced.paste(_in_colour(part, full_scale).reduce(factor), (0, top // factor))
    return reduced


def _full_scale(image: ImageFile.ImageFile) -> float:
    """Gives the value of white where samples are wider than 8 bits: the least usual one that holds them all."""
    if image.mode not in ("I", "F") and not image.mode.startswith("I;16"):
        return 255
    brightest = float(np.max(image.getextrema()))
    return next((white for white in (1.0, 255.0, 4095.0, 65535.0) if brightest <= white), brightest)


def _in_colour(image: Image.Image, full_scale: float) -> Image.Image:
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        samples = np.nan_to_num(np.asarray(image, np.float32)) * (255 / full_scale)
        image = Image.fromarray(np.round(samples.clip(0, 255)).astype(np.uint8))
    return image.convert("RGBA")
