"""Makes a trained network's confidence mean what it says, and finds the digit score that rejects a drawing.

Both are found on validation images. Importing this module imports Keras and TensorFlow: for training processes only.
"""

import keras
import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from mnist_core.networks.architectures import PROBABILITIES
from mnist_core.reading.network import Network
from mnist_core.reading.tta import views
from mnist_core.training.batches import Images, to_pixels
from mnist_core.training.fitting import PREDICT_BATCH

EVEN = 0.5  # a lower digit score says that it is likelier no digit
FALSE_REJECTIONS = 0.002  # the share of the validation digits that may fall below the threshold


def calibrate(model: keras.Model, images: Images, labels: npt.NDArray[np.integer], in_views: bool = False) -> float:
    """Calibrates a network's confidence by temperature scaling (Guo et al. 2017).

    The temperature is the one with the least cross-entropy on validation images. It is divided into the weights of the
    last layer, so that the model's probabilities are calibrated wherever it is used.

    Args:
        model: the network; its last layer is changed.
        images: uint8 (N, 28, 28): the validation images.
        labels: (N,): 0 to 9.
        in_views: whether the network will read in several views, averaged.

    Returns:
        The temperature; above 1 the network had been overconfident.
    """
    last = model.get_layer(PROBABILITIES)
    kernel, bias = last.get_weights()
    pixels = to_pixels(views(images) if in_views else images)
    features = keras.Model(model.inputs, last.input).predict(pixels, batch_size=PREDICT_BATCH, verbose=0)
    logits = (features @ kernel + bias).reshape(len(images), -1, len(bias)).mean(axis=1)

    def cross_entropy(temperature: float) -> float:
        log_probabilities = special.log_softmax(logits / temperature, axis=1)
        return float(-log_probabilities[np.arange(len(labels)), labels].mean())

    temperature = float(optimize.minimize_scalar(cross_entropy, bounds=(0.1, 10), method="bounded").x)
    last.set_weights([kernel / temperature, bias / temperature])
    return temperature


def digit_threshold(network: Network, images: Images) -> float:
    """Finds the digit score below which a drawing is rejected as no digit.

    Args:
        network: what reads.
        images: uint8 (N, 28, 28): the validation images, of which hardly any may be rejected; none is fine.
    """
    if not len(images):
        return EVEN
    _, scores = network(images)
    return min(EVEN, float(np.quantile(scores, FALSE_REJECTIONS)))
