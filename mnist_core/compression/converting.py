"""Writes a trained network as a smaller LiteRT file, with weights in half precision or int8, or all in int8.

Every file has the outputs of `mnist_core.networks.keras_models.for_reading`, and takes and gives float32, so that
`mnist_core.reading.network` reads it like any other.

Importing this module imports Keras and TensorFlow: for processes of their own only.
"""

import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import keras
import numpy as np
import tensorflow as tf

from mnist_core.compression.kinds import Kind
from mnist_core.data.mnist import Mnist
from mnist_core.models.model_folder import ModelError
from mnist_core.networks import keras_models
from mnist_core.networks.recipe import Recipe
from mnist_core.reading.network import Network
from mnist_core.synthesis import handwriting, non_digits
from mnist_core.training.batches import Images, to_pixels

REPRESENTATIVE = 300  # of MNIST's training images show the range of values: LiteRT's guide asks for 100 to 500
KEPT_FLOAT = ["SOFTMAX", "LOGISTIC"]
"""What is not computed in int8: its 256 steps would round confidence to 0.4 points, and end it at 99.6 %."""


def representative(mnist: Mnist, recipe: Recipe) -> Images:
    """Returns images as a network gets them: MNIST's, and of what else its recipe mixes in, its share.

    Args:
        mnist: whose training images are shown.
        recipe: of the network.

    Returns:
        uint8 (N, 28, 28), the same for the same recipe.
    """
    rng = np.random.default_rng(recipe.seed)
    chosen = rng.choice(len(mnist.x_train), min(REPRESENTATIVE, len(mnist.x_train)), replace=False)
    shown = [mnist.x_train[chosen]]
    if written := round(len(chosen) * recipe.handwritten):
        shown.append(handwriting.digits(written, rng)[0])
    if drawn := round(len(chosen) * recipe.doodles):
        shown.append(non_digits.draw(drawn, rng, shown[0])[0])
    return np.concatenate(shown)


def convert(model: keras.Model, kind: Kind, shown: Images) -> bytes:
    """Converts a trained network.

    Args:
        model: the network, pruned already where the kind asks for that.
        kind: what its weights become.
        shown: uint8 (N, 28, 28): images that show which range of values each layer needs.

    Returns:
        A LiteRT file.
    """
    with TemporaryDirectory() as folder:
        keras_models.for_reading(model).export(folder, format="tf_saved_model", verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        if kind.weights == "float32":
            return bytes(converter.convert())
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if kind.weights == "float16":
            converter.target_spec.supported_types = [tf.float16]
        if not kind.activations:
            return bytes(converter.convert())
        converter.representative_dataset = lambda: _one_by_one(shown)
        options = tf.lite.experimental.QuantizationDebugOptions(denylisted_ops=KEPT_FLOAT)
        with warnings.catch_warnings():  # the debugger, without which no layer can be left as it is, warns of itself
            warnings.filterwarnings("ignore", r"\s*Warning: tf\.lite\.Interpreter is deprecated", UserWarning)
            debugger = tf.lite.experimental.QuantizationDebugger(converter=converter, debug_options=options)
            return bytes(debugger.get_nondebug_quantized_model())


def write(model: keras.Model, kind: Kind, shown: Images, path: Path) -> None:
    """Writes a network as a smaller LiteRT file, loads that again, and checks that it reads.

    Args:
        model: as `convert` takes it.
        kind: likewise.
        shown: likewise.
        path: the file to write.

    Raises:
        OSError: it cannot be written.
        ModelError: loaded again, it does not read.
    """
    path.write_bytes(convert(model, kind, shown))
    outputs = Network(path.read_bytes()).run(shown)
    if not all(np.isfinite(values).all() for values in outputs if values is not None):
        raise ModelError(f"The version “{kind.title}” was written, but loaded again, its outputs are no numbers.")
    if outputs.logits is None or outputs.features is None:
        raise ModelError(f"The version “{kind.title}” was written, but it lacks outputs that reading needs.")


def _one_by_one(shown: Images) -> Iterator[list[np.ndarray]]:
    for pixels in to_pixels(shown):
        yield [pixels[np.newaxis]]
