"""The Train and the Runs page in Streamlit's own test harness, with trainings in which nothing is learned."""

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import Mock

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.models import model_folder, registry
from mnist_core.networks import architectures, recipes
from mnist_core.networks.recipe import Recipe
from mnist_core.runs import control, store
from mnist_core.runs.aside import CommandFailed
from mnist_core.runs.outcomes import State
from mnist_core.training import combining
from mnist_core.training import gpus as library_gpus
from mnist_core.training.gpus import Gpus
from tests.pages.test_app import text
from ui.training import gpus, recipe_form
from ui.training.gpus import Search

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60
STARTED = store.Run("id", "quick-1", recipes.QUICK, None, datetime(2026, 11, 22, tzinfo=UTC), State.STARTING)

pytestmark = pytest.mark.usefixtures("fake_worker")


@pytest.fixture
def app() -> AppTest:
    """The Train page, opened by a new visitor."""
    opened = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    return opened.switch_page("pages/train.py").run()


def ended(id_: str) -> store.Run:
    deadline = time.monotonic() + PATIENCE_S
    while (run := store.read(id_)).is_on:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return run


def trained(**settings: object) -> store.Run:
    """A run that has ended, of the default recipe."""
    return ended(control.start(replace(recipes.DEFAULT, epochs=3, **settings)).id)


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_before_any_training_the_page_shows_the_network_and_invites(app):
    assert not app.exception
    assert text(app, "run_headline") == "Ready Nothing has been trained here yet. Choose a recipe and press Retrain."
    parameters = architectures.parameters(recipes.find("quick"))
    assert text(app, "diagram").startswith(f"The network {parameters:,} parameters Picture 28 × 28 × 1")
    assert "Cancel" not in labels(app)


def test_another_recipe_shows_its_network_and_its_own_settings(app):
    app.selectbox(key="recipe").set_value("tutorial-3").run()

    assert "121,930 parameters" in text(app, "diagram")
    assert app.number_input(key="epochs_tutorial-3").value == 5
    assert app.selectbox(key="batch_size_tutorial-3").value == 64
    assert app.slider(key="dropout_tutorial-3").value == 0.5


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_a_recipe_that_nobody_changed_is_trained_as_it_is(app, name, monkeypatch):
    asked = []
    monkeypatch.setattr(control, "start", lambda recipe, subset, gpu, own: asked.append((recipe, subset)) or STARTED)
    app.selectbox(key="recipe").set_value(name).run()
    app.button(key="retrain").click().run()

    assert not app.exception
    assert asked == [(recipes.find(name), None)]


def test_what_was_changed_is_what_is_trained(app, monkeypatch):
    asked = []
    monkeypatch.setattr(control, "start", lambda recipe, subset, gpu, own: asked.append((recipe, subset)) or STARTED)
    app.selectbox(key="recipe").set_value("tutorial-3").run()
    app.number_input(key="epochs_tutorial-3").set_value(2)
    app.selectbox(key="batch_size_tutorial-3").set_value(256)
    app.selectbox(key="optimizer_tutorial-3").set_value("sgd")
    app.selectbox(key="learning_rate_tutorial-3").set_value(0.03)
    app.slider(key="dropout_tutorial-3").set_value(0.25)
    app.selectbox(key="schedule_tutorial-3").set_value("one-cycle")
    app.selectbox(key="weight_decay_tutorial-3").set_value(0.01)
    app.selectbox(key="loss_tutorial-3").set_value(True)
    app.run()
    app.slider(key="label_smoothing_tutorial-3").set_value(0.1)
    app.slider(key="validation_share_tutorial-3").set_value(20)
    app.toggle(key="augmented_tutorial-3").set_value(True)
    app.toggle(key="styled_tutorial-3").set_value(True)
    app.number_input(key="seed_tutorial-3").set_value(9)
    app.select_slider(key="share").set_value("10 %")
    app.button(key="retrain").click().run()
    changed = replace(
        recipes.find("tutorial-3"),
        epochs=2,
        batch_size=256,
        optimizer="sgd",
        learning_rate=0.03,
        schedule="one-cycle",
        weight_decay=0.01,
        one_hot=True,
        label_smoothing=0.1,
        dropout=0.25,
        validation_fraction=0.2,
        augmentation=recipes.DEFAULT.augmentation,
        handwritten=recipes.DEFAULT.handwritten,
        seed=9,
    )

    assert asked == [(changed, 30)]  # of 300 images at hand


def asked_with(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> Recipe:
    """Presses Retrain and returns the recipe that is then trained by."""
    asked = []
    monkeypatch.setattr(control, "start", lambda recipe, subset, gpu, own: asked.append(recipe) or STARTED)
    app.button(key="retrain").click().run()
    assert not app.exception
    return asked[0]


def test_another_optimizer_brings_its_usual_rate_and_one_that_was_chosen_stays(app, monkeypatch):
    rate = app.selectbox(key="learning_rate_quick")
    assert rate.options[0] == "0.3, the recipe’s"
    app.selectbox(key="optimizer_quick").set_value("adam").run()
    assert app.selectbox(key="learning_rate_quick").options[0] == "0.001, usual for Adam"
    assert asked_with(app, monkeypatch).learning_rate == 0.001

    app.selectbox(key="learning_rate_quick").set_value(0.03).run()
    app.selectbox(key="optimizer_quick").set_value("rmsprop").run()
    changed = asked_with(app, monkeypatch)
    assert (changed.optimizer, changed.learning_rate) == ("rmsprop", 0.03)


def test_without_validation_nothing_calibrates_and_its_share_cannot_be_set(app, monkeypatch):
    app.selectbox(key="validation_quick").set_value("none").run()
    assert app.slider(key="validation_share_quick").disabled
    changed = asked_with(app, monkeypatch)
    assert (changed.validation, changed.calibrated) == ("none", False)


def test_sparse_labels_are_not_smoothed(app, monkeypatch):
    app.selectbox(key="loss_quick").set_value(False).run()
    assert app.slider(key="label_smoothing_quick").disabled
    changed = asked_with(app, monkeypatch)
    assert (changed.one_hot, changed.label_smoothing) == (False, 0)


def test_another_models_outputs_are_learned_when_somebody_says_so(app, own_model, monkeypatch):
    assert not app.toggle(key="taught_quick").value
    app.toggle(key="taught_quick").set_value(True).run()
    assert app.selectbox(key="teacher_quick").options == ["shipped", "mine"]
    app.selectbox(key="teacher_quick").set_value("mine")
    app.slider(key="teacher_share_quick").set_value(50)
    app.select_slider(key="teacher_temperature_quick").set_value(2.0).run()
    assert asked_with(app, monkeypatch) == recipes.with_teacher(recipes.QUICK, "mine", 0.5, 2.0)


def test_a_recipe_with_a_teacher_can_do_without(app, monkeypatch):
    app.selectbox(key="recipe").set_value("student-distilled").run()
    assert app.toggle(key="taught_student-distilled").value
    app.toggle(key="taught_student-distilled").set_value(False).run()
    assert asked_with(app, monkeypatch).teacher == ""


def test_a_teacher_that_is_damaged_is_said_before_the_training(app, own_model):
    (own_model / model_folder.NETWORK).write_bytes(b"")
    app.toggle(key="taught_quick").set_value(True).run()
    app.selectbox(key="teacher_quick").set_value("mine").run()
    assert not app.exception
    assert "“mine” is damaged" in app.error[0].value
    assert "choose another model to learn from" in app.error[0].value


def test_models_are_combined_and_compared_with_the_best_of_them(own_model, app):
    assert app.button(key="combine").disabled
    app.multiselect(key="members").set_value(["shipped", "mine"]).run()
    app.button(key="combine").click().run()
    run = ended(store.latest().id)
    assert run.recipe == combining.recipe_of(["shipped", "mine"])
    app.run()

    assert not app.exception
    assert text(app, "run_headline").startswith("Finished ensemble-1 combines shipped and mine")
    assert "Accuracy, training" not in text(app, "run")
    assert "use" in keys(app)
    app.switch_page("pages/runs.py").run()
    assert not app.exception
    assert re.search(r"ensemble-1 99\.\d\d % – finished", text(app, "runs"))
    assert "was not trained itself" in text(app, f"diagnosis_{run.id}")


def keys(app: AppTest) -> list[str]:
    return [button.key for button in app.button]


def test_with_one_model_there_is_nothing_to_combine(app):
    assert app.multiselect(key="members").disabled
    assert app.button(key="combine").disabled
    assert any(caption.value.startswith("It takes two models") for caption in app.caption)


def test_a_member_that_cannot_be_combined_is_said(own_model, app):
    (own_model / model_folder.KERAS_MODEL).unlink()
    app.multiselect(key="members").set_value(["shipped", "mine"]).run()
    app.button(key="combine").click().run()
    assert "“mine” cannot be combined: its model.keras is missing" in app.error[0].value
    assert store.all_runs() == []


def test_every_setting_has_its_sentence(app):
    said = [caption.value for caption in app.caption]
    widgets = [*app.number_input, *app.selectbox, *app.slider, *app.toggle]
    settings = [widget.key.removesuffix("_quick") for widget in widgets if widget.key.endswith("_quick")]

    assert sorted([*settings, "share"]) == sorted(recipe_form.SENTENCES)
    for sentence in recipe_form.SENTENCES.values():
        assert any(caption.startswith(sentence.split("{")[0]) for caption in said), sentence


def test_the_loss_says_whether_it_is_taken_from_logits(app):
    app.selectbox(key="recipe").set_value("tutorial-2").run()
    assert any("computed from logits" in caption.value for caption in app.caption)
    assert app.selectbox(key="loss_tutorial-2").value is False
    app.selectbox(key="recipe").set_value("tutorial-3").run()
    assert any("computed from probabilities" in caption.value for caption in app.caption)


def test_without_a_gpu_a_line_says_so_and_nothing_can_be_chosen(app):
    assert "TensorFlow found no GPU. Training uses the CPU." in [caption.value for caption in app.caption]
    assert "GPU" not in [box.label for box in app.selectbox]


@pytest.fixture
def search(monkeypatch) -> Iterator[Search]:
    """A search for GPUs that begins with the test; it finds nothing before `search.found` is set."""

    def ask() -> Gpus:
        assert search.found.wait(PATIENCE_S)
        return Gpus(found=["NVIDIA T4", "NVIDIA A100"], used=0, memory_growth=True)

    search = Search(ask)
    search.found = threading.Event()
    monkeypatch.setattr(library_gpus, "kept", lambda: None)
    monkeypatch.setattr(gpus, "shared", lambda: search)
    yield search
    search.found.set()


def test_gpus_are_looked_for_while_the_page_stands_and_one_of_several_can_be_chosen(search, app, monkeypatch):
    assert "Looking for GPUs ..." in [caption.value for caption in app.caption]
    assert "GPU" not in [box.label for box in app.selectbox]
    search.found.set()
    deadline = time.monotonic() + PATIENCE_S
    while search.look().is_on:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    app.run()
    assert app.selectbox(key="gpu").options == ["GPU 0 (NVIDIA T4)", "GPU 1 (NVIDIA A100)"]

    asked = []
    monkeypatch.setattr(control, "start", lambda recipe, subset, gpu, own: asked.append(gpu) or STARTED)
    app.selectbox(key="gpu").set_value(1).run()
    assert any(caption.value.startswith("Training uses GPU 1 (NVIDIA A100)") for caption in app.caption)
    app.button(key="retrain").click().run()
    assert asked == ["1"]


def test_a_search_that_failed_is_told_and_can_be_repeated(app, monkeypatch):
    search = Search(Mock(side_effect=[CommandFailed("it ended with exit code -9."), Gpus()]))
    monkeypatch.setattr(library_gpus, "kept", lambda: None)
    monkeypatch.setattr(gpus, "shared", lambda: search)

    def look_until_it_has_ended() -> list[str]:
        app.run()
        while search.look().is_on:
            time.sleep(0.01)
        return [caption.value for caption in app.run().caption]

    assert "Looking for GPUs failed: it ended with exit code -9." in look_until_it_has_ended()
    app.button(key="look_for_gpus_again").click().run()
    assert "TensorFlow found no GPU. Training uses the CPU." in look_until_it_has_ended()
    assert "look_for_gpus_again" not in [button.key for button in app.button]


def test_a_second_press_says_what_is_running_and_cancel_ends_it(app, monkeypatch):
    monkeypatch.setenv("FAKE_TRAINING", "5")
    app.select_slider(key="share").set_value("All")
    app.button(key="retrain").click().run()
    other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run().switch_page("pages/train.py").run()
    other.button(key="retrain").click().run()

    assert other.error[0].value.startswith("quick is training already: quick-1 is ")
    assert [run.is_on for run in store.all_runs()] == [True]
    other.button(key="cancel").click().run()
    assert text(other, "run_headline").startswith("Cancelled quick-1 was cancelled ")
    assert store.latest().state is State.CANCELLED


def test_a_finished_run_is_compared_used_and_taken_back(app):
    trained()
    app.run()
    assert text(app, "run_headline").startswith("Finished default-1")
    assert "default-1 shipped" in text(app, "comparison")
    assert registry.active_name() == registry.SHIPPED.name

    app.button(key="use").click().run()
    assert registry.active_name() == "default-1"
    assert "use" not in [button.key for button in app.button]
    app.button(key="back_from_offer").click().run()
    assert registry.active_name() == registry.SHIPPED.name
    app.button(key="use").click().run()
    assert registry.active_name() == "default-1"


def test_an_interrupted_run_is_resumed_from_the_page(app, monkeypatch):
    monkeypatch.setenv("FAKE_TRAINING", "bug")
    run = trained()
    app.run()
    assert "upside down" in text(app, "run_headline")
    monkeypatch.setenv("FAKE_TRAINING", "0")
    app.button(key="resume").click().run()

    assert ended(run.id).state is State.FINISHED


def test_a_run_whose_model_was_deleted_is_shown_without_it(app):
    trained()
    registry.delete("default-1")
    app.run()

    assert not app.exception
    assert text(app, "run_headline").startswith("Finished")
    assert "use" not in [button.key for button in app.button]


def test_the_runs_page_lists_all_runs_with_curves_and_diagnoses(app, monkeypatch):
    trained()
    monkeypatch.setenv("FAKE_TRAINING", "memory")
    failed = trained(seed=1)
    app.switch_page("pages/runs.py").run()

    assert not app.exception
    table = text(app, "runs")
    assert re.search(r"default-1 99\.\d\d % 3 of 3 finished", table)
    assert "default-2 – 1 of 3 failed: the memory is used up." in table
    assert table.index("default-2") < table.index("default-1")
    assert "default-2 After one epoch" in text(app, f"diagnosis_{failed.id}")
    assert "Accuracy, validation" in text(app, "overlay")


def test_a_run_is_forgotten_and_its_model_stays(app):
    run = trained()
    app.switch_page("pages/runs.py").run()
    app.button(key=f"forget_{run.id}").click().run()

    assert not app.exception
    assert store.all_runs() == []
    assert registry.names() == [registry.SHIPPED.name, "default-1"]


def test_a_damaged_run_is_named_and_can_be_forgotten(app):
    run = trained()
    (run.folder / store.REQUEST).write_text("{")
    app.switch_page("pages/runs.py").run()
    assert run.id in app.warning[0].value

    app.button(key=f"forget_{run.id}").click().run()
    assert store.damaged() == []


def test_models_are_used_taken_back_and_deleted_but_never_the_one_that_reads(app, own_model):
    app.switch_page("pages/runs.py").run()
    app.selectbox(key="model").set_value("mine").run()
    app.button(key="use_from_shelf").click().run()
    assert registry.active_name() == "mine"
    assert app.button(key="use_from_shelf").disabled

    app.button(key="back_from_shelf").click().run()
    assert registry.active_name() == registry.SHIPPED.name
    app.selectbox(key="model").set_value("mine").run()
    app.button(key="delete").click().run()
    assert not app.exception
    assert registry.names() == [registry.SHIPPED.name]


def test_a_damaged_model_is_on_the_shelf_with_a_sentence(app, own_model):
    (own_model / model_folder.NETWORK).write_bytes(b"")
    app.switch_page("pages/runs.py").run()

    assert not app.exception
    assert "“mine” is damaged" in text(app, "shelf")


def validated(**settings: object) -> store.Run:
    """A validation that has ended, of the default recipe by three folds."""
    return ended(control.start(replace(recipes.DEFAULT, epochs=2, **settings), folds=3, subset=100).id)


def test_before_any_validation_the_page_says_what_one_is(app):
    assert any("divided into K parts" in caption.value for caption in app.caption)
    assert "No recipe has been validated here yet." in [caption.value for caption in app.caption]


def test_the_recipe_that_was_chosen_is_validated_with_as_many_folds_and_images_as_asked_for(app, monkeypatch):
    asked = []
    monkeypatch.setattr(control, "start", lambda recipe, subset, folds, gpu: asked.append((recipe, subset, folds)))
    app.selectbox(key="recipe").set_value("tutorial-3").run()
    app.slider(key="number_of_folds").set_value(3)
    app.select_slider(key="share_to_divide").set_value("1 %")
    app.button(key="validate").click().run()

    assert not app.exception
    assert asked == [(recipes.find("tutorial-3"), 3, 3)]  # of 300 images at hand


def test_a_validation_at_work_is_told_to_who_presses_next_and_can_be_cancelled_by_others(app, monkeypatch):
    monkeypatch.setenv("FAKE_TRAINING", "5")
    app.button(key="validate").click().run()
    other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run().switch_page("pages/train.py").run()
    other.button(key="retrain").click().run()

    assert other.error[0].value.startswith("quick is training already: quick-5-fold-1 is ")
    other.button(key="validate").click().run()
    assert [run.is_on for run in store.all_runs()] == [True]
    other.button(key="cancel_validation").click().run()
    assert text(other, "folds_headline") == "Cancelled quick-5-fold-1 was cancelled after 0 of 5 folds."


def test_a_finished_validation_shows_mean_deviation_and_what_they_mean(app):
    validated()
    app.run()

    assert text(app, "folds_headline").startswith("92.00 % ± 1.00 Trained on 67 images, expect default to read 92")
    assert "91.0 92.0 93.0" in text(app, "folds_found")
    assert text(app, "run_headline").startswith("Ready")


def test_an_interrupted_validation_is_resumed_from_the_page(app, monkeypatch):
    monkeypatch.setenv("FAKE_TRAINING", "bug")
    run = validated()
    app.run()
    assert "failed after 1 of 3 folds: RuntimeError: a layer is upside down" in text(app, "folds_headline")
    monkeypatch.setenv("FAKE_TRAINING", "0")
    app.button(key="resume_validation").click().run()

    assert ended(run.id).state is State.FINISHED


def test_past_validations_are_seen_again_and_forgotten_on_the_runs_page(app):
    first, second = validated(), validated(seed=1)
    app.switch_page("pages/runs.py").run()
    assert not app.exception
    assert "default-3-fold-1 92.00 % ± 1.00 finished, 3 of 3 folds default 100" in text(app, "validations")

    app.selectbox(key="validation").set_value(first.id).run()
    assert text(app, "folds_headline").startswith("92.00 % ± 1.00")
    app.button(key="forget_validation").click().run()
    assert [run.id for run in store.all_runs()] == [second.id]


def test_a_damaged_validation_is_a_sentence_and_the_others_are_listed(app):
    run = validated()
    (run.folder / store.FOLDS / "fold-2.json").write_text("[")
    validated()
    app.switch_page("pages/runs.py").run()
    app.selectbox(key="validation").set_value(run.id).run()

    assert not app.exception
    assert "is damaged" in app.error[0].value
    assert "92.00 % ± 1.00" in text(app, "validations")


def test_drawn_digits_are_part_of_the_comparison_and_measured_where_they_are_not_yet(app, own_strokes):
    trained()
    app.run()
    deadline = time.monotonic() + PATIENCE_S
    while "being measured" in text(app, "comparison"):
        assert time.monotonic() < deadline
        time.sleep(0.2)
        app.run()
    assert "Accuracy on pen-drawn digits 90.00 % 90.00 %" in text(app, "comparison")
    assert "10 digits that 2 people drew with a pen" in text(app, "comparison")

    app.switch_page("pages/runs.py").run()
    assert "Pen-drawn digits" in text(app, "shelf")
    assert text(app, "shelf").count("90.00 %") == 2
