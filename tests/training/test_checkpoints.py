from dataclasses import replace

import numpy as np
import pytest

from mnist_core.drawing.framing import to_model_input
from mnist_core.models.model_folder import ModelError
from mnist_core.networks import keras_models, recipes
from mnist_core.training import checkpoints
from mnist_core.training.batches import samples, to_pixels
from mnist_core.training.checkpoints import Checkpoint, Checkpoints
from tests.handwriting import drawn

import keras  # isort: skip

DIGITS = np.stack([to_model_input(drawn(digit)) for digit in range(10)])
RECIPE = replace(recipes.TUTORIAL_4, epochs=3, dropout=0.2)
DATA = {"train-images-idx3-ubyte": "6bbc"}
ROWS = [{"epoch": 1, "loss": 0.5, "seconds": 2.0}, {"epoch": 2, "loss": 0.25, "seconds": 1.5}]


@pytest.fixture(scope="module")
def model() -> keras.Model:
    """A network with a dropout that has learned a little."""
    model = keras_models.build(RECIPE)
    keras_models.compile_for(model, RECIPE, steps=30)
    for _ in range(7):
        model.train_on_batch(*samples(RECIPE, DIGITS, np.arange(10)))
    return model


def save(folder, model, epochs):
    Checkpoints(folder, RECIPE, DATA).save(Checkpoint(model, ROWS[:epochs], "2026-01-01T00:00:00+00:00"))


def test_a_checkpoint_comes_back_with_the_optimizers_state(model, tmp_path):
    save(tmp_path, model, epochs=2)
    loaded = Checkpoints(tmp_path, RECIPE, DATA).load()
    assert (loaded.history, loaded.started, loaded.seconds) == (ROWS, "2026-01-01T00:00:00+00:00", 3.5)
    np.testing.assert_array_equal(
        loaded.model.predict(to_pixels(DIGITS), verbose=0), model.predict(to_pixels(DIGITS), verbose=0)
    )
    assert int(loaded.model.optimizer.iterations) == 7
    states = [each.get_layer("dropout").seed_generator.state.numpy()[1] for each in (model, loaded.model)]
    assert states == [7, 7]
    for mine, theirs in zip(loaded.model.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(mine.numpy(), theirs.numpy())


def test_only_the_last_epoch_is_kept(model, tmp_path):
    save(tmp_path, model, epochs=1)
    save(tmp_path, model, epochs=2)
    assert [entry.name for entry in tmp_path.iterdir()] == ["epoch-2"]
    Checkpoints(tmp_path, RECIPE, DATA).remove()
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(model, tmp_path):
    save(tmp_path / "first", model, epochs=1)
    save(tmp_path, model, epochs=2)
    (tmp_path / "first" / "epoch-1").rename(tmp_path / "epoch-1")
    (tmp_path / "epoch-2" / "model.keras").write_bytes(b"half a mod")
    assert Checkpoints(tmp_path, RECIPE, DATA).load().history == ROWS[:1]
    (tmp_path / "epoch-1" / checkpoints.STATE).write_text("{")
    assert Checkpoints(tmp_path, RECIPE, DATA).load() is None


@pytest.mark.parametrize(
    ("recipe", "data"), [(replace(RECIPE, seed=1), DATA), (RECIPE, {"train-images-idx3-ubyte": "0000"})]
)
def test_another_recipes_or_other_datas_checkpoint_is_left_alone(model, tmp_path, recipe, data):
    save(tmp_path, model, epochs=1)
    assert Checkpoints(tmp_path, recipe, data).load() is None


def test_where_nothing_was_kept_nothing_is_found(tmp_path):
    assert Checkpoints(tmp_path / "nowhere", RECIPE, DATA).load() is None


def test_when_writing_fails_the_checkpoint_before_is_still_there(model, tmp_path, monkeypatch):
    save(tmp_path, model, epochs=1)

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(keras.Model, "save", full_disk)
        with pytest.raises(ModelError, match="No space"):
            save(tmp_path, model, epochs=2)
    assert Checkpoints(tmp_path, RECIPE, DATA).load().history == ROWS[:1]
    assert [entry.name for entry in tmp_path.iterdir()] == ["epoch-1"]
