"""Whether this machine can make PDFs of reports."""

import os

import pytest

from mnist_core.export.report import pdf

INSTALL = "needs Pango (on Debian: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)"


def required() -> None:
    """Skips a test where no PDF can be made; in CI, where one must be, the test fails."""
    if not pdf.is_possible():
        pytest.fail(INSTALL) if os.environ.get("CI") else pytest.skip(INSTALL)
