import numpy as np
import pytest

from mnist_core.models import registry
from mnist_core.networks.architectures import PROBABILITIES
from mnist_core.reading.network import Network
from mnist_core.training import calibration

import keras  # isort: skip


def test_calibration_takes_back_an_exaggeration(small_mnist):
    labels = small_mnist.y_train.copy()
    labels[::60] = (labels[::60] + 1) % 10  # nobody can be quite sure where some labels are wrong
    model = keras.models.load_model(registry.shipped().keras_path)
    for _ in range(2):  # a network that made no mistake on its few validation images is farther off than one step
        calibration.calibrate(model, small_mnist.x_train, labels)
    last = model.get_layer(PROBABILITIES)
    last.set_weights([2 * weight for weight in last.get_weights()])
    assert calibration.calibrate(model, small_mnist.x_train, labels) == pytest.approx(2, rel=0.02)
    assert calibration.calibrate(model, small_mnist.x_train, labels) == pytest.approx(1, rel=0.02)


def test_without_validation_images_a_digit_score_of_one_half_decides(small_mnist):
    network = Network(registry.shipped().network)
    assert calibration.digit_threshold(network, small_mnist.x_test[:0]) == 0.5


def test_hardly_any_validation_digit_is_rejected(mnist):
    network = Network(registry.shipped().network)
    threshold = calibration.digit_threshold(network, mnist.x_test[:2000])
    _, scores = network(mnist.x_test[:2000])
    assert 0 < threshold <= 0.5
    assert np.mean(scores < threshold) <= calibration.FALSE_REJECTIONS
