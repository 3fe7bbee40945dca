"""The file of a network that is taken home, and what is said where there can be none."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mnist_core.export.take_home import page as pages
from mnist_core.export.take_home import weights
from mnist_core.export.take_home.weights import NotTakenHome
from mnist_core.models import model_folder, registry
from mnist_core.networks import keras_models
from mnist_core.networks.recipe import Recipe
from mnist_core.reading.memory import Memory
from mnist_core.synthesis.non_digits import NONE
from tests.export.take_home import saved

QUICK = Recipe(name="quick", architecture="quick", epochs=1)


@pytest.fixture(scope="module")
def written() -> str:
    """The shipped model's file."""
    return pages.page(registry.shipped(), *weights.read(registry.shipped()))


def kept(place: dict[str, Any], packed: bytes) -> np.ndarray:
    """Returns the weights that a step has in half precision."""
    return np.frombuffer(packed, "<f2", place["count"], place["at"]).astype(np.float64) * place["unit"]


def test_it_says_which_model_it_is(written):
    assert "<title>shipped reads digits</title>" in written
    assert "Recipe default, 22 November 2026: 99.72 % of 10,000 test digits right" in written
    assert "Apache License 2.0" in written


def test_it_asks_for_nothing_outside_of_itself(written):
    without_weights = re.sub(r'(<script type="text/plain" id="weights">).*?(</script>)', r"\1\2", written)
    assert re.findall(r"https?:|//\w|@import|url\(|\beval\b|Function\(|\bfetch\b|import\(", without_weights) == []
    assert re.findall(r'(?:src|href)="([^"]*)"', without_weights) == ["data:,", ""]  # "" is this page


@pytest.mark.parametrize("kind", ["script", "style"])
def test_only_its_own_code_may_run(written, kind):
    (code,) = re.findall(rf"<{kind}>(.*?)</{kind}>", written, re.DOTALL)
    (allowed,) = re.findall(rf"{kind}-src '(sha256-[^']+)'", written)
    assert allowed == f"sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}"
    assert "default-src 'none'" in written


def test_half_precision_keeps_every_weight_to_a_two_thousandth(own_model):
    network = keras_models.build(QUICK)
    read, packed = weights.read(saved(own_model, network, QUICK))
    kernel, _ = network.get_layer("probabilities").get_weights()
    np.testing.assert_allclose(kept(read["digits"]["kernel"], packed), kernel.ravel(), rtol=1 / 2000, atol=1e-7)


@pytest.mark.parametrize("size", [1e-9, 1e9])
def test_very_small_and_very_large_weights_are_kept(own_model, size):
    network = keras_models.build(QUICK)
    convolution = network.get_layer("conv2d")
    convolution.set_weights([size * values for values in convolution.get_weights()])
    read, packed = weights.read(saved(own_model, network, QUICK))
    step = next(one for one in read["steps"] if one["kind"] == "convolution")
    largest = np.abs(convolution.get_weights()[0]).max()
    np.testing.assert_allclose(np.abs(kept(step["kernel"], packed)).max(), largest, rtol=1 / 2000)


def test_a_keras_file_that_was_changed_gets_a_sentence(own_model):
    (own_model / model_folder.KERAS_MODEL).write_bytes(b"another")
    with pytest.raises(NotTakenHome, match=r"“mine” cannot be taken home: its model\.keras is not the one"):
        weights.read(model_folder.Model.open(own_model))


def test_a_keras_file_that_is_missing_gets_a_sentence(own_model):
    (own_model / model_folder.KERAS_MODEL).unlink()
    with pytest.raises(NotTakenHome, match=r"“mine” cannot be taken home: .*No such file"):
        weights.read(model_folder.Model.open(own_model))


def test_the_network_of_another_recipe_gets_a_sentence(own_model):
    model = saved(own_model, keras_models.build(QUICK), Recipe(name="vgg", architecture="vgg", epochs=1))
    with pytest.raises(NotTakenHome, match="its network has no layer"):
        weights.read(model)


def test_weights_that_are_no_numbers_get_a_sentence(own_model):
    network = keras_models.build(QUICK)
    kernel, bias = network.get_layer("probabilities").get_weights()
    network.get_layer("probabilities").set_weights([kernel * np.nan, bias])
    with pytest.raises(NotTakenHome, match=r"not all of its weights are numbers \(layer probabilities\)"):
        weights.read(saved(own_model, network, QUICK))


def test_a_hands_memory_is_carried_in_half_precision_and_named(written):
    rng = np.random.default_rng(0)
    memory = Memory.of([7, 8, 9], [3, NONE, 5], rng.normal(size=(3, 512)).astype(np.float32))
    taught = pages.taught(written, memory)
    described, packed = (re.search(rf'id="{name}">(.*?)</script>', taught).group(1) for name in ("memory", "features"))
    assert json.loads(described)["labels"] == [3, NONE, 5]
    carried = np.frombuffer(base64.b64decode(packed), "<f2").reshape(3, 512)
    np.testing.assert_allclose(carried, memory.features, rtol=1 / 2000, atol=1e-7)
    assert "holds that hand’s corrections: 3 drawings, no names." in taught
    assert "corrections" not in written
    assert pages.policy() in taught.replace("&#x27;", "'")


@pytest.mark.parametrize(("kind", "is_said"), [("int8", True), ("float16", True), ("pruned", False)])
def test_of_a_smaller_version_it_says_that_it_computes_the_network_as_it_was_before(kind, is_said):
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
    smaller = replace(model, card={**model.card, "compressed": made})
    said = pages.page(smaller, *weights.read(smaller))
    assert ("shipped is a smaller version of it" in said) is is_said
