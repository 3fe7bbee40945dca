"""A report that is saved in a real browser, and opened from the disk with the network switched off."""

from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from tests import pango
from tests.browser.conftest import DESKTOP, PHONE

WRITTEN_MS = 120_000  # Matplotlib's start and all its figures at low priority, on a busy machine


def saved(page: Page, format_: str, folder: Path) -> Path:
    """Presses the button that saves, and returns the file that the browser got."""
    button = page.get_by_role("button", name=f"Save {format_},")
    expect(button).to_be_visible(timeout=WRITTEN_MS)
    with page.expect_download() as download:
        button.click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


@pytest.mark.parametrize("options", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_model_page_offers_a_report_that_opens_without_a_network(visit, offline, tmp_path, options):
    page = visit(**options).open("/model").page
    page.get_by_role("button", name="Save a report").click()
    file = saved(page, "HTML", tmp_path)
    assert file.name == "shipped-report.html"

    report = offline(file, **options)
    expect(report.get_by_role("heading", level=1)).to_have_text("shipped")
    report.get_by_role("link", name="Learning curves").click()
    expect(report.get_by_role("img", name="Learning curves")).to_be_in_viewport()
    width = options["viewport"]["width"]
    assert report.evaluate("document.documentElement.scrollWidth") <= width
    for chart in report.get_by_role("img", name="Confusion matrix").all():
        assert chart.bounding_box()["height"] > 200


def test_the_evaluation_page_offers_it_as_pdf(visit, tmp_path):
    pango.required()
    page = visit(**DESKTOP).open("/evaluation").page
    page.get_by_role("button", name="Save a report").click(timeout=WRITTEN_MS)
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="PDF").click()
    document = pypdfium2.PdfDocument(saved(page, "PDF", tmp_path))
    assert "99.72 %" in document[0].get_textpage().get_text_bounded()
