"""The scripts that leave the program train as the program does."""

import math
import os
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot as plt

from mnist_core.data.mnist import Mnist
from mnist_core.export.script import training_script, training_sections
from mnist_core.export.sections import to_script
from mnist_core.networks import keras_models, recipes
from mnist_core.networks.architectures import PROBABILITIES
from mnist_core.networks.recipe import Recipe
from mnist_core.networks.recipes import RECIPES
from mnist_core.training.batches import TrainingSequence, samples
from mnist_core.training.fitting import Division
from tests.export.offline import loading_the_copy

import keras  # isort: skip

TUTORIALS = {name: recipe for name, recipe in RECIPES.items() if name.startswith("tutorial")}
NOT_TRAINED = {
    "resnet": RECIPES["resnet"],
    "default without handwriting": replace(recipes.DEFAULT, handwritten=0.0, doodles=0.0),
    "changed": replace(
        recipes.TUTORIAL_3,
        optimizer="rmsprop",
        learning_rate=3e-4,
        schedule="one-cycle",
        weight_decay=0.01,
        dropout=0.0,
        one_hot=True,
        label_smoothing=0.1,
        validation="none",
        seed=7,
    ),
}
"""Recipes whose scripts are compared as well, but for the training, which takes long to begin."""
CURVES = ("loss", "accuracy", "val_loss", "val_accuracy")
NOT_COMPARED = ("InputLayer", "Rescaling", "RandomRotation", "RandomShear", "RandomZoom", "RandomTranslation")
"""Layers that one side has where the other works on the images."""


@dataclass(frozen=True)
class Both:
    """What a script did in an epoch, and what the program would have done."""

    recipe: Recipe
    variables: dict[str, Any]
    """The script's."""
    fitted: dict[str, Any]
    """What the script called `fit` with."""
    mnist: Mnist

    @cached_property
    def network(self) -> keras.Model:
        """The program's network, compiled."""
        division = Division.of(self.mnist, self.recipe)
        model = keras_models.build(self.recipe)
        steps = len(TrainingSequence(self.recipe, division.x_train, division.y_train)) * self.recipe.epochs
        keras_models.compile_for(model, self.recipe, steps)
        return model

    def samples(self, images: Any, labels: Any) -> tuple[Any, Any]:
        """What the program's network takes, and the digits that it should give."""
        pixels, targets = samples(self.recipe, images, labels)[:2]
        return pixels, targets[PROBABILITIES] if isinstance(targets, dict) else targets


@pytest.fixture(scope="module", params=[*TUTORIALS.values(), *NOT_TRAINED.values()], ids=[*TUTORIALS, *NOT_TRAINED])
def both(request: Any, small_mnist: Mnist) -> Both:
    """A script that was run on few images; a tutorial's trains for an epoch."""
    trains = request.param in TUTORIALS.values()
    recipe = replace(request.param, epochs=1) if trains else request.param
    untrained = SimpleNamespace(history=dict.fromkeys(CURVES, [0.0] * recipe.epochs))
    fitted: dict[str, Any] = {}
    fit = keras.Model.fit

    def noted(model: keras.Model, x: Any, y: Any, **settings: Any) -> Any:
        fitted.update(settings, x=x, y=y)
        return fit(model, x, y, verbose=0, **settings) if trains else untrained

    with pytest.MonkeyPatch.context() as patch:
        arrays = (small_mnist.x_train, small_mnist.y_train), (small_mnist.x_test, small_mnist.y_test)
        patch.setattr(keras.datasets.mnist, "load_data", lambda: arrays)
        patch.setattr(keras.Model, "fit", noted)
        patch.setattr(plt, "show", lambda: plt.close("all"))
        variables: dict[str, Any] = {}
        exec(compile(training_script(recipe), "script.py", "exec"), variables)
    return Both(recipe, variables, fitted, small_mnist)


def described(model: keras.Model) -> list[tuple[str, dict[str, Any]]]:
    """Describes a network's layers, but for their names and seeds."""
    layers = [layer for layer in model.layers if type(layer).__name__ not in NOT_COMPARED]
    return [(type(layer).__name__, unnamed(layer.get_config())) for layer in layers]


def unnamed(config: Any) -> Any:
    if not isinstance(config, dict):
        return config
    return {key: unnamed(value) for key, value in config.items() if key not in ("name", "seed")}


def of_digits(model: keras.Model) -> keras.Model:
    """Leaves out the outputs that say whether it is a digit."""
    return keras.Model(model.inputs, model.output[PROBABILITIES]) if isinstance(model.output, dict) else model


def test_a_script_builds_the_programs_network(both):
    ours, theirs = of_digits(both.network), both.variables["model"]
    assert described(theirs) == described(ours)
    assert theirs.count_params() == ours.count_params()
    theirs.set_weights(ours.get_weights())
    pixels, _ = both.samples(both.mnist.x_test, both.mnist.y_test)
    np.testing.assert_allclose(
        theirs.predict(both.variables["x_test"], verbose=0), ours.predict(pixels, verbose=0), atol=1e-4
    )


def test_a_script_learns_from_the_programs_data(both):
    pixels, targets = both.samples(both.mnist.x_train, both.mnist.y_train)
    np.testing.assert_allclose(both.fitted["x"], pixels / 255 if both.recipe.scaled else pixels, rtol=1e-6)
    np.testing.assert_array_equal(both.fitted["y"], targets)
    assert both.fitted["batch_size"] == both.recipe.batch_size
    assert both.fitted["epochs"] == both.recipe.epochs
    assert np.isfinite(both.variables["history"].history["loss"]).sum() == both.recipe.epochs


def test_a_script_validates_on_as_many_images_as_the_program(both):
    validation = Division.of(both.mnist, both.recipe)
    if both.recipe.validation == "test":
        x, y = both.fitted["validation_data"]
        assert x is both.variables["x_test"]
        assert y is both.variables["y_test"]
    else:
        share = both.fitted.get("validation_split", 0.0)
        assert math.floor(share * len(both.mnist.y_train)) == len(validation.y_val)


def test_a_script_learns_by_the_programs_optimizer_and_loss(both):
    ours, theirs = both.network, both.variables["model"]
    loss = ours.loss[PROBABILITIES] if isinstance(ours.loss, dict) else ours.loss
    assert type(theirs.optimizer) is type(ours.optimizer)
    assert unnamed(theirs.optimizer.get_config()) == unnamed(ours.optimizer.get_config())
    assert type(theirs.loss) is type(loss)
    assert unnamed(theirs.loss.get_config()) == unnamed(loss.get_config())


def test_every_script_is_clean_and_looks_written_by_hand(tmp_path):
    for name, recipe in {**RECIPES, **NOT_TRAINED}.items():
        (tmp_path / f"{name}.py").write_text(training_script(recipe), encoding="utf-8")
        (tmp_path / f"{name}, few images.py").write_text(training_script(recipe, 6000), encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff"]
    for check in (["check", "--select", "E,F,I,W"], ["format", "--check"]):
        done = subprocess.run(
            [*ruff, *check, "--isolated", "--line-length", "88", tmp_path], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout


def test_a_script_says_what_it_cannot_do():
    head = training_script(recipes.DEFAULT).split('"""')[1]
    for word in ("pen styles", "no digits", "calibrates", "seven views", "elastic", "at random"):
        assert word in head
    assert "does more" not in training_script(recipes.TUTORIAL_2)


def test_a_share_of_the_training_images_is_in_the_script():
    assert "x_train, y_train = x_train[:6000], y_train[:6000]" in training_script(recipes.QUICK, 6000)
    assert "[:" not in training_script(recipes.QUICK).split("# %% Look")[0]


def test_a_whole_script_reaches_the_accuracy_of_its_recipe(tmp_path, mnist):
    mnist.write(tmp_path / "mnist.npz")
    (tmp_path / "quick.py").write_text(to_script(loading_the_copy(training_sections(recipes.QUICK))), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "quick.py"],
        cwd=tmp_path,
        env=os.environ | {"MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    claimed, reached = (
        float(re.search(pattern, text)[1])
        for pattern, text in [
            (r"Reaches ([\d.]+) %", recipes.QUICK.description),
            (r"Test accuracy: ([\d.]+)%", done.stdout),
        ]
    )
    assert reached == pytest.approx(claimed, abs=0.3)  # points: seeds vary by 0.1
