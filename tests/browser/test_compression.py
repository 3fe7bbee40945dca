"""Smaller versions on the real page: one press, a table, a file that LiteRT opens, and a smaller version that reads."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from playwright.sync_api import expect

from benchmarks.browser import App, running_app
from mnist_core.models import registry
from mnist_core.models.model_folder import Model
from mnist_core.networks import recipes
from mnist_core.reading.network import Network
from mnist_core.runs import control, store
from mnist_core.training import train as training
from tests.browser.conftest import PHONE, Visit
from tests.handwriting import DIGITS, placed

MADE_MS = 600_000  # TensorFlow's start, five conversions and 600 small steps, on a busy machine
QUICK = replace(recipes.QUICK, architecture="tutorial-4", epochs=12)  # no convolution: soon pruned and converted


@pytest.fixture
def app(home: Path, small_mnist, smaller_mnist_path, own_strokes) -> Iterator[App]:
    """An app whose active model is quickly made smaller, with few images and few strokes."""
    training.train(QUICK, small_mnist, registry.folder_of("quick"), lambda _: None)
    registry.activate("quick")
    names = {"MNIST_STUDIO_HOME": home, "MNIST_PATH": smaller_mnist_path, "STROKE_PACK": own_strokes}
    with running_app(environment={name: str(path) for name, path in names.items()}) as started:
        yield started
    run = store.current()
    if run is not None:
        control.cancel(run.id)


def test_one_press_makes_versions_that_are_compared_saved_used_and_read(visit: Visit, small_mnist):
    visitor = visit()
    page = visitor.open("/model").page
    visitor.press("Make smaller versions")
    expect(page.locator(".run-words")).to_have_text("Float16, 1 of 5", timeout=MADE_MS)
    rows = page.locator(".versions tbody tr")
    expect(page.get_by_role("button", name="Use this model")).to_have_count(5, timeout=MADE_MS)
    expect(page.locator(".versions .run-bar")).to_have_count(0, timeout=MADE_MS)
    expect(rows).to_have_count(6)
    titles = ["Original", "Float16", "Dynamic-range int8", "Full int8", "Pruned, 80 %", "Pruned and full int8"]
    for row, title in zip(rows.all(), titles, strict=True):
        expect(row.locator("th")).to_contain_text(title)
        assert "–" not in row.inner_text()
    assert page.locator(".tradeoff circle").count() == 12

    version = page.locator(".st-key-version_int8")
    with page.expect_download() as download:
        version.get_by_role("button", name="Save .tflite").click()
    assert download.value.suggested_filename == "quick-int8.tflite"
    content = Path(download.value.path()).read_bytes()
    signature = Interpreter(model_content=content).get_signature_runner()
    (pixels,) = signature.get_input_details()
    one = signature(**{pixels: small_mnist.x_test[:1, :, :, np.newaxis].astype(np.float32)})
    expected = Network(Model.open(registry.folder_of("quick-int8")).network).run(small_mnist.x_test[:1])
    np.testing.assert_allclose(one["probabilities"], expected.probabilities, atol=1e-3)

    version.get_by_role("button", name="Use this model").click()
    expect(page.get_by_text("quick-int8 is a smaller version of quick: Full int8.")).to_be_visible()
    expect(version.get_by_role("button", name="Reads now")).to_be_disabled()
    assert registry.active_name() == "quick-int8"
    visitor.turn_to("Draw")
    visitor.wait_for_paper()
    visitor.draw(*placed(DIGITS[3], 0.6, 0.2, 0.2))
    expect(page.locator('.answer:not([data-state="blank"])')).to_be_visible()

    phone = visit(**PHONE).open("/model").page
    expect(phone.locator(".versions tbody tr")).to_have_count(6)
    widths = phone.evaluate("() => [document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]
    box = phone.locator(".st-key-use_pruned-int8 button").bounding_box()
    assert box["x"] + box["width"] <= 390
    assert box["height"] >= 40
