"""A visitor before a locked app, in a real browser: refused, wrong, right, and locked again in the next session."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from benchmarks.browser import App, running_app
from mnist_core.runs import control, store
from tests.browser.conftest import PHONE, Visit, Visitor, without_gpus
from tests.browser.test_draw import contrast

PASSPHRASE = "a horse reads digits"
STARTED_MS = 60_000


@pytest.fixture
def app(home: Path, small_mnist_path: Path) -> Iterator[App]:
    """An app with a passphrase, and a home of its own."""
    environment = {"MNIST_STUDIO_HOME": str(without_gpus(home)), "MNIST_PATH": str(small_mnist_path)}
    with running_app(environment=environment | {"PRESENTER_PASSPHRASE": PASSPHRASE}) as started:
        yield started
    run = store.current()
    if run is not None:
        control.cancel(run.id)


def retrain(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("button", name="Retrain", exact=True)


def give(visitor: Visitor, passphrase: str) -> None:
    """Types a passphrase where the page asks for it, and presses Enter."""
    field = visitor.page.get_by_label("Passphrase", exact=True)
    if not field.is_visible():
        visitor.press("Presenter")
    field.fill(passphrase)
    field.press("Enter")


def test_the_passphrase_unlocks_retrain_for_one_session(visit: Visit):
    visitor = visit().open("/train")
    expect(retrain(visitor)).to_be_disabled()
    assert contrast(retrain(visitor).locator("p")) > 2  # pale, but to be read
    give(visitor, "a cow reads digits")
    expect(visitor.page.get_by_text("That is not the passphrase.")).to_be_visible()
    expect(retrain(visitor)).to_be_disabled()
    assert store.all_runs() == []

    give(visitor, PASSPHRASE)
    expect(visitor.page.locator(".st-key-presenter")).to_have_count(0)
    retrain(visitor).click()
    expect(visitor.page.locator(".run-detail")).to_contain_text("quick-1", timeout=STARTED_MS)
    assert [run.name for run in store.all_runs()] == ["quick-1"]
    assert "horse" not in visitor.page.url
    assert "horse" not in str(visitor.page.context.storage_state())
    visitor.go_to("Runs")
    expect(visitor.page.get_by_role("heading", name="Models")).to_be_visible()
    expect(visitor.page.locator(".st-key-presenter")).to_have_count(0)

    visitor.open("/train")
    expect(retrain(visitor)).to_be_disabled()
    expect(visitor.page.get_by_role("button", name="Cancel", exact=True)).to_be_disabled()


def test_on_a_phone_the_line_fits_and_the_passphrase_unlocks(visit: Visit):
    phone = visit(**PHONE).open("/train")
    expect(retrain(phone)).to_be_disabled()
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
    give(phone, PASSPHRASE)
    expect(retrain(phone)).to_be_enabled()
