"""The networks, each a function that builds an untrained Keras model.

All take float32 (N, 28, 28, 1) with grey levels from 0 to 255 as they stand in MNIST; scaling is a layer of the
network, so that whoever holds a model cannot scale wrongly. They give two outputs: `probabilities` (N, 10), and
`digit_score` (N, 1), how sure it is that the picture shows a digit at all.

Importing this module imports Keras: for training processes only.
"""

from collections.abc import Callable

import keras
from keras import layers

from mnist_core.preprocessing import FIELD
from mnist_core.recipes import Recipe

PROBABILITIES, DIGIT_SCORE = "probabilities", "digit_score"


def build(recipe: Recipe) -> keras.Model:
    """Builds the untrained network of a recipe.

    Raises:
        ValueError: the recipe names an architecture that does not exist.
    """
    if recipe.architecture not in ARCHITECTURES:
        raise ValueError(f"architecture must be one of {', '.join(ARCHITECTURES)}, but is {recipe.architecture}.")
    return ARCHITECTURES[recipe.architecture](recipe)


def studio(recipe: Recipe) -> keras.Model:
    """The shipped network: five convolutions with batch normalisation, 284,587 parameters.

    Pooling comes before normalisation and activation, which then work on a quarter of the pixels: the same function
    (maximum and a rising activation can trade places) in less time on a CPU.
    """
    pixels = keras.Input((FIELD, FIELD, 1), name="pixels")
    x = layers.Rescaling(1 / 255)(pixels)
    x = _convolution(x, 32, size=5, padding="valid", pool=True)  # 24 x 24, pooled to 12 x 12
    x = _convolution(x, 64)
    x = _convolution(x, 64, pool=True)  # 6 x 6
    x = _convolution(x, 128, padding="valid")  # 4 x 4
    x = _convolution(x, 128, padding="valid")  # 2 x 2
    x = layers.Flatten()(x)
    x = layers.Dropout(recipe.dropout, seed=recipe.seed)(x)
    probabilities = layers.Dense(10, activation="softmax", name=PROBABILITIES)(x)
    digit_score = layers.Dense(1, activation="sigmoid", name=DIGIT_SCORE)(x)
    return keras.Model(pixels, {PROBABILITIES: probabilities, DIGIT_SCORE: digit_score}, name="studio")


def _convolution(
    x: keras.KerasTensor, filters: int, *, size: int = 3, padding: str = "same", pool: bool = False
) -> keras.KerasTensor:
    x = layers.Conv2D(filters, size, padding=padding, use_bias=False)(x)
    if pool:
        x = layers.MaxPooling2D()(x)
    return layers.Activation("relu")(layers.BatchNormalization(momentum=0.9)(x))


ARCHITECTURES: dict[str, Callable[[Recipe], keras.Model]] = {"studio": studio}
