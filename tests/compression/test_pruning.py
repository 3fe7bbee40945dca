import numpy as np
import pytest

from mnist_core.compression import pruning
from mnist_core.compression.pruning import Masks, share_at
from mnist_core.training.progress import Phase

import keras  # isort: skip


def test_the_share_of_zeros_rises_as_zhu_and_gupta_write():
    # Of 100 steps, 75 rise: after 25 of these a third is gone, and 1 - (2/3) ** 3 = 19/27 of the zeros are there.
    assert share_at(0, 100, 0.8) == 0
    assert share_at(25, 100, 0.8) == pytest.approx(0.8 * 19 / 27)
    assert share_at(75, 100, 0.8) == share_at(99, 100, 0.8) == 0.8


@pytest.fixture
def network() -> keras.Model:
    """A network of which only the middle layer is worth pruning."""
    keras.utils.set_random_seed(0)
    pixels = keras.Input((28, 28, 1))
    x = keras.layers.Conv2D(4, 3, name="few")(pixels)
    x = keras.layers.Dense(20, name="hidden")(keras.layers.Flatten()(x))
    return keras.Model(pixels, keras.layers.Dense(10, "softmax", name="probabilities")(x))


def test_the_smallest_weights_of_large_kernels_are_pruned_and_outputs_are_not(network):
    before = {layer.name: layer.get_weights() for layer in network.layers}
    masks = Masks(network)
    masks.tighten(0.5)

    kernel, bias = network.get_layer("hidden").get_weights()
    whole = before["hidden"][0]
    assert masks.zeros == (kernel == 0).sum() == whole.size // 2
    assert np.abs(whole[kernel == 0]).max() <= np.abs(whole[kernel != 0]).min()
    np.testing.assert_array_equal(kernel[kernel != 0], whole[kernel != 0])
    np.testing.assert_array_equal(bias, before["hidden"][1])
    for name in ("few", "probabilities"):
        for now, then in zip(network.get_layer(name).get_weights(), before[name], strict=True):
            np.testing.assert_array_equal(now, then)


def test_what_is_pruned_stays_so_whatever_is_learned_and_more_is_pruned_beside_it(network):
    masks, hidden = Masks(network), network.get_layer("hidden")
    masks.tighten(0.25)
    gone = hidden.get_weights()[0] == 0
    hidden.kernel.assign(np.ones(hidden.kernel.shape, np.float32))
    masks.apply()
    assert (hidden.get_weights()[0][gone] == 0).all()
    assert (hidden.get_weights()[0][~gone] == 1).all()
    masks.tighten(0.75)
    assert (hidden.get_weights()[0][gone] == 0).all()
    assert masks.zeros == 0.75 * gone.size


def test_a_network_is_pruned_while_it_learns_on_and_reads_afterwards(made, recipe, small_mnist):
    model = keras.models.load_model(made.base.keras_path, compile=False)
    told: list[Phase] = []
    pruned = pruning.prune(model, recipe, small_mnist, 0.6, told.append, steps=30)

    assert [phase.share for phase in told] == [*(step / 30 for step in range(1, 31)), None]
    kernels = Masks(model)._kernels
    assert sum(int((kernel.numpy() == 0).sum()) for kernel in kernels) == pruned.zeros
    for kernel in kernels:
        assert (kernel.numpy() == 0).mean() == pytest.approx(0.6, abs=0.001)
    assert 0.1 < pruned.temperature < 10
    probabilities = model.predict(small_mnist.x_test[..., np.newaxis].astype(np.float32), verbose=0)["probabilities"]
    assert (probabilities.argmax(axis=1) == small_mnist.y_test).mean() > 0.8
