from dataclasses import replace

import numpy as np
import pytest

from mnist_core import networks, recipes, registry, training
from mnist_core.data import Mnist
from mnist_core.networks import DIGIT_SCORE, PROBABILITIES
from mnist_core.preprocessing import to_model_input
from mnist_core.recognizer import Network
from mnist_core.registry import ModelError
from tests.handwriting import drawn

import keras  # isort: skip

DIGITS = np.stack([to_model_input(drawn(digit)) for digit in range(10)])
RECIPE = replace(recipes.DEFAULT, epochs=2, batch_size=50, learning_rate=0.01, doodles=0.2)


def quiet(progress: training.Progress) -> None:
    """Reports nothing."""


@pytest.fixture(scope="module")
def trained(small_mnist, tmp_path_factory) -> tuple[registry.Model, list[training.Progress]]:
    reports: list[training.Progress] = []
    recipe = replace(RECIPE, epochs=6)
    return training.train(recipe, small_mnist, tmp_path_factory.mktemp("models") / "small", reports.append), reports


def test_a_network_learns_one_batch_by_heart():
    recipe = replace(RECIPE, dropout=0, label_smoothing=0, weight_decay=0)
    model = networks.build(recipe)
    training.compile_for(model, recipe, steps=60)
    labels = np.arange(10)
    for _ in range(60):
        model.train_on_batch(training.to_pixels(DIGITS), training.targets(labels), training.weights(labels >= 0))
    probabilities = model.predict(training.to_pixels(DIGITS), verbose=0)[PROBABILITIES]
    assert (probabilities.argmax(axis=1) == labels).all()
    assert probabilities.max(axis=1).min() > 0.95


def test_a_training_leaves_a_whole_model_that_reads_what_it_learned(trained, small_mnist):
    model, _ = trained
    assert model.name == "small"
    assert recipes.Recipe.from_json(model.card["recipe"]) == replace(RECIPE, epochs=6)
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
    _, reports = trained
    batches = reports[0].batches
    assert [(report.epoch, report.batch) for report in reports[: batches + 1]] == [
        *((1, batch) for batch in range(1, batches + 1)),
        (1, batches),
    ]
    assert "val_accuracy" in reports[batches].values
    assert all(report.epochs == 6 for report in reports)


def test_the_test_images_play_no_part_in_the_training(trained, small_mnist, tmp_path):
    other = Mnist(small_mnist.x_train, small_mnist.y_train, 255 - small_mnist.x_test, small_mnist.y_test)
    again = training.train(replace(RECIPE, epochs=6), other, tmp_path / "small", quiet)
    first, second = (Network(model.network)(DIGITS)[0] for model in (trained[0], again))
    np.testing.assert_allclose(first, second, atol=1e-3)
    assert again.evaluation["accuracy"] < trained[0].evaluation["accuracy"]


def test_a_training_that_fails_leaves_nothing(small_mnist, tmp_path):
    def stop(progress: training.Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        training.train(RECIPE, small_mnist, tmp_path / "models" / "small", stop)
    assert list((tmp_path / "models").iterdir()) == []


def test_a_taken_name_is_refused_before_the_training(small_mnist, tmp_path):
    (tmp_path / "small").mkdir()
    with pytest.raises(ModelError, match="choose another name"):
        training.train(RECIPE, small_mnist, tmp_path / "small", quiet)


def test_every_epoch_shows_each_digit_once_in_another_order():
    labels = np.arange(10, dtype=np.uint8)
    sequence = training.TrainingSequence(replace(RECIPE, batch_size=4, doodles=0.5), DIGITS, labels)
    epochs = []
    for _ in range(2):
        shown = [sequence[index] for index in range(len(sequence))]
        is_digit = np.concatenate([targets[DIGIT_SCORE][:, 0] for _, targets, _ in shown]) > 0
        digits = np.concatenate([targets[PROBABILITIES].argmax(axis=1) for _, targets, _ in shown])
        counted = np.concatenate([weights[PROBABILITIES] for _, _, weights in shown])
        assert sorted(digits[is_digit]) == list(range(10))
        assert (~is_digit).sum() == 5
        np.testing.assert_array_equal(counted, is_digit)
        epochs.append(list(digits))
        sequence.on_epoch_end()
    assert epochs[0] != epochs[1]


def test_calibration_takes_back_an_exaggeration(trained, small_mnist):
    labels = small_mnist.y_train.copy()
    labels[::60] = (labels[::60] + 1) % 10  # nobody can be quite sure where some labels are wrong
    model = keras.models.load_model(trained[0].keras_path)
    training.calibrate(model, small_mnist.x_train, labels)
    last = model.get_layer(PROBABILITIES)
    last.set_weights([2 * weight for weight in last.get_weights()])
    assert training.calibrate(model, small_mnist.x_train, labels) == pytest.approx(2, rel=0.02)
    assert training.calibrate(model, small_mnist.x_train, labels) == pytest.approx(1, rel=0.02)


@pytest.mark.parametrize("recipe", recipes.RECIPES.values(), ids=list(recipes.RECIPES))
def test_networks_take_grey_levels_and_give_probabilities(recipe):
    model = networks.build(recipe)
    outputs = model.predict(training.to_pixels(DIGITS), verbose=0)
    np.testing.assert_allclose(outputs[PROBABILITIES].sum(axis=1), 1, rtol=1e-5)
    assert outputs[DIGIT_SCORE].shape == (10, 1)


def test_the_shipped_network_has_the_parameters_that_its_description_claims():
    assert networks.build(recipes.DEFAULT).count_params() == 284_587
    assert "284,587 parameters" in (networks.studio.__doc__ or "")


def test_an_unknown_architecture_is_refused():
    with pytest.raises(ValueError, match="architecture must be one of studio, but is tower"):
        networks.build(replace(RECIPE, architecture="tower"))


def test_the_export_agrees_with_the_keras_model_on_the_whole_test_set(mnist):
    model = registry.shipped()
    expected = keras.models.load_model(model.keras_path).predict(training.to_pixels(mnist.x_test), verbose=0)
    probabilities, scores = Network(model.network)(mnist.x_test)
    np.testing.assert_allclose(probabilities, expected[PROBABILITIES], atol=1e-5)
    np.testing.assert_allclose(scores, expected[DIGIT_SCORE][:, 0], atol=1e-5)


def test_the_shipped_model_was_made_by_the_default_recipe():
    assert recipes.Recipe.from_json(registry.shipped().card["recipe"]) == recipes.DEFAULT
