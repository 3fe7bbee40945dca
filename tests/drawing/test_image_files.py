import io
import struct
import subprocess
import sys
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_core.drawing.image_files import (
    LARGEST_DECODED_BYTES,
    LONGEST_SIDE_PX,
    PictureError,
    decode_canvas_png,
    read_picture,
)

COLOURS = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]], [[0, 0, 0], [128, 128, 128]]], np.uint8)


def saved(image: Image.Image, file_format: str, **options) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, file_format, **options)
    file.seek(0)
    return file


def announcing(jpeg: bytes, width: int, height: int) -> bytes:
    """A JPEG whose header announces another size."""
    frame = max(jpeg.find(b"\xff\xc0"), jpeg.find(b"\xff\xc2"))
    return jpeg[: frame + 5] + struct.pack(">HH", height, width) + jpeg[frame + 9 :]


def in_single_scans(jpeg: bytes) -> bytes:
    """A JPEG whose header announces a scan for each component."""
    scan = jpeg.find(b"\xff\xda")
    return jpeg[: scan + 4] + b"\x01" + jpeg[scan + 5 :]


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


def tiled_tiff(width: int, height: int, tile_side: int) -> bytes:
    """A TIFF with one compressed tile of black."""
    tile = zlib.compress(bytes(tile_side))
    tags = {256: width, 257: height, 258: 8, 259: 8, 262: 1, 277: 1, 322: tile_side, 323: tile_side}
    tags |= {324: 8 + 2 + 12 * 10 + 4, 325: len(tile)}  # where the tile begins: after the header and ten tags
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + directory + bytes(4) + tile


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


def test_transparent_pixels_stay_transparent():
    palette = Image.fromarray(np.array([[0, 1], [1, 0]], np.uint8), "P")
    palette.putpalette([255, 0, 0, 0, 0, 255])
    for file_format in ("PNG", "GIF"):
        rgba = read_picture(saved(palette, file_format, transparency=1))
        np.testing.assert_array_equal(rgba[..., 3], [[255, 0], [0, 255]])
        np.testing.assert_array_equal(rgba[0, 0], [255, 0, 0, 255])


def test_of_an_animation_the_first_picture_is_taken():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    for file_format in ("GIF", "WEBP", "PNG", "TIFF"):
        options = {"lossless": True} if file_format == "WEBP" else {}
        rgba = read_picture(saved(frames[0], file_format, save_all=True, append_images=frames[1:], **options))
        np.testing.assert_array_equal(rgba, np.broadcast_to([255, 0, 0, 255], (8, 8, 4)))


@pytest.mark.parametrize(
    ("levels", "file_format"),
    [
        (np.array([[0, 257 * 100], [257 * 200, 65535]], np.uint16), "PNG"),
        (np.array([[0, 257 * 100], [257 * 200, 65535]], np.uint16), "TIFF"),
        (np.array([[0, 1606], [3212, 4095]], np.uint16), "TIFF"),
        (np.array([[0, 100 / 255], [200 / 255, 1]], np.float32), "TIFF"),
    ],
    ids=["16 bits", "16 bits in TIFF", "12 bits", "fractions"],
)
def test_more_than_8_bits_are_scaled_and_not_cut_off(levels, file_format):
    rgba = read_picture(saved(Image.fromarray(levels), file_format))
    np.testing.assert_array_equal(rgba[..., 0], [[0, 100], [200, 255]])


def test_levels_that_are_no_numbers_are_black_or_refused():
    levels = np.array([[0, 100], [np.nan, 255]], np.float32)
    np.testing.assert_array_equal(read_picture(saved(Image.fromarray(levels), "TIFF"))[..., 0], [[0, 100], [0, 255]])
    with pytest.raises(PictureError, match="damaged"):
        read_picture(saved(Image.fromarray(np.full_like(levels, np.nan)), "TIFF"))


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
    stored = Image.fromarray(np.ascontiguousarray(undo(COLOURS)))
    for file_format, options in (("PNG", {}), ("TIFF", {}), ("WEBP", {"lossless": True})):
        rgba = read_picture(saved(stored, file_format, exif=exif, **options))
        np.testing.assert_array_equal(rgba[..., :3], COLOURS)
    blocks = stored.resize((16 * stored.width, 16 * stored.height), Image.Resampling.NEAREST)
    rgba = read_picture(saved(blocks, "JPEG", exif=exif, quality=95, subsampling=0))
    assert np.abs(rgba[8::16, 8::16, :3].astype(int) - COLOURS).max() <= 3


def test_a_broken_exif_block_does_not_make_a_picture_unreadable():
    jpeg = saved(Image.new("L", (20, 10), 200), "JPEG", exif=b"Exif\0\0MM\0*\0\0\xff\xff").getvalue()
    assert read_picture(io.BytesIO(jpeg)).shape == (10, 20, 4)


@pytest.mark.parametrize("size", [(1600, 900), (1601, 900), (4000, 3000), (37, 5000), (29_000, 11)])
def test_what_is_too_long_is_made_smaller_in_proportion(size):
    rgba = read_picture(saved(Image.new("L", size, 77), "PNG"))
    factor = -(-max(size) // LONGEST_SIDE_PX)
    assert rgba.shape == (-(-size[1] // factor), -(-size[0] // factor), 4)
    np.testing.assert_array_equal(np.unique(rgba[..., :3]), [77])


def test_pixels_are_averaged_where_a_picture_is_made_smaller():
    fine = np.zeros((2000, 2000), np.uint8)
    fine[:, ::2] = 200
    rgba = read_picture(saved(Image.fromarray(fine), "PNG"))
    np.testing.assert_array_equal(rgba[..., 0], np.full((1000, 1000), 100))


def test_a_large_photograph_is_made_smaller_while_it_is_decoded():
    photograph = saved(Image.new("RGB", (8000, 6000), (200, 180, 160)), "JPEG", quality=30)
    rgba = read_picture(photograph)
    assert rgba.shape == (750, 1000, 4)
    assert np.abs(rgba[..., :3].astype(int) - [200, 180, 160]).max() <= 2


def test_the_largest_pictures_take_no_more_memory_than_they_may(tmp_path):
    pytest.importorskip("resource")
    Image.new("RGB", (8160, 6120), "white").save(tmp_path / "50 megapixels.jpg")
    Image.new("RGB", (5000, 3700), "white").save(tmp_path / "18 progressive megapixels.jpg", progressive=True)
    Image.new("RGB", (4300, 3250), "white").save(tmp_path / "14 megapixels.png")
    Image.new("P", (8600, 6500)).save(tmp_path / "56 megapixels with a palette.png")
    Image.new("RGB", (2100, 1600), "white").save(tmp_path / "3 megapixels.webp", lossless=True)
    program = """if True:
        import resource, sys
        from pathlib import Path
        from mnist_core.drawing.image_files import read_picture
        kilobytes = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        before = kilobytes()
        for file in Path(sys.argv[1]).iterdir():
            read_picture(file)
        print((kilobytes() - before) * (1 if sys.platform == "darwin" else 1024))
    """
    taken = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=True)
    assert int(taken.stdout) < LARGEST_DECODED_BYTES + 24_000_000


@pytest.mark.parametrize(("width", "height"), [(10_000, 10_000), (4001, 3500), (60_000, 60_000), (40_000, 10)])
def test_a_picture_too_large_is_refused_before_it_is_decoded(width, height):
    with pytest.raises(PictureError, match=r"make the picture smaller"):
        read_picture(io.BytesIO(huge_png(width, height)))


def test_a_jpeg_is_refused_at_100_megapixels_and_where_it_cannot_be_decoded_piece_by_piece():
    plain = saved(Image.new("RGB", (64, 64)), "JPEG").getvalue()
    progressive = saved(Image.new("RGB", (64, 64)), "JPEG", progressive=True).getvalue()
    with pytest.raises(PictureError, match=r"100 megapixels .* at most 64"):
        read_picture(io.BytesIO(announcing(plain, 10_000, 10_000)))
    for jpeg in (progressive, in_single_scans(plain)):
        with pytest.raises(PictureError, match=r"48 megapixels .* save it as a plain JPEG"):
            read_picture(io.BytesIO(announcing(jpeg, 8000, 6000)))
    assert read_picture(io.BytesIO(announcing(plain, 8000, 6000))).shape == (750, 1000, 4)


def test_a_tiff_with_tiles_larger_than_memory_is_refused():
    tiff = tiled_tiff(width=64, height=64, tile_side=20_000)
    with pytest.raises(PictureError, match="too much for its format"):
        read_picture(io.BytesIO(tiff))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"Dear Sir or Madam", "no picture"),
        (b"RIFF\0\0\0\0WAVEfmt ", "no picture"),
        (b"%PDF-1.7", "save its page as PNG or JPEG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "save it as JPEG"),
        (b"\0\0\0\x18ftypavif\0\0\0\0avifmif1", "AVIF.* save it as JPEG"),
        (saved(Image.effect_noise((200, 200), 50), "PNG").getvalue()[:5000], "breaks off"),
        (saved(Image.effect_noise((200, 200), 50), "JPEG").getvalue()[:2000], "breaks off"),
        (saved(Image.effect_noise((200, 200), 50), "TIFF").getvalue()[:2000], "breaks off"),
        (saved(Image.effect_noise((200, 200), 50), "GIF").getvalue()[:2000], "breaks off"),
        (saved(Image.effect_noise((200, 200), 50), "WEBP").getvalue()[:500], "damaged"),
        (huge_png(300, 300), "breaks off"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "damaged"),
    ],
    ids=[
        *("empty", "text", "sound", "PDF", "HEIC", "AVIF", "half a PNG", "half a JPEG", "half a TIFF", "half a GIF"),
        *("half a WebP", "a PNG that lies", "a PNG of zeros"),
    ],
)
def test_what_cannot_be_read_gets_its_own_sentence(content, message):
    with pytest.raises(PictureError, match=message):
        read_picture(io.BytesIO(content))


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


def test_a_file_is_read_from_its_start_wherever_somebody_left_it():
    file = saved(Image.fromarray(COLOURS), "PNG")
    file.read()
    np.testing.assert_array_equal(read_picture(file)[..., :3], COLOURS)


def test_many_may_upload_at_once_and_warnings_are_left_as_they_were():
    filters = list(warnings.filters)
    content = saved(Image.fromarray(COLOURS), "PNG").getvalue()
    with ThreadPoolExecutor(8) as threads:
        pictures = list(threads.map(lambda _: read_picture(io.BytesIO(content)), range(100)))
    assert all((picture[..., :3] == COLOURS).all() for picture in pictures)
    assert warnings.filters == filters


def test_a_file_that_is_not_there_is_named(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(PictureError, match=r"“nowhere\.png” cannot be read"):
        read_picture(Path("nowhere.png"))
    with pytest.raises(PictureError, match=r"“folder” cannot be read"):
        read_picture(tmp_path / "folder")
    (tmp_path / "note.txt").write_text("7")
    with pytest.raises(PictureError, match=r"“note\.txt” is no picture"):
        read_picture(tmp_path / "note.txt")


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
        (
            saved(Image.new("L", (9, 9)), "PNG", save_all=True, append_images=[Image.new("L", (9, 9), 9)]).getvalue(),
            "did not arrive whole",
        ),
    ],
)
def test_a_canvas_png_from_a_stranger_is_refused(png, message):
    with pytest.raises(PictureError, match=message):
        decode_canvas_png(png, 480)
