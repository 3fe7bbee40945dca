import json
from pathlib import Path

import numpy as np
import pytest

from mnist_core import files
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import Model, ModelError
from mnist_core.networks.architectures import PROBABILITIES
from mnist_core.reading.network import Network
from mnist_core.training import exporting
from mnist_core.training.batches import to_pixels

import keras  # isort: skip


def test_the_export_agrees_with_the_keras_model_on_the_whole_test_set(mnist):
    model = registry.shipped()
    keras_model = keras.models.load_model(model.keras_path)
    last = keras_model.get_layer(PROBABILITIES)
    expected = keras.Model(keras_model.inputs, {**keras_model.output, "features": last.input})
    expected = expected.predict(to_pixels(mnist.x_test), verbose=0)
    outputs = Network(model.network, interpreters=2).run(mnist.x_test)
    np.testing.assert_allclose(outputs.probabilities, expected[PROBABILITIES], atol=1e-5)
    np.testing.assert_allclose(outputs.digit_scores, expected["digit_score"][:, 0], atol=1e-5)
    np.testing.assert_allclose(outputs.features, expected["features"], atol=1e-4)
    kernel, bias = last.get_weights()
    np.testing.assert_allclose(outputs.logits, expected["features"] @ kernel + bias, atol=1e-4)


def test_a_model_exported_anew_keeps_its_weights_its_answers_and_its_figures(own_model: Path, small_mnist):
    card, folder = Model.open(own_model).card, own_model
    (folder / model_folder.NETWORK).write_bytes(b"an export of long ago")
    network = {"bytes": 21, "sha256": model_folder.sha256(folder / model_folder.NETWORK)}
    files.write_json(folder / model_folder.CARD, card | {"files": card["files"] | {model_folder.NETWORK: network}})
    files.write_json(folder / "drawn-0.json", {"network": network["sha256"], "accuracy": 0.9})

    model = exporting.anew(Model.open(folder))
    before, after = (Network(one.network).run(small_mnist.x_test) for one in (registry.shipped(), model))
    for outputs in zip(before, after, strict=True):
        np.testing.assert_allclose(*outputs, atol=1e-6)
    assert {**model.card, "files": card["files"]} == card
    assert model.evaluation == registry.shipped().evaluation
    kept = json.loads((folder / "drawn-0.json").read_text())
    assert kept == {"network": model.card["files"][model_folder.NETWORK]["sha256"], "accuracy": 0.9}


def test_a_model_without_its_keras_file_is_not_exported(own_model):
    (own_model / model_folder.KERAS_MODEL).write_bytes(b"rubbish")
    with pytest.raises(ModelError, match="is not the one that was saved"):
        exporting.anew(model_folder.Model.open(own_model))
    assert model_folder.Model.open(own_model).network == registry.shipped().network
