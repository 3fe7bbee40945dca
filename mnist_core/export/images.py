"""Arrays as pictures in HTML."""

import base64
import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from mnist_core.drawing.framing import Ink


def png_uri(grey: npt.NDArray[np.uint8]) -> str:
    """Encodes a grey picture, uint8 (H, W), as the `src` of an `img`, every pixel as it is."""
    return _encoded(Image.fromarray(grey), "png", compress_level=1)


def jpeg_uri(colours: npt.NDArray[np.uint8]) -> str:
    """Encodes a photograph, uint8 (H, W, 3), as the `src` of an `img`, small enough for a phone's line."""
    return _encoded(Image.fromarray(colours), "jpeg", quality=85)


def ink_on_paper(ink: Ink, longest_px: int) -> npt.NDArray[np.uint8]:
    """Shows ink as dark on light, no larger than the page needs it.

    Args:
        ink: float32 (H, W) in [0, 1]; 0 is paper, 1 is ink.
        longest_px: a larger picture is shrunk, a smaller one kept as it is.

    Returns:
        uint8 (h, w), 255 paper and 0 ink.
    """
    return _shrunk(Image.fromarray(np.rint(255 - 255 * ink).astype(np.uint8)), longest_px)


def picture_on_paper(rgba: npt.NDArray[np.uint8], longest_px: int) -> npt.NDArray[np.uint8]:
    """Lays a picture, uint8 (H, W, 4), on white paper, no larger than the page needs it: uint8 (h, w, 3)."""
    picture = Image.fromarray(rgba)
    paper = Image.new("RGBA", picture.size, "white")
    return _shrunk(Image.alpha_composite(paper, picture).convert("RGB"), longest_px)


def data_uri(content: bytes, mime: str) -> str:
    """Encodes the content of a picture file as the `src` of an `img`."""
    return f"data:{mime};base64,{base64.b64encode(content).decode('ascii')}"


def _encoded(picture: Image.Image, kind: str, **options: int) -> str:
    content = io.BytesIO()
    picture.save(content, kind, **options)
    return data_uri(content.getvalue(), f"image/{kind}")


def _shrunk(picture: Image.Image, longest_px: int) -> npt.NDArray[np.uint8]:
    picture.thumbnail((longest_px, longest_px), Image.Resampling.BOX)
    return np.asarray(picture)
