"""The Evaluation page, in a real browser, with a small MNIST."""

import shutil

import pytest
from playwright.sync_api import expect

from benchmarks.browser import running_app
from mnist_core import files
from mnist_core.evaluation.results import Evaluation
from mnist_core.models import model_folder, registry
from tests.browser.conftest import DESKTOP, PHONE, Visitor


@pytest.fixture(scope="module")
def app(tmp_path_factory, small_mnist_path):
    """An app with a model, "mine", whose figures an older version has left out."""
    home = tmp_path_factory.mktemp("home")
    folder = home / "models" / "mine"
    shutil.copytree(registry.SHIPPED, folder)
    files.write_json(folder / model_folder.CARD, registry.shipped().card | {"name": "mine"})
    files.write_json(folder / model_folder.EVALUATION, {"accuracy": 0.9})
    (home / "active").write_text("mine\n")
    with running_app(environment={"MNIST_STUDIO_HOME": str(home), "MNIST_PATH": str(small_mnist_path)}) as started:
        started.home = home
        yield started


def test_a_model_is_measured_once_and_its_cells_can_be_chosen_by_mouse_and_keyboard(visit, app):
    page = visit().open("/evaluation?part=Confusion").page
    expect(page.locator(".reach")).to_contain_text("in 100 test digits", timeout=60_000)
    kept = model_folder.Model.open(app.home / "models" / "mine").evaluation
    assert Evaluation.from_json(kept).images == 100

    page.get_by_role("button", name="3 read as 3").click()
    cell = page.locator(".cell")
    expect(cell).to_contain_text("3, read as 3")
    expect(cell.get_by_role("img", name="a 3")).to_have_count(10)
    page.keyboard.press("ArrowDown")
    focused = page.locator("[data-choice]:focus")
    choice = focused.get_attribute("data-choice")
    assert choice[0] != "3"
    page.keyboard.press("Enter")
    expect(page.locator(f'[data-choice="{choice}"]')).to_have_attribute("aria-pressed", "true")
    expect(cell).to_contain_text(f"{choice[0]}, ")
    expect(page.locator('[data-choice][tabindex="0"]')).to_have_count(1)


@pytest.mark.parametrize("options", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_two_models_side_by_side_fit_the_screen(visit, app, options):
    visitor: Visitor = visit(**options)
    width = options["viewport"]["width"]
    for part in ("Figures", "Confusion", "Mistakes", "Robustness", "One by one"):
        page = visitor.open(f"/evaluation?beside=shipped&part={part}").page
        expect(page.locator(".reach .reached")).to_have_count(2, timeout=60_000)
        expect(page.get_by_role("radio", name=part)).to_be_checked()
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_all_predictions_are_saved_as_csv(visit):
    page = visit().open("/evaluation?part=One+by+one").page
    page.get_by_role("button", name="mine, as CSV").click(timeout=60_000)
    button = page.get_by_role("dialog").get_by_role("button", name="Save CSV")
    expect(button).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        button.click()
    assert download.value.suggested_filename == "mine-predictions.csv"
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("index,label,answer,probability_0")
    assert len(lines) == 1 + 100
