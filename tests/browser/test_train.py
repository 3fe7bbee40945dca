"""Trainings before real visitors: small ones, but with a real network."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from benchmarks.browser import App, running_app
from mnist_core.data.mnist import FILES
from mnist_core.models import model_folder, registry
from mnist_core.runs import control, processes, store
from mnist_core.runs.outcomes import State
from tests.browser.conftest import DESKTOP, Visitor, without_gpus
from tests.handwriting import DIGITS, placed

TRAINED_MS = 120_000  # TensorFlow's start and a small training, on a busy machine


@pytest.fixture
def app(home: Path, smaller_mnist_path: Path, few_strokes: Path) -> Iterator[App]:
    """An app with a home of its own, where nothing was trained yet, few images and few strokes."""
    names = {"MNIST_STUDIO_HOME": without_gpus(home), "MNIST_PATH": smaller_mnist_path, "STROKE_PACK": few_strokes}
    with running_app(environment={name: str(path) for name, path in names.items()}) as started:
        yield started
    run = store.current()
    if run is not None:
        control.cancel(run.id)


def headline(visitor: Visitor, *words: str) -> None:
    """Waits until the run's headline says one of these."""
    expect(visitor.page.locator(".run-words")).to_have_text("|".join(words), timeout=TRAINED_MS)


def ask_for_epochs(visitor: Visitor, epochs: int) -> None:
    """Asks for another number of epochs than the recipe's."""
    visitor.page.locator(".st-key-recipe_side summary").click()
    field = visitor.page.get_by_label("Epochs")
    field.fill(str(epochs))
    field.press("Enter")


def test_a_training_is_watched_used_and_taken_back(visitor):
    visitor.open("/train")
    ask_for_epochs(visitor, 12)
    visitor.press("Retrain")
    expect(visitor.page.locator(".run-words")).to_contain_text("Epoch", timeout=TRAINED_MS)
    headline(visitor, "Finished")
    assert visitor.page.locator(".run .line.accented").first.get_attribute("points").count(",") == 12
    visitor.press("Use this model")
    expect(visitor.page.get_by_text("quick-1 is active")).to_be_visible()
    assert registry.active_name() == "quick-1"

    visitor.go_to("Draw")
    visitor.wait_for_paper()
    visitor.draw(*placed(DIGITS[3], 0.6, 0.2, 0.2))
    expect(visitor.page.locator('.answer:not([data-state="blank"])')).to_be_visible()
    visitor.go_to("Runs")
    expect(visitor.page.locator(".runs tbody tr")).to_have_count(1)
    with visitor.page.expect_download() as download:
        visitor.press("History .csv")
    assert len(Path(download.value.path()).read_text().splitlines()) == 13
    with visitor.page.expect_download() as download:
        visitor.press("Model .keras")
    assert (
        Path(download.value.path()).read_bytes()
        == model_folder.Model.open(registry.folder_of("quick-1")).keras_path.read_bytes()
    )
    visitor.press("Go back to shipped")
    expect(visitor.page.get_by_role("button", name="Go back to quick-1")).to_be_visible()
    assert registry.active_name() == registry.SHIPPED.name


def test_models_are_combined_compared_with_the_best_of_them_and_used(visitor, own_model):
    visitor.open("/train")
    chosen = visitor.page.get_by_label("Models to combine")
    for name in ("shipped", "mine"):
        option = visitor.page.get_by_role("option", name=name, exact=True)
        for _ in range(30):
            if option.is_visible():  # the list closes where the page shows that it has looked for GPUs
                break
            chosen.click()
            visitor.page.wait_for_timeout(500)
        option.click()
    chosen.press("Escape")
    visitor.press("Combine them")
    expect(visitor.page.get_by_role("button", name="Use this model")).to_be_visible(timeout=2 * TRAINED_MS)
    expect(visitor.page.locator(".comparison thead th")).to_have_text(["ensemble-1", "shipped"])
    expect(visitor.page.get_by_text("times as large as shipped")).to_be_visible()
    visitor.press("Use this model")
    expect(visitor.page.get_by_text("ensemble-1 is active")).to_be_visible()

    visitor.go_to("Draw")
    visitor.wait_for_paper()
    visitor.draw(*placed(DIGITS[3], 0.6, 0.2, 0.2))
    visitor.expect_answer(3)
    visitor.turn_to("The model")
    expect(visitor.page.locator(".headline dl").first).to_contain_text("shipped and mine")
    expect(visitor.page.get_by_text("Learning curves")).to_have_count(0)


def test_two_visitors_press_at_once_watch_one_run_lose_it_resume_it_and_cancel_it(visit):
    first, second, watcher = visit().open("/train"), visit().open("/train"), visit().open("/runs")
    for visitor in (first, second):
        ask_for_epochs(visitor, 200)
    for visitor in (first, second):
        visitor.page.get_by_role("button", name="Retrain", exact=True).click(no_wait_after=True)
    expect(second.page.get_by_text("quick is training already")).to_be_visible()
    (run,) = store.all_runs()
    for visitor in (first, second):
        expect(visitor.page.locator(".run-words")).to_contain_text(
            re.compile(r"Epoch ([2-9]|\d\d+) of"), timeout=TRAINED_MS
        )

    expect(watcher.page.locator('.runs tr[data-state="running"]')).to_contain_text(re.compile(r"([2-9]|\d\d+) of 200"))

    os.killpg(int((run.folder / processes.PROCESS).read_text()), signal.SIGKILL)
    for visitor in (first, second):
        headline(visitor, "Interrupted")
    expect(watcher.page.locator('.runs tr[data-state="interrupted"]')).to_be_visible()
    first.press("Resume")
    expect(second.page.locator(".run-words")).to_contain_text(re.compile(r"Epoch \d+ of"), timeout=TRAINED_MS)
    second.press("Cancel")
    for visitor in (first, second):
        headline(visitor, "Cancelled")
    expect(watcher.page.locator('.runs tr[data-state="cancelled"]')).to_be_visible()
    assert store.read(run.id).state is State.CANCELLED
    assert registry.names() == [registry.SHIPPED.name]


def test_a_training_outlives_the_server_and_the_next_one_shows_it(browser, home, small_mnist_path):
    environment = {"MNIST_STUDIO_HOME": str(without_gpus(home)), "MNIST_PATH": str(small_mnist_path)}
    with running_app(environment=environment) as app:
        visitor = Visitor(browser.new_context(**DESKTOP).new_page(), app.address).open("/train")
        ask_for_epochs(visitor, 200)
        visitor.press("Retrain")
        expect(visitor.page.locator(".run-words")).to_contain_text(re.compile(r"Epoch \d+ of"), timeout=TRAINED_MS)
        visitor.page.context.close()
    with running_app(environment=environment) as app:
        visitor = Visitor(browser.new_context(**DESKTOP).new_page(), app.address).open("/train")
        expect(visitor.page.locator(".run-words")).to_contain_text("Epoch")
        visitor.press("Cancel")
        headline(visitor, "Cancelled")
        visitor.page.context.close()


def test_a_recipe_is_validated_by_folds_of_a_small_share_watched_by_two_lost_and_resumed(
    browser, home, small_mnist, tmp_path
):
    path = tmp_path / "larger.npz"  # so that the folds take long enough to be watched
    np.savez(path, **{name: np.concatenate([getattr(small_mnist, name)] * 3) for name in FILES})
    with running_app(environment={"MNIST_STUDIO_HOME": str(without_gpus(home)), "MNIST_PATH": str(path)}) as app:
        first, second = (Visitor(browser.new_context(**DESKTOP).new_page(), app.address) for _ in range(2))
        for visitor in (first, second):
            visitor.open("/train")
        ask_for_epochs(first, 20)
        share = first.page.locator(".st-key-share_to_divide").get_by_role("slider")
        share.press("ArrowLeft")
        expect(first.page.locator(".st-key-share_to_divide")).to_contain_text("50 %")
        number = first.page.locator(".st-key-number_of_folds").get_by_role("slider")
        for _ in range(2):
            number.press("ArrowLeft")
        expect(first.page.locator(".st-key-number_of_folds")).to_contain_text("3")
        first.press("Validate quick")
        result = ".st-key-folds_result_side"
        for visitor in (first, second):
            words = visitor.page.locator(f"{result} .run-words")
            expect(words).to_contain_text(re.compile(r"Fold [23] of 3"), timeout=TRAINED_MS)
            expect(visitor.page.locator(f"{result} circle.fold").first).to_be_visible()
        (run,) = store.validations()
        assert (run.subset, run.folds) == (450, 3)
        os.killpg(processes.number(run.folder), signal.SIGKILL)
        for visitor in (first, second):
            expect(visitor.page.locator(f"{result} .run-words")).to_have_text("Interrupted", timeout=TRAINED_MS)
        second.press("Resume")
        for visitor in (first, second):
            expect(visitor.page.locator(f"{result} .run-words")).to_contain_text("±", timeout=TRAINED_MS)
            expect(visitor.page.locator(f"{result} circle.fold")).to_have_count(3)
            expect(visitor.page.locator(f"{result} .run-detail")).to_contain_text("Trained on 300 images, expect")
            assert visitor.complaints == []
            visitor.page.context.close()
        assert store.read(run.id).accuracy == store.validation_of(run).mean


def test_on_a_phone_pressing_retrain_with_the_settings_open_brings_the_run_into_view(phone):
    phone.open("/train")
    phone.page.locator(".st-key-recipe_side summary").click()
    expect(phone.page.get_by_text("Turns gradients into steps.")).to_be_visible()
    expect(phone.page.locator(".run-words")).not_to_be_in_viewport()
    phone.press("Retrain")
    expect(phone.page.locator(".run-words")).to_be_in_viewport()
    phone.press("Cancel")
    headline(phone, "Cancelled")


def test_on_a_phone_every_column_of_the_tables_is_in_sight(phone):
    def hidden_px() -> list[int]:
        return phone.page.locator(".sheet").evaluate_all("all => all.map(one => one.scrollWidth - one.clientWidth)")

    phone.open("/train")
    phone.page.get_by_text("All layers, with output shapes and parameters").click()
    expect(phone.page.locator(".st-key-layers td[data-column='Parameters']").last).to_be_visible()
    assert hidden_px() == [0]
    phone.go_to("Runs")
    expect(phone.page.locator(".st-key-shelf td[data-column='Test accuracy']")).to_be_visible()
    assert hidden_px() == [0]


def test_the_box_that_deletes_a_model_closes_with_it(visitor, own_model):
    visitor.open("/runs")
    visitor.page.locator(".st-key-model input").click()
    visitor.page.get_by_role("option", name="mine").click()
    visitor.press("Delete")
    visitor.press("Delete mine")
    expect(visitor.page.locator(".st-key-shelf tbody tr")).to_have_count(1)
    expect(visitor.page.get_by_text("will be deleted for good")).to_have_count(0)
