from dataclasses import replace

import numpy as np
import pytest

from mnist_core.drawing.framing import to_model_input
from mnist_core.networks import architectures, keras_models, recipes
from mnist_core.networks.architectures import DIGIT_SCORE, PROBABILITIES
from mnist_core.networks.recipes import RECIPES
from mnist_core.training import teachers
from mnist_core.training.batches import samples, to_pixels
from tests.handwriting import drawn

import keras  # isort: skip

DIGITS = np.stack([to_model_input(drawn(digit)) for digit in range(10)])
every_recipe = pytest.mark.parametrize("recipe", RECIPES.values(), ids=list(RECIPES))


@every_recipe
def test_the_layer_table_is_what_keras_builds(recipe):
    model = keras_models.build(recipe)
    rows = architectures.table(recipe)
    for row in rows:
        layer = model.get_layer(row.name)
        assert layer.output.shape[1:] == row.output_shape
        if row.kind == "Residual":
            parts = [part for part in model.layers if part.name.startswith(row.name + "_")]
            parts = [part for part in parts if not part.name.removeprefix(row.name + "_")[0].isdigit()]
            assert sum(part.count_params() for part in parts) == row.parameters
        else:
            assert type(layer).__name__ == row.kind
            assert layer.count_params() == row.parameters
    assert model.count_params() == architectures.parameters(recipe)


@every_recipe
def test_networks_take_grey_levels_and_give_probabilities_to_readers(recipe):
    outputs = keras_models.for_reading(keras_models.build(recipe)).predict(to_pixels(DIGITS), verbose=0)
    assert outputs[PROBABILITIES].shape == (10, 10)
    np.testing.assert_allclose(outputs[PROBABILITIES].sum(axis=1), 1, rtol=1e-5)
    assert (outputs[PROBABILITIES] >= 0).all()
    assert (DIGIT_SCORE in outputs) == (recipe.architecture in {"studio", "student"})


def test_a_network_with_logits_keeps_them_and_readers_get_their_softmax():
    model = keras_models.build(recipes.TUTORIAL_2)
    logits = model.predict(to_pixels(DIGITS), verbose=0)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = keras_models.for_reading(model).predict(to_pixels(DIGITS), verbose=0)[PROBABILITIES]
    np.testing.assert_allclose(probabilities, powers / powers.sum(axis=1, keepdims=True), atol=1e-6)
    assert not np.allclose(logits.sum(axis=1), 1)


@pytest.mark.parametrize("name", sorted({*RECIPES} - {"default-distilled"}))  # default's network, a student's loss
def test_a_network_learns_one_batch_by_heart_by_a_step_that_is_traced_once(name, monkeypatch):
    keras.utils.set_random_seed(0)
    recipe = replace(RECIPES[name], dropout=0, label_smoothing=0, weight_decay=0, batches_per_call=1)
    model = keras_models.build(recipe)
    keras_models.compile_for(model, recipe, steps=60)
    step, traced = model.train_step, []
    monkeypatch.setattr(model, "train_step", lambda data: traced.append(data) or step(data))
    batch = samples(recipe, DIGITS, np.arange(10), teachers.of(recipe))
    for _ in range(60):
        model.train_on_batch(*batch)
    probabilities = keras_models.for_reading(model).predict(to_pixels(DIGITS), verbose=0)[PROBABILITIES]
    assert (probabilities.argmax(axis=1) == np.arange(10)).all()
    assert len(traced) == 1


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("adamw", keras.optimizers.AdamW),
        ("adam", keras.optimizers.Adam),
        ("rmsprop", keras.optimizers.RMSprop),
        ("sgd", keras.optimizers.SGD),
    ],
)
def test_a_recipes_optimizer_is_taken_with_its_learning_rate(name, kind):
    optimizer = keras_models.optimizer(replace(recipes.TUTORIAL_3, optimizer=name, learning_rate=0.02), steps=100)
    assert type(optimizer) is kind
    assert float(optimizer.learning_rate) == pytest.approx(0.02)


def test_one_cycle_rises_for_a_tenth_and_falls_to_nothing():
    recipe = replace(recipes.DEFAULT, learning_rate=0.01)
    schedule = keras_models.optimizer(recipe, steps=100)._learning_rate
    rates = [float(schedule(step)) for step in range(101)]
    assert np.argmax(rates) == 10
    assert max(rates) == pytest.approx(0.01)
    assert rates == [*sorted(rates[:11]), *sorted(rates[11:], reverse=True)]
    assert rates[-1] < 1e-4
