"""The script that reads with a model frames and answers as the program does."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mnist_core import files
from mnist_core.drawing.framing import to_model_input
from mnist_core.drawing.rgba import ink_from_rgba
from mnist_core.export.reading_script import file_name, reading_script
from mnist_core.models import model_folder, registry
from mnist_core.networks import keras_models
from mnist_core.networks.recipe import ImpossibleRecipe
from mnist_core.networks.recipes import RECIPES
from mnist_core.reading.network import Network
from tests.handwriting import drawn

import keras  # isort: skip

TOLERANCE = 1  # of 255: how far the script's grey levels may be from the program's
GRAIN = 13  # of 255: what is fainter is paper to the script


def run(model: model_folder.Model, picture: np.ndarray, folder, monkeypatch) -> dict[str, Any]:
    """Runs a model's script on a picture and returns its variables."""
    monkeypatch.chdir(folder)
    shutil.copy(model.keras_path, file_name(model))
    Image.fromarray(picture).save("digit.png")
    variables: dict[str, Any] = {}
    exec(compile(reading_script(model), "script.py", "exec"), variables)
    return variables


def on_paper(ink: np.ndarray) -> np.ndarray:
    """Draws ink black on white: uint8 (H, W)."""
    return np.rint(255 * (1 - ink)).astype(np.uint8)


@pytest.fixture(scope="module")
def loaded() -> Any:
    """The shipped network, which need not be loaded for every picture."""
    return keras.models.load_model(registry.shipped().keras_path, compile=False)


@pytest.mark.parametrize("digit", range(10))
def test_a_script_frames_and_reads_a_drawing_as_the_program_does(digit, loaded, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(keras.models, "load_model", lambda *_, **__: loaded)
    picture = on_paper(drawn(digit))
    script = run(registry.shipped(), picture, tmp_path, monkeypatch)
    rgba = np.asarray(Image.fromarray(picture).convert("RGBA"))
    framed = to_model_input(ink_from_rgba(rgba))
    assert np.abs(script["image"] - framed).max() <= TOLERANCE
    probabilities, _ = Network(registry.shipped().network)(framed[None])
    np.testing.assert_allclose(script["probabilities"], probabilities[0], atol=0.01)
    assert capsys.readouterr().out.startswith(f"{digit}, confidence ")


def test_a_script_leaves_mnists_own_images_as_they_are(loaded, mnist, tmp_path, monkeypatch):
    monkeypatch.setattr(keras.models, "load_model", lambda *_, **__: loaded)
    for image in mnist.x_test[:20]:
        framed = run(registry.shipped(), image, tmp_path, monkeypatch)["image"]
        assert np.abs(framed - to_model_input(image.astype(np.float32) / 255)).max() <= GRAIN


@pytest.mark.parametrize("name", ["default", "tutorial-2", "tutorial-3"])
def test_a_script_reads_with_networks_of_every_form(name, own_model, tmp_path, monkeypatch):
    model = keras_models.build(RECIPES[name])
    model.save(own_model / model_folder.KERAS_MODEL)
    card = json.loads((own_model / model_folder.CARD).read_text(encoding="utf-8"))
    files.write_json(own_model / model_folder.CARD, card | {"recipe": RECIPES[name].to_json()})
    script = run(model_folder.Model.open(own_model), on_paper(drawn(7)), tmp_path, monkeypatch)
    outputs = keras_models.for_reading(model).predict(script["image"].reshape(1, 28, 28, 1), verbose=0)
    np.testing.assert_allclose(script["probabilities"], outputs["probabilities"][0], atol=1e-5)


def test_a_recipe_of_another_version_is_said_in_a_sentence(own_model):
    card = json.loads((own_model / model_folder.CARD).read_text(encoding="utf-8"))
    files.write_json(own_model / model_folder.CARD, card | {"recipe": card["recipe"] | {"colour": "red"}})
    with pytest.raises(ImpossibleRecipe, match="This version does not know the recipe: colour"):
        reading_script(model_folder.Model.open(own_model))


def test_a_script_is_clean_and_looks_written_by_hand(tmp_path):
    (tmp_path / "read.py").write_text(reading_script(registry.shipped()), encoding="utf-8")
    for check in (["check", "--select", "E,F,I,W"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *check, "--isolated", "--line-length", "88", "read.py"]
        done = subprocess.run(ruff, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("kind", "is_said"), [("int8", True), ("pruned", False)])
def test_of_a_smaller_version_the_script_says_that_its_file_is_not_what_the_program_reads_with(kind, is_said):
    model = registry.shipped()
    made: Any = {
        "kind": kind,
        "of": "mine",
        "network": "a",
        "made": "2026-11-28T12:00:00+00:00",
        "sparsity": 0.0,
        "zeros": 0,
        "seconds": 0.0,
    }
    script = reading_script(replace(model, card={**model.card, "compressed": made}))
    assert ("the Keras file keeps each weight in 32 bits" in " ".join(script.split())) is is_said
