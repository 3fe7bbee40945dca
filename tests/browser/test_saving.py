"""Saving what a page shows, in a real browser."""

import io
from xml.etree import ElementTree

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.browser.test_draw import SEVEN

DRAWN_MS = 60_000  # Matplotlib's start at low priority, on a busy machine


def saved(page: Page, format_: str) -> bytes:
    """Presses the button that saves, and returns the file that the browser got."""
    button = page.get_by_role("button", name=f"Save {format_}")
    expect(button).to_be_visible(timeout=DRAWN_MS)
    with page.expect_download() as download:
        button.click()
    assert download.value.suggested_filename.endswith(f".{format_.lower()}")
    return download.value.path().read_bytes()


@pytest.mark.parametrize("options", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_chart_is_saved_as_png_svg_and_pdf_after_a_look_at_it(visit, options):
    visitor: Visitor = visit(**options)
    page = visitor.open("/dataset?section=Overview").page
    page.get_by_role("button", name="Save as picture").first.click()
    dialog = page.get_by_role("dialog")
    preview = dialog.get_by_role("img", name="The picture to save")
    expect(preview).to_be_visible(timeout=DRAWN_MS)
    box = preview.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= options["viewport"]["width"]

    assert Image.open(io.BytesIO(saved(page, "PNG"))).width == 1500
    dialog.get_by_role("radio", name="SVG").click()
    assert ElementTree.fromstring(saved(page, "SVG")).tag.endswith("svg")
    dialog.get_by_role("radio", name="PDF").click()
    (sheet,) = pypdfium2.PdfDocument(saved(page, "PDF"))
    assert "300 training images" in sheet.get_textpage().get_text_bounded()


def test_a_drawing_is_saved_with_its_answer(visit):
    visitor: Visitor = visit(**DESKTOP)
    page = visitor.open("/").page
    page.get_by_role("button", name="Save as picture", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("draw a digit first", timeout=DRAWN_MS)
    page.keyboard.press("Escape")

    visitor.draw(*SEVEN)
    visitor.expect_answer(7)
    page.get_by_role("button", name="Save as picture", exact=True).click()
    page.get_by_role("dialog").get_by_role("radio", name="SVG").click()
    words = " ".join(ElementTree.fromstring(saved(page, "SVG")).itertext())
    assert "Read as 7" in words
