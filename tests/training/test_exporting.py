import json
from pathlib import Path

import numpy as np
import pytest

from mnist_core import files
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import Model, ModelError
from mnist_core.networks import keras_models
from mnist_core.networks.architectures import PROBABILITIES
from mnist_core.networks.recipe import Recipe
from mnist_core.reading.network import Network
from mnist_core.training import exporting
from mnist_core.training.batches import to_pixels

import keras  # isort: skip


def test_the_export_agrees_with_the_keras_model(mnist):
    model, images = registry.shipped(), mnist.x_test[::20]  # `python -m benchmarks.exports` compares all
    keras_model = keras.models.load_model(model.keras_path)
    last = keras_model.get_layer(PROBABILITIES)
    expected = keras.Model(keras_model.inputs, {**keras_model.output, "features": last.input})
    expected = expected.predict(to_pixels(images), verbose=0)
    outputs = Network(model.network, interpreters=2).run(images)
    np.testing.assert_allclose(outputs.probabilities, expected[PROBABILITIES], atol=1e-5)
    np.testing.assert_allclose(outputs.digit_scores, expected["digit_score"][:, 0], atol=1e-5)
    np.testing.assert_allclose(outputs.features, expected["features"], atol=1e-4)
    kernel, bias = last.get_weights()
    np.testing.assert_allclose(outputs.logits, expected["features"] @ kernel + bias, atol=1e-4)


def test_a_model_exported_anew_keeps_its_weights_its_answers_and_its_figures(own_model: Path, small_mnist):
    card, folder = Model.open(own_model).card, own_model
    (folder / model_folder.NETWORK).write_bytes(b"an export of long ago")
    (folder / model_folder.PACKED).unlink()
    network = {"bytes": 21, "sha256": model_folder.sha256(folder / model_folder.NETWORK)}
    known = {model_folder.NETWORK: network, model_folder.KERAS_MODEL: card["files"][model_folder.KERAS_MODEL]}
    files.write_json(folder / model_folder.CARD, card | {"files": known})
    files.write_json(folder / "drawn-0.json", {"network": network["sha256"], "accuracy": 0.9})

    model = exporting.anew(Model.open(folder))
    before, after = (Network(one.network).run(small_mnist.x_test) for one in (registry.shipped(), model))
    for outputs in zip(before, after, strict=True):
        np.testing.assert_allclose(*outputs, atol=1e-6)
    assert {**model.card, "files": card["files"]} == card
    assert model.evaluation == registry.shipped().evaluation
    assert model.packed_path.read_bytes() == registry.shipped().packed_path.read_bytes()
    kept = json.loads((folder / "drawn-0.json").read_text())
    assert kept == {"network": model.card["files"][model_folder.NETWORK]["sha256"], "accuracy": 0.9}


def test_a_model_that_is_packed_for_browsers_keeps_all_else_as_it_is(own_model):
    card = Model.open(own_model).card
    written = (own_model / model_folder.CARD).read_bytes()
    others = {name: one for name, one in card["files"].items() if name != model_folder.PACKED}
    files.write_json(own_model / model_folder.CARD, card | {"files": others})
    (own_model / model_folder.PACKED).unlink()
    untouched = {path: path.stat().st_mtime_ns for path in own_model.iterdir() if path.name != model_folder.CARD}

    model = exporting.pack(Model.open(own_model))

    assert model.packed_path.read_bytes() == registry.shipped().packed_path.read_bytes()
    assert (own_model / model_folder.CARD).read_bytes() == written
    assert {path: path.stat().st_mtime_ns for path in untouched} == untouched


@pytest.mark.parametrize("export", [exporting.anew, exporting.pack])
@pytest.mark.parametrize("keras_file", [b"rubbish", None])
def test_a_model_without_its_keras_file_is_not_exported(own_model, export, keras_file):
    path = own_model / model_folder.KERAS_MODEL
    path.unlink()
    if keras_file is not None:
        path.write_bytes(keras_file)
    with pytest.raises(ModelError, match=r"“mine” cannot be exported or made smaller: its model\.keras is not the"):
        export(model_folder.Model.open(own_model))
    assert model_folder.Model.open(own_model).network == registry.shipped().network


def test_a_network_that_browsers_cannot_compute_is_exported_all_the_same(tmp_path):
    recipe = Recipe(name="quick", architecture="quick", epochs=1)
    network = keras_models.build(recipe)
    kernel, bias = network.get_layer(PROBABILITIES).get_weights()
    network.get_layer(PROBABILITIES).set_weights([kernel * np.nan, bias])
    exporting.write(network, recipe, tmp_path)
    assert exporting.described(tmp_path).keys() == {model_folder.NETWORK, model_folder.KERAS_MODEL}
