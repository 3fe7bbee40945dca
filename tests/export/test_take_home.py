"""The file of a network that is taken home."""

import base64
import hashlib
import re

import pytest

from mnist_core.models import registry
from tests.export.take_home import page_of


@pytest.fixture(scope="module")
def written() -> str:
    """The shipped model's file."""
    return page_of(registry.shipped())


def test_it_says_which_model_it_is(written):
    assert "<title>shipped reads digits</title>" in written
    assert "Recipe default, 22 November 2026: 99.72 % of 10,000 test digits right" in written
    assert "Apache License 2.0" in written


def test_it_asks_for_nothing_outside_of_itself(written):
    without_weights = re.sub(r'(<script type="text/plain" id="weights">).*?(</script>)', r"\1\2", written)
    assert re.findall(r"https?:|//\w|@import|url\(|\beval\b|Function\(|\bfetch\b|import\(", without_weights) == []
    assert re.findall(r'(?:src|href)="([^"]*)"', without_weights) == ["data:,"]


@pytest.mark.parametrize("kind", ["script", "style"])
def test_only_its_own_code_may_run(written, kind):
    (code,) = re.findall(rf"<{kind}>(.*?)</{kind}>", written, re.DOTALL)
    (allowed,) = re.findall(rf"{kind}-src '(sha256-[^']+)'", written)
    assert allowed == f"sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}"
    assert "default-src 'none'" in written
