import errno
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from mnist_core.data.mnist import Mnist
from mnist_core.drawing.framing import to_model_input
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import ModelError
from mnist_core.networks import architectures, recipes
from mnist_core.networks.recipe import Recipe
from mnist_core.networks.recipes import RECIPES
from mnist_core.reading.network import Network
from mnist_core.reading.recognizer import Recognizer
from mnist_core.training import train as training
from mnist_core.training.batches import to_pixels
from mnist_core.training.progress import Phase, Progress
from tests.handwriting import drawn as drawn_ink
from tests.small_network import SMALL, small

import keras  # isort: skip

DIGITS = np.stack([to_model_input(drawn_ink(digit)) for digit in range(10)])
RECIPE = replace(
    recipes.DEFAULT,
    architecture=SMALL,
    epochs=6,
    batch_size=50,
    learning_rate=0.01,
    handwritten=0.1,
    doodles=0.2,
)


def quiet(progress: Progress | Phase) -> None:
    """Reports nothing."""


@pytest.fixture(scope="module", autouse=True)
def measured_on_few_strokes(few_strokes) -> Iterator[None]:
    """Lets trained models be measured on few strokes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STROKE_PACK", str(few_strokes))
        yield


@pytest.fixture(scope="module", autouse=True)
def small_network() -> Iterator[None]:
    """Lets recipes name a small network."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(architectures.ARCHITECTURES, SMALL, small)
        yield


@pytest.fixture(scope="module")
def trained(small_mnist, tmp_path_factory) -> tuple[model_folder.Model, list[Progress | Phase]]:
    reports: list[Progress | Phase] = []
    return training.train(RECIPE, small_mnist, tmp_path_factory.mktemp("models") / "small", reports.append), reports


@pytest.fixture(scope="module")
def with_logits(small_mnist, tmp_path_factory) -> model_folder.Model:
    """A model of the article that has logits and validates on the test images."""
    recipe = replace(recipes.TUTORIAL_2, epochs=8)
    return training.train(recipe, small_mnist, tmp_path_factory.mktemp("models") / "logits", quiet)


def test_a_training_leaves_a_whole_model_that_reads_what_it_learned(trained, small_mnist):
    model, _ = trained
    assert model.name == "small"
    assert Recipe.from_json(model.card["recipe"]) == RECIPE
    assert model.card["data"] == small_mnist.checksums
    assert model.card["trained"]["images"] + model.card["trained"]["validation_images"] == 300
    assert model.evaluation["images"] == 100
    assert model.evaluation["accuracy"] > 0.9
    probabilities, scores = Network(model.network)(DIGITS)
    assert (probabilities.argmax(axis=1) == np.arange(10)).all()
    assert scores.shape == (10,)


def test_the_curves_have_a_row_an_epoch_and_fall(trained):
    history = trained[0].history
    assert [row["epoch"] for row in history] == [1, 2, 3, 4, 5, 6]
    assert history[-1]["loss"] < 0.6 * history[0]["loss"]
    assert set(history[0]) == {"epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds"}
    rates = [row["learning_rate"] for row in history]
    assert rates[-1] < 0.05 * max(rates)


def test_progress_is_told_batch_by_batch(trained):
    reports = [report for report in trained[1] if isinstance(report, Progress)]
    batches = reports[0].batches
    assert [(report.epoch, report.batch) for report in reports[: batches + 1]] == [
        *((1, batch) for batch in range(1, batches + 1)),
        (1, batches),
    ]
    assert "val_accuracy" in reports[batches].values
    assert all(report.epochs == 6 for report in reports)


def test_after_the_epochs_one_hears_what_is_done_and_how_far_it_is(trained):
    assert trained[1][-3:] == [
        Phase("Exporting the network"),
        Phase("Reading the test images", 1.0),
        Phase("Reading drawn digits"),
    ]


def test_what_a_decision_needs_is_measured_and_the_rest_is_left_for_later(trained):
    assert "confusion" in trained[0].evaluation
    assert "robustness" not in trained[0].evaluation


def test_the_test_images_play_no_part_in_the_training(trained, small_mnist, tmp_path):
    other = Mnist(small_mnist.x_train, small_mnist.y_train, 255 - small_mnist.x_test, small_mnist.y_test)
    again = training.train(RECIPE, other, tmp_path / "small", quiet)
    first, second = (Network(model.network)(DIGITS)[0] for model in (trained[0], again))
    np.testing.assert_allclose(first, second, atol=1e-3)
    assert again.evaluation["accuracy"] < trained[0].evaluation["accuracy"]


def test_the_second_articles_model_keeps_its_logits_and_reads_with_probabilities(with_logits, small_mnist):
    assert with_logits.history[-1]["val_accuracy"] == pytest.approx(with_logits.evaluation["accuracy"])
    assert with_logits.card["trained"]["validation_images"] == len(small_mnist.x_test)
    logits = keras.models.load_model(with_logits.keras_path).predict(to_pixels(small_mnist.x_test), verbose=0)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    outputs = Network(with_logits.network).run(small_mnist.x_test)
    np.testing.assert_allclose(outputs.logits, logits, atol=1e-4)
    np.testing.assert_allclose(outputs.probabilities, powers / powers.sum(axis=1, keepdims=True), atol=1e-5)
    assert outputs.features.shape == (len(small_mnist.x_test), 64)
    assert with_logits.history[-1]["val_loss"] == pytest.approx(with_logits.evaluation["loss"], rel=1e-3)


def test_a_network_without_digit_score_takes_every_drawing_for_a_digit(with_logits):
    recognizer = Recognizer(with_logits)
    recognitions = recognizer.recognize_many([drawn_ink(digit) for digit in range(10)])
    assert [recognition.digit for recognition in recognitions] == list(range(10))
    assert all(recognition.digit_score == 1 for recognition in recognitions)
    assert recognizer.recognize(np.zeros((280, 280), np.float32)).digit is None
    assert with_logits.evaluation["false_rejection_rate"] == 0


def test_the_articles_networks_stay_as_they_were_trained(with_logits):
    assert with_logits.card["temperature"] == 1
    calibrated = {name for name, recipe in RECIPES.items() if recipe.calibrated}
    assert not {name for name in calibrated if name.startswith("tutorial")}
    assert {"default", "quick"} <= calibrated


def test_a_recipe_without_validation_learns_from_all_images_and_has_curves_of_its_training_alone(small_mnist, tmp_path):
    recipe = replace(recipes.TUTORIAL_2B, epochs=1)
    reports: list[Progress | Phase] = []
    model = training.train(recipe, small_mnist, tmp_path / "model", reports.append)
    assert (model.card["trained"]["images"], model.card["trained"]["validation_images"]) == (300, 0)
    assert set(model.history[0]) == {"epoch", "loss", "accuracy", "learning_rate", "seconds"}
    ends = [report.ends_epoch for report in reports if isinstance(report, Progress)]
    assert ends == [*[False] * (len(ends) - 1), True]


def test_an_interrupted_training_ends_as_one_that_was_not(small_mnist, tmp_path):
    recipe = replace(recipes.TUTORIAL_4, epochs=4, batch_size=50, dropout=0.2)

    def interrupted(progress: Progress) -> None:
        if (progress.epoch, progress.batch) == (3, 2):
            raise KeyboardInterrupt

    checkpoints = tmp_path / "checkpoints"
    with pytest.raises(KeyboardInterrupt):
        training.train(recipe, small_mnist, tmp_path / "model", interrupted, checkpoints=checkpoints)
    reports: list[Progress | Phase] = []
    resumed = training.train(recipe, small_mnist, tmp_path / "model", reports.append, checkpoints=checkpoints)
    straight = training.train(recipe, small_mnist, tmp_path / "straight", quiet)

    assert (reports[0].epoch, reports[0].batch) == (3, 1)
    assert [row["epoch"] for row in resumed.history] == [1, 2, 3, 4]
    for name in ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"):
        expected = [row[name] for row in straight.history]
        assert [row[name] for row in resumed.history] == pytest.approx(expected, rel=1e-3)
    assert resumed.card["trained"]["seconds"] == round(sum(row["seconds"] for row in resumed.history), 1)
    assert list(checkpoints.iterdir()) == []


def test_a_training_that_ended_before_it_was_saved_is_only_saved(small_mnist, tmp_path, monkeypatch):
    recipe = replace(recipes.TUTORIAL_4, epochs=1, batch_size=50)
    with monkeypatch.context() as patch:
        patch.setattr(training.measuring, "measure_test_images", full_disk)
        with pytest.raises(ModelError):
            training.train(recipe, small_mnist, tmp_path / "model", quiet, checkpoints=tmp_path / "checkpoints")
    reports: list[Progress | Phase] = []
    model = training.train(
        recipe, small_mnist, tmp_path / "model", reports.append, checkpoints=tmp_path / "checkpoints"
    )
    assert not any(isinstance(report, Progress) for report in reports)
    assert [row["epoch"] for row in model.history] == [1]


def full_disk(*_: object) -> None:
    """Fails as any writing does where there is no room."""
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_a_sentence_and_leaves_no_half_model(small_mnist, tmp_path, monkeypatch):
    monkeypatch.setattr(keras.Model, "save", full_disk)
    with pytest.raises(ModelError, match=r"could not be written to .*: No space left on device"):
        training.train(replace(recipes.TUTORIAL_4, epochs=1), small_mnist, tmp_path / "models" / "small", quiet)
    assert list((tmp_path / "models").iterdir()) == []


def test_a_training_that_fails_leaves_nothing(small_mnist, tmp_path):
    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        training.train(replace(recipes.TUTORIAL_4, epochs=1), small_mnist, tmp_path / "models" / "small", stop)
    assert list((tmp_path / "models").iterdir()) == []


def test_a_taken_name_is_refused_before_the_training(small_mnist, tmp_path):
    (tmp_path / "small").mkdir()
    with pytest.raises(ModelError, match="choose another name"):
        training.train(RECIPE, small_mnist, tmp_path / "small", quiet)


def test_the_shipped_model_was_made_by_the_default_recipe():
    assert Recipe.from_json(registry.shipped().card["recipe"]) == recipes.DEFAULT
