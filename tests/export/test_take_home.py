"""The file of a network that is taken home."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mnist_core.export.take_home import page as pages
from mnist_core.models import registry
from mnist_core.reading.memory import Memory
from mnist_core.synthesis.non_digits import NONE
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
    assert re.findall(r'(?:src|href)="([^"]*)"', without_weights) == ["data:,", ""]  # "" is this page


@pytest.mark.parametrize("kind", ["script", "style"])
def test_only_its_own_code_may_run(written, kind):
    (code,) = re.findall(rf"<{kind}>(.*?)</{kind}>", written, re.DOTALL)
    (allowed,) = re.findall(rf"{kind}-src '(sha256-[^']+)'", written)
    assert allowed == f"sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}"
    assert "default-src 'none'" in written


def test_a_hands_memory_is_carried_in_half_precision_and_named(written):
    rng = np.random.default_rng(0)
    memory = Memory.of([7, 8, 9], [3, NONE, 5], rng.normal(size=(3, 512)).astype(np.float32))
    taught = pages.taught(written, memory)
    described, packed = (re.search(rf'id="{name}">(.*?)</script>', taught).group(1) for name in ("memory", "features"))
    assert json.loads(described)["labels"] == [3, NONE, 5]
    carried = np.frombuffer(base64.b64decode(packed), "<f2").reshape(3, 512)
    np.testing.assert_allclose(carried, memory.features, rtol=1 / 2000, atol=1e-7)
    assert "holds that hand’s corrections: 3 drawings, no names." in taught
    assert "corrections" not in written
    assert pages.policy() in taught.replace("&#x27;", "'")


@pytest.mark.parametrize(("kind", "is_said"), [("int8", True), ("float16", True), ("pruned", False)])
def test_of_a_smaller_version_it_says_that_it_computes_the_network_as_it_was_before(kind, is_said):
    model = registry.shipped()
    made: Any = {
        "kind": kind,
        "of": "mine",
        "network": "a",
        "made": "2026-11-28T12:00:00+00:00",
        "sparsity": 0.0,
        "zeros": 0,
        "seconds": 0.0,
    }
    said = page_of(replace(model, card={**model.card, "compressed": made}))
    assert ("shipped is a smaller version of it" in said) is is_said
