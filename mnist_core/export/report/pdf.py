"""Turns a report into a PDF, where WeasyPrint is installed, and Pango, which sets its text."""

from ctypes.util import find_library
from functools import cache
from importlib.util import find_spec

from PIL import ImageFile

from mnist_core.errors import StudioError

PACKAGE, LIBRARY = "weasyprint", "pango-1.0"
NEEDS_PACKAGE = "A PDF needs WeasyPrint: pip install weasyprint. HTML needs nothing, and browsers print it as PDF."
NEEDS_LIBRARY = (
    "WeasyPrint is installed, but not the library Pango: on Debian and Ubuntu “sudo apt install libpango-1.0-0 "
    "libpangoft2-1.0-0 libharfbuzz-subset0”, on macOS “brew install pango”. HTML needs nothing, and browsers print it "
    "as PDF."
)


class NoPdf(StudioError):
    """No PDF can be made on this machine; the message says what to install."""


@cache
def is_possible() -> bool:
    """Returns whether a PDF can be made, without importing what makes it; looked up once."""
    return find_spec(PACKAGE) is not None and find_library(LIBRARY) is not None


def require() -> None:
    """Imports what makes PDFs.

    Raises:
        NoPdf: WeasyPrint or Pango is not installed.
    """
    before = ImageFile.LOAD_TRUNCATED_IMAGES  # WeasyPrint sets it, and half an upload would then pass as whole
    try:
        import weasyprint  # noqa: F401
    except ModuleNotFoundError as error:
        raise NoPdf(NEEDS_PACKAGE) from error
    except OSError as error:
        raise NoPdf(NEEDS_LIBRARY) from error
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def pdf(html: str) -> bytes:
    """Makes a PDF of a report.

    Args:
        html: as `document.html` writes it.

    Raises:
        NoPdf: WeasyPrint or Pango is not installed.
    """
    require()
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    inside = URLFetcher(allowed_protocols={"data"}, fail_on_errors=True)  # a report has everything in itself
    made: bytes = HTML(string=html, url_fetcher=inside).write_pdf()
    return made
