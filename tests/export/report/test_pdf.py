"""Reports as PDF, opened by another program than the one that made them."""

import builtins
import re
import subprocess
import sys

import pypdfium2
import pytest

from mnist_core.export.report import pdf
from tests import pango

A4 = (595, 842)  # points


@pytest.fixture(scope="module")
def pages(shipped) -> list[str]:
    """The text of each page of the shipped model's report."""
    pango.required()
    document = pypdfium2.PdfDocument(pdf.pdf(shipped.html))
    assert all((round(page.get_width()), round(page.get_height())) == A4 for page in document)
    return [page.get_textpage().get_text_bounded() for page in document]


def test_a_pdf_has_all_sections_and_numbers_its_pages(shipped, pages):
    whole = " ".join(pages)
    for heading in shipped.all("h2"):
        assert heading.text in whole
    assert all(f"{number} / {len(pages)}" in page for number, page in enumerate(pages, 1))


def test_its_contents_name_the_page_of_each_section(shipped, pages):
    for heading in [heading.text for heading in shipped.all("h2")][1:]:
        (number,) = re.findall(rf"^\d+ {re.escape(heading)} (\d+)\r?$", pages[0], re.MULTILINE)
        assert heading in pages[int(number) - 1]


def test_text_in_charts_stays_text(pages):
    whole = " ".join(pages)
    assert "Accuracy over the epochs" in whole
    assert "Pen, px thinner or wider" in whole
    assert "99.72 %" in pages[0]


def test_a_report_that_asks_for_anything_outside_is_no_pdf():
    pango.required()
    pdf.require()
    from weasyprint.urls import FatalURLFetchingError

    with pytest.raises(FatalURLFetchingError, match="Error fetching"):
        pdf.pdf('<img src="http://127.0.0.1:9/picture.png">')


def test_who_makes_a_pdf_is_still_told_of_half_a_picture():
    pango.required()
    code = "from PIL import ImageFile; from mnist_core.export.report import pdf; pdf.require(); "
    code += "print(ImageFile.LOAD_TRUNCATED_IMAGES)"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert made.stdout == "False\n"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ModuleNotFoundError("No module named 'weasyprint'"), "pip install weasyprint"),
        (OSError("cannot load library 'libpango-1.0-0'"), "sudo apt install libpango-1.0-0"),
    ],
)
def test_without_what_makes_pdfs_a_sentence_says_what_to_install(error, said, monkeypatch):
    usual = builtins.__import__

    def without(name: str, *arguments: object, **options: object) -> object:
        if name == "weasyprint":
            raise error
        return usual(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(pdf.NoPdf, match=said):
        pdf.pdf("<p>A report</p>")


def test_without_pango_no_pdf_is_offered(monkeypatch):
    pdf.is_possible.cache_clear()
    monkeypatch.setattr(pdf, "find_library", lambda name: None)
    assert not pdf.is_possible()
    pdf.is_possible.cache_clear()
