from dataclasses import replace

import numpy as np
import pytest
from scipy import special

from mnist_core.networks import keras_models, recipes
from mnist_core.networks.distillation import Distillation, accuracy
from mnist_core.training.batches import samples
from mnist_core.training.teachers import Taught

import keras  # isort: skip

RNG = np.random.default_rng(0)
LABELS = np.eye(10, dtype=np.float32)[RNG.integers(0, 10, 8)]
TEACHER, STUDENT = RNG.normal(0, 4, (2, 8, 10)).astype(np.float32)
TARGETS = np.concatenate([LABELS, TEACHER], axis=1)


def expected(share: float, temperature: float, smoothing: float) -> float:
    """The loss in the words of Hinton, Vinyals and Dean, in NumPy."""
    taught, learned = (special.softmax(logits.astype(float) / temperature, axis=1) for logits in (TEACHER, STUDENT))
    divergence = (taught * np.log(taught / learned)).sum(axis=1)
    smoothed = LABELS * (1 - smoothing) + smoothing / 10
    cross_entropy = -(smoothed * np.log(special.softmax(STUDENT.astype(float), axis=1))).sum(axis=1)
    return float((share * temperature**2 * divergence + (1 - share) * cross_entropy).mean())


@pytest.mark.parametrize("from_logits", [True, False])
@pytest.mark.parametrize(
    ("share", "temperature", "smoothing"), [(0.9, 4, 0), (0.5, 1, 0.1), (1, 20, 0), (0, 4, 0), (0, 4, 0.05)]
)
def test_the_loss_is_that_of_its_article(share, temperature, smoothing, from_logits):
    loss = Distillation(share, temperature, smoothing, from_logits)
    answers = STUDENT if from_logits else special.softmax(STUDENT, axis=1)
    assert float(loss(TARGETS, answers)) == pytest.approx(expected(share, temperature, smoothing), rel=1e-5)


@pytest.mark.parametrize("smoothing", [0, 0.1])
def test_without_a_share_for_the_teacher_it_is_keras_cross_entropy(smoothing):
    plain = keras.losses.CategoricalCrossentropy(label_smoothing=smoothing)
    answers = special.softmax(STUDENT, axis=1)
    assert float(Distillation(0, 4, smoothing)(TARGETS, answers)) == pytest.approx(
        float(plain(LABELS, answers)), rel=1e-5
    )


def test_a_student_that_says_what_its_teacher_says_has_nothing_left_to_learn_from_it():
    assert float(Distillation(1, 4)(TARGETS, special.softmax(TEACHER, axis=1))) == pytest.approx(0, abs=1e-4)


def test_accuracy_is_measured_against_the_labels_not_the_teacher():
    metric = accuracy()
    answers = LABELS.copy()
    answers[0] = np.roll(answers[0], 1)
    metric.update_state(TARGETS, answers)
    assert float(metric.result()) == pytest.approx(7 / 8)


def test_a_compiled_student_survives_its_way_through_a_file(tmp_path):
    recipe = replace(recipes.STUDENT_DISTILLED, teacher_share=0.7, teacher_temperature=3)
    model = keras_models.build(recipe)
    keras_models.compile_for(model, recipe, steps=10)
    model.save(tmp_path / "student.keras")
    again = keras.models.load_model(tmp_path / "student.keras")
    images = RNG.integers(0, 256, (8, 28, 28)).astype(np.uint8)
    batch = samples(recipe, images, LABELS.argmax(axis=1), lambda _: Taught(TEACHER, None, None))
    assert again.loss["probabilities"].get_config() == model.loss["probabilities"].get_config()
    np.testing.assert_allclose(*(one.test_on_batch(*batch) for one in (model, again)), rtol=1e-5)
