"""Opens pictures that strangers send: files, photographs, what a canvas in a browser reports.

The size is looked at before anything is decoded, so that no file, however it was made, takes much memory or time.
"""

import io
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from mnist_core.errors import StudioError

LARGEST_JPEG_PX = (
    64_000_000  # phones take up to 50 megapixels; JPEG is decoded at an eighth of its size where it may be
)
LARGEST_PX = 16_000_000  # other formats must be decoded whole: 64 MB of RGBA
LONGEST_SIDE_PX = 1600  # what is larger is made smaller: a digit needs far less
APPLE_PHOTO_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")

Rgba = npt.NDArray[np.uint8]


class PictureError(StudioError):
    """A file is not a picture that can be read, or too large a one."""


def read_picture(source: BinaryIO | Path) -> Rgba:
    """Reads a picture file the way a person sees it: turned upright, in colour.

    Args:
        source: a file with a PNG, JPEG, WebP, GIF, BMP or TIFF; of an animation the first picture is taken.

    Returns:
        uint8 (H, W, 4), the longer side at most 1600 px.

    Raises:
        PictureError: the file cannot be read, is no picture, is damaged or too large.
    """
    name = f"“{source.name}”" if isinstance(source, Path) else "This file"
    content = _read(source, name)
    if not content:
        raise PictureError(f"{name} is empty: choose a picture.")
    if content[4:8] == b"ftyp" and content[8:12] in APPLE_PHOTO_BRANDS:
        raise PictureError(
            f"{name} is a photograph in Apple's HEIC format, which cannot be read here: save it as JPEG."
        )
    try:
        with Image.open(io.BytesIO(content)) as image:
            limit_px = LARGEST_JPEG_PX if image.format == "JPEG" else LARGEST_PX
            if image.width * image.height > limit_px:
                raise _too_large(name, image.size, limit_px)
            image.draft("RGB", (LONGEST_SIDE_PX, LONGEST_SIDE_PX))  # only JPEG can; others ignore it
            upright = ImageOps.exif_transpose(_in_8_bits(image))
            upright.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX))
            return np.asarray(upright.convert("RGBA"))
    except UnidentifiedImageError as error:
        raise PictureError(f"{name} is no picture that can be read: choose a PNG or a JPEG.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError(f"{name} is far too large a picture: make it smaller first.") from error
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise PictureError(f"{name} is a damaged picture: it breaks off, or holds what it should not.") from error


def decode_canvas_png(png: bytes, max_side_px: int) -> Rgba:
    """Decodes the PNG that a canvas in a browser reports.

    Args:
        png: what came; anybody may have sent it.
        max_side_px: how large the canvas is.

    Returns:
        uint8 (H, W, 4).

    Raises:
        PictureError: it is no PNG, damaged, or larger than the canvas.
    """
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
            if max(image.size) > max_side_px:
                raise PictureError(
                    f"A drawing is at most {max_side_px} pixels wide and high, but this one has "
                    f"{image.width} × {image.height}."
                )
            return np.asarray(image.convert("RGBA"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError("The drawing did not arrive whole: draw another stroke.") from error


def _read(source: BinaryIO | Path, name: str) -> bytes:
    try:
        return source.read_bytes() if isinstance(source, Path) else source.read()
    except OSError as error:
        raise PictureError(f"{name} cannot be read: {error.strerror or error}.") from error


def _too_large(name: str, size: tuple[int, int], limit_px: int) -> PictureError:
    megapixels = size[0] * size[1] / 1e6
    return PictureError(
        f"{name} has {megapixels:.0f} megapixels ({size[0]:,} × {size[1]:,}), and at most {limit_px / 1e6:.0f} can be "
        "read: make the picture smaller first."
    )


def _in_8_bits(image: Image.Image) -> Image.Image:
    """Brings grey levels of more than 8 bits into 0 to 255, which Pillow would cut off; leaves other pictures alone."""
    if not image.mode.startswith(("I", "F")):
        return image
    levels = np.nan_to_num(np.asarray(image, np.float32))
    brightest = 65535 if image.mode.startswith("I") and levels.max() <= 65535 else max(float(levels.max()), 1e-6)
    grey = Image.fromarray(np.clip(levels * (255 / brightest), 0, 255).astype(np.uint8))
    grey.info.update(image.info)
    return grey
