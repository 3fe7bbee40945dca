"""Students learn from the outputs of a teacher."""

from dataclasses import replace

import numpy as np
import pytest

from mnist_core.data.mnist import Mnist
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import ModelError
from mnist_core.networks import keras_models, recipes
from mnist_core.networks.architectures import DIGIT_SCORE, MULTI_DIGIT_SCORE, PROBABILITIES
from mnist_core.reading.network import Network
from mnist_core.synthesis import non_digits
from mnist_core.training import fitting, teachers
from mnist_core.training.batches import TrainingSequence, samples
from mnist_core.training.checkpoints import Checkpoints
from mnist_core.training.fitting import Division
from tests.export.take_home import saved

RECIPE = replace(recipes.STUDENT_DISTILLED, epochs=2, batch_size=50, batches_per_call=1)


@pytest.fixture(scope="module")
def teacher() -> teachers.Teacher:
    return teachers.of(RECIPE)


def history(recipe, mnist, **settings) -> list[dict[str, float]]:
    """Trains a recipe on few images; returns its learning curves without what a clock has measured."""
    rows = fitting.fit(recipe, Division.of(mnist, recipe), lambda _: None, **settings).history
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def test_the_targets_are_what_the_teacher_says_of_the_very_images_that_the_student_sees(teacher, small_mnist):
    batch = TrainingSequence(RECIPE, small_mnist.x_train, small_mnist.y_train, teacher)[0]
    pixels, targets, weights = batch
    said = Network(registry.shipped().network).run(np.rint(pixels[..., 0]).astype(np.uint8))
    is_digit = weights[PROBABILITIES] > 0
    np.testing.assert_allclose(targets[PROBABILITIES][:, 10:], said.logits, atol=1e-4)
    np.testing.assert_array_equal(targets[PROBABILITIES][is_digit, :10].sum(axis=1), 1)
    np.testing.assert_allclose(targets[DIGIT_SCORE][:, 0], 0.1 * is_digit + 0.9 * said.digit_scores, atol=1e-5)
    assert not is_digit.all()
    plain = TrainingSequence(replace(RECIPE, teacher=""), small_mnist.x_train, small_mnist.y_train)[0]
    np.testing.assert_array_equal(pixels, plain[0])


def test_a_score_lies_between_the_label_and_the_teacher(teacher, small_mnist):
    images, labels = small_mnist.x_train[:2], np.array([3, non_digits.NUMBER])
    said = teacher(images)
    _, targets, _ = samples(replace(RECIPE, teacher_share=0.5), images, labels, teacher)
    np.testing.assert_allclose(
        targets[MULTI_DIGIT_SCORE][:, 0], 0.5 * np.array([0, 1]) + 0.5 * said.multi_digit_scores, atol=1e-6
    )


def test_a_teacher_that_knows_digits_only_leaves_the_scores_to_the_labels(own_model, small_mnist):
    network = keras_models.build(recipes.QUICK)
    keras_models.export(network, own_model / model_folder.NETWORK)
    teacher = teachers.Teacher(saved(own_model, network, recipes.QUICK))
    images, labels = small_mnist.x_train[:2], np.array([3, non_digits.NUMBER])
    assert teacher(images).digit_scores is None
    _, targets, _ = samples(RECIPE, images, labels, teacher)
    assert targets[DIGIT_SCORE][:, 0].tolist() == [1, 0]
    assert targets[MULTI_DIGIT_SCORE][:, 0].tolist() == [0, 1]


def test_a_teacher_without_a_share_of_the_loss_changes_nothing(small_mnist):
    plain = history(replace(RECIPE, teacher=""), small_mnist)
    for row, expected in zip(history(replace(RECIPE, teacher_share=0), small_mnist), plain, strict=True):
        assert row == pytest.approx(expected, rel=1e-4)


def test_a_student_learns_from_its_teacher_alone(small_mnist):
    train, test = (small_mnist.x_train, np.roll(small_mnist.y_train, 1)), (small_mnist.x_test, small_mnist.y_test)
    wrong = Mnist(*train, *test)
    recipe = replace(RECIPE, teacher_share=1, epochs=8, validation="test", calibrated=False, learning_rate=0.01)
    assert history(recipe, wrong)[-1]["val_accuracy"] > 0.8


@pytest.mark.parametrize("name", ["quick", "tutorial-2", "tutorial-3"])
def test_networks_of_every_form_can_be_taught(name, small_mnist):
    recipe = recipes.with_teacher(replace(recipes.find(name), epochs=3, batch_size=50, batches_per_call=1), "shipped")
    rows = history(recipe, small_mnist)
    assert rows[-1]["loss"] < rows[0]["loss"]
    assert rows[-1]["accuracy"] > rows[0]["accuracy"]


def test_an_interrupted_student_ends_as_one_that_was_not(small_mnist, tmp_path):
    division = Division.of(small_mnist, RECIPE)
    kept = Checkpoints(tmp_path, RECIPE, small_mnist.checksums)

    def stop(progress) -> None:
        if progress.epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fitting.fit(RECIPE, division, stop, kept)
    resumed = history(RECIPE, small_mnist, checkpoints=kept)
    for row, expected in zip(resumed, history(RECIPE, small_mnist), strict=True):
        assert row == pytest.approx(expected, rel=1e-3)


def test_a_teacher_that_is_gone_or_damaged_is_said_in_a_sentence(own_model, small_mnist):
    recipe = recipes.with_teacher(RECIPE, "mine")
    assert teachers.opened("mine").name == "mine"
    (own_model / model_folder.NETWORK).write_bytes(b"")
    with pytest.raises(ModelError, match=r"“mine” is damaged.*It cannot teach: choose another model"):
        teachers.of(recipe)
    registry.delete("mine")
    with pytest.raises(ModelError, match=r"There is no model “mine”.*choose another model to learn from"):
        fitting.fit(recipe, Division.of(small_mnist, recipe), lambda _: None)


def test_a_teacher_of_an_earlier_version_needs_no_keras_file(own_model):
    (own_model / model_folder.KERAS_MODEL).unlink()
    images = np.zeros((2, 28, 28), np.uint8)
    assert teachers.of(recipes.with_teacher(RECIPE, "mine"))(images).logits.shape == (2, 10)
