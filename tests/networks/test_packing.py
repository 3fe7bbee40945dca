"""A network as browsers compute it, and what is said where there can be none."""

from typing import Any

import numpy as np
import pytest

from mnist_core.models import registry
from mnist_core.networks import keras_models, packed, packing
from mnist_core.networks.packing import CannotPack
from mnist_core.networks.recipe import Recipe
from mnist_core.training import exporting

QUICK = Recipe(name="quick", architecture="quick", epochs=1)


def kept(place: dict[str, Any], weights: bytes) -> np.ndarray:
    """Returns the weights that a step has in half precision."""
    return np.frombuffer(weights, "<f2", place["count"], place["at"]).astype(np.float64) * place["unit"]


def test_the_shipped_models_file_is_what_its_keras_file_packs_into():
    shipped = registry.shipped()
    assert shipped.packed_path.read_bytes() == exporting.packed(shipped)


def test_half_precision_keeps_every_weight_to_a_two_thousandth():
    network = keras_models.build(QUICK)
    read, weights = packed.read(packing.pack(network, QUICK))
    kernel, _ = network.get_layer("probabilities").get_weights()
    np.testing.assert_allclose(kept(read["digits"]["kernel"], weights), kernel.ravel(), rtol=1 / 2000, atol=1e-7)


@pytest.mark.parametrize("size", [1e-9, 1e9])
def test_very_small_and_very_large_weights_are_kept(size):
    network = keras_models.build(QUICK)
    convolution = network.get_layer("conv2d")
    convolution.set_weights([size * values for values in convolution.get_weights()])
    read, weights = packed.read(packing.pack(network, QUICK))
    step = next(one for one in read["steps"] if one["kind"] == "convolution")
    largest = np.abs(convolution.get_weights()[0]).max()
    np.testing.assert_allclose(np.abs(kept(step["kernel"], weights)).max(), largest, rtol=1 / 2000)


def test_the_network_of_another_recipe_gets_a_sentence():
    with pytest.raises(CannotPack, match="Its network has no layer"):
        packing.pack(keras_models.build(QUICK), Recipe(name="vgg", architecture="vgg", epochs=1))


def test_weights_that_are_no_numbers_get_a_sentence():
    network = keras_models.build(QUICK)
    kernel, bias = network.get_layer("probabilities").get_weights()
    network.get_layer("probabilities").set_weights([kernel * np.nan, bias])
    with pytest.raises(CannotPack, match=r"Not all of its weights are numbers \(layer probabilities\)"):
        packing.pack(network, QUICK)
