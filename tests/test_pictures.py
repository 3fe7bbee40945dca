import io
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_core.pictures import LARGEST_PX, LONGEST_SIDE_PX, PictureError, decode_canvas_png, read_picture

COLOURS = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]], [[0, 0, 0], [128, 128, 128]]], np.uint8)


def saved(image: Image.Image, file_format: str, **options) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, file_format, **options)
    file.seek(0)
    return file


def huge_png(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that announces a huge picture."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("file_format", ["PNG", "BMP", "TIFF", "WEBP", "GIF"])
def test_formats_without_loss_keep_every_colour(file_format):
    options = {"lossless": True} if file_format == "WEBP" else {}
    rgba = read_picture(saved(Image.fromarray(COLOURS), file_format, **options))
    np.testing.assert_array_equal(rgba[..., :3], COLOURS)
    assert (rgba[..., 3] == 255).all()


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "CMYK", "RGB", "RGBA"])
def test_every_kind_of_pixel_becomes_rgba(mode):
    grey = Image.fromarray(np.array([[0, 255], [255, 0]], np.uint8)).convert("RGB").convert(mode)
    rgba = read_picture(saved(grey, "TIFF" if mode == "CMYK" else "PNG"))
    np.testing.assert_array_equal(rgba[..., 0], [[0, 255], [255, 0]])
    assert rgba.shape == (2, 2, 4)


def test_16_bits_are_scaled_and_not_cut_off():
    levels = np.array([[0, 257 * 100], [257 * 200, 65535]], np.uint16)
    rgba = read_picture(saved(Image.fromarray(levels), "PNG"))
    np.testing.assert_array_equal(rgba[..., 0], [[0, 100], [200, 255]])


@pytest.mark.parametrize(
    ("orientation", "undo"),
    [
        (1, lambda a: a),
        (2, lambda a: a[:, ::-1]),
        (3, lambda a: a[::-1, ::-1]),
        (4, lambda a: a[::-1]),
        (5, lambda a: a.transpose(1, 0, 2)),
        (6, lambda a: np.rot90(a, 1)),
        (7, lambda a: a[::-1, ::-1].transpose(1, 0, 2)),
        (8, lambda a: np.rot90(a, -1)),
    ],
)
def test_a_picture_is_turned_upright(orientation, undo):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(undo(COLOURS))
    rgba = read_picture(saved(Image.fromarray(stored), "PNG", exif=exif))
    np.testing.assert_array_equal(rgba[..., :3], COLOURS)


def test_a_large_photograph_is_made_smaller_while_it_is_decoded():
    photograph = saved(Image.new("RGB", (8000, 6000), (200, 180, 160)), "JPEG", quality=30)
    rgba = read_picture(photograph)
    assert rgba.shape == (1200, LONGEST_SIDE_PX, 4)
    assert np.abs(rgba[..., :3].astype(int) - [200, 180, 160]).max() <= 2


@pytest.mark.parametrize(("width", "height"), [(10_000, 10_000), (4001, LARGEST_PX // 4000), (60_000, 60_000)])
def test_a_picture_too_large_is_refused_before_it_is_decoded(width, height):
    with pytest.raises(PictureError, match=r"make (the picture|it) smaller"):
        read_picture(io.BytesIO(huge_png(width, height)))


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_jpeg_of_100_megapixels_is_refused():
    with pytest.raises(PictureError, match=r"100 megapixels .* at most 64"):
        read_picture(saved(Image.new("L", (10_000, 10_000)), "JPEG", quality=1))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"Dear Sir or Madam", "no picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "save it as JPEG"),
        (saved(Image.effect_noise((200, 200), 50), "PNG").getvalue()[:5000], "damaged"),
        (saved(Image.effect_noise((200, 200), 50), "JPEG").getvalue()[:2000], "damaged"),
        (saved(Image.effect_noise((200, 200), 50), "TIFF").getvalue()[:2000], "damaged|no picture"),
        (huge_png(300, 300), "damaged"),
    ],
    ids=["empty", "text", "HEIC", "half a PNG", "half a JPEG", "half a TIFF", "a PNG that lies"],
)
def test_what_cannot_be_read_gets_its_own_sentence(content, message):
    with pytest.raises(PictureError, match=message):
        read_picture(io.BytesIO(content))


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's own, on its way to reading what is left
def test_any_change_to_a_file_gives_a_picture_or_a_sentence():
    rng = np.random.default_rng(0)
    for file_format in ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF"):
        whole = saved(Image.fromarray(rng.integers(0, 255, (40, 30, 3), np.uint8)), file_format).getvalue()
        for _ in range(40):
            content = bytearray(whole)
            for position in rng.integers(len(content), size=3):
                content[position] = rng.integers(256)
            with suppress(PictureError):
                assert read_picture(io.BytesIO(bytes(content))).shape[2] == 4


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(PictureError, match=r"“nowhere\.png” cannot be read"):
        read_picture(Path("nowhere.png"))


def test_the_canvass_own_png_is_decoded_as_it_is():
    rgba = np.random.default_rng(0).integers(0, 255, (480, 480, 4), np.uint8)
    png = saved(Image.fromarray(rgba), "PNG").getvalue()
    np.testing.assert_array_equal(decode_canvas_png(png, 480), rgba)


@pytest.mark.parametrize(
    ("png", "message"),
    [
        (huge_png(9000, 9000), "at most 480 pixels"),
        (huge_png(480, 480), "did not arrive whole"),
        (b"", "did not arrive whole"),
        (b"\x89PNG\r\n\x1a\n", "did not arrive whole"),
        (saved(Image.new("L", (20, 20)), "JPEG").getvalue(), "did not arrive whole"),
    ],
)
def test_a_canvas_png_from_a_stranger_is_refused(png, message):
    with pytest.raises(PictureError, match=message):
        decode_canvas_png(png, 480)
