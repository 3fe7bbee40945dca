"""Pictures from a file and from the camera, in a real browser."""

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from mnist_core.drawing.strokes import render
from tests.handwriting import drawn, written_number


def png(digit: int, *, orientation: int = 1) -> bytes:
    """A dark digit on white; with an EXIF orientation, stored the wrong way round."""
    picture = Image.fromarray(np.rint(255 - 255 * drawn(digit)).astype(np.uint8))
    if orientation == 6:
        picture = picture.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    picture.save(file, "PNG", exif=exif)
    return file.getvalue()


def upload(visitor, name: str, content: bytes) -> None:
    visitor.page.get_by_text("Picture", exact=True).click()
    visitor.page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "image/png", "buffer": content})


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_picture_is_read_whichever_way_it_was_held(visitor, orientation):
    visitor.open()
    upload(visitor, "seven.png", png(7, orientation=orientation))
    visitor.expect_answer(7)
    expect(visitor.page.locator(".steps img")).to_have_count(4)


def test_a_number_on_a_picture_is_read(visitor):
    file = io.BytesIO()
    ink = render(written_number("2026"), 480, 10)
    Image.fromarray(np.rint(255 - 255 * ink).astype(np.uint8)).save(file, "PNG")
    visitor.open()
    upload(visitor, "number.png", file.getvalue())
    visitor.expect_number("2026")


@pytest.mark.parametrize("content", [b"", b"no picture", png(3)[:200]], ids=["empty", "text", "cut off"])
def test_a_wrong_file_gets_a_sentence(visitor, content):
    visitor.open()
    upload(visitor, "picture.png", content)
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    text = visitor.page.get_by_role("alert").inner_text()
    assert text.strip().endswith(".")
    assert "Traceback" not in visitor.page.inner_text("body")


def test_a_picture_without_a_digit_gets_an_answer(visitor):
    file = io.BytesIO()
    Image.new("L", (200, 200), 255).save(file, "PNG")
    visitor.open()
    upload(visitor, "blank.png", file.getvalue())
    expect(visitor.page.get_by_role("alert")).to_be_visible()


def test_what_is_held_in_front_of_the_camera_is_read(visitor):
    visitor.open()
    visitor.page.get_by_text("Camera", exact=True).click()
    expect(visitor.page.locator("video")).to_have_js_property("readyState", 4)  # the film has begun
    visitor.press("Take Photo")
    visitor.expect_answer(7)
