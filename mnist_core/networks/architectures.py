"""The networks by name, as data: without Keras, so that a page can show what it cannot build.

Shapes and parameters are worked out in pure Python, and `mnist_core.networks.keras_models` builds the Keras model from
the same layers, so that what is shown is what is trained. Every network takes (28, 28, 1) grey levels from 0 to 255 as
they stand in MNIST. Where a recipe scales them, that is the first layer of the network, so that whoever holds a model
cannot scale wrongly.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from mnist_core.drawing.framing import FIELD
from mnist_core.networks.layers import (
    Activation,
    AveragePooling,
    BatchNormalization,
    Convolution,
    Cropping,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling,
    Layer,
    MaxPooling,
    Padding,
    Rescaling,
    Residual,
    Shape,
    shapes,
)
from mnist_core.networks.recipe import ENSEMBLE, ImpossibleRecipe, Recipe

PIXELS = "pixels"
PROBABILITIES, LOGITS, FEATURES = "probabilities", "logits", "features"
DIGIT_SCORE, MULTI_DIGIT_SCORE = "digit_score", "number_score"
SCORES = (DIGIT_SCORE, MULTI_DIGIT_SCORE)
INPUT_SHAPE = (FIELD, FIELD, 1)
TEN_PROBABILITIES, TEN_LOGITS = Dense(10, "softmax"), Dense(10, None)


@dataclass(frozen=True)
class Architecture:
    """A network: layers one after the other, and one output or three at their end."""

    layers: tuple[Layer, ...]
    digits: Dense = TEN_PROBABILITIES
    """Which digit it is: ten probabilities, or ten logits where it has no softmax."""
    scores: Dense | None = None
    """Two more outputs of this form: whether it is a digit at all, and whether it is several; a network without them
    takes everything for one digit."""

    @property
    def digits_name(self) -> str:
        """What the output for the digits is called."""
        return PROBABILITIES if self.digits.activation == "softmax" else LOGITS


@dataclass(frozen=True)
class Row:
    """A row of a network's layer table."""

    name: str
    """As the Keras layer is called."""
    kind: str
    """As Keras calls this kind of layer; a `Residual` stands for several Keras layers."""
    detail: str
    """Its settings for people, such as "32 filters, 3 × 3, relu"."""
    output_shape: Shape
    """Of one sample."""
    parameters: int


def table(recipe: Recipe) -> list[Row]:
    """Returns the layers of a recipe's network from the pixels to the outputs, with shapes and parameters.

    Raises:
        ImpossibleRecipe: there is no such network.
    """
    architecture = of(recipe)
    before = shapes(architecture.layers, INPUT_SHAPE)
    placed = [(name, layer, shape) for (name, layer), shape in zip(named(architecture.layers), before, strict=False)]
    placed.append((architecture.digits_name, architecture.digits, before[-1]))
    if architecture.scores:
        placed += [(name, architecture.scores, before[-1]) for name in SCORES]
    return [
        Row(PIXELS, "InputLayer", "grey levels from 0 to 255", INPUT_SHAPE, 0),
        *(
            Row(name, layer.kind, layer.detail, layer.output_shape(shape), layer.parameters(shape))
            for name, layer, shape in placed
        ),
    ]


def parameters(recipe: Recipe) -> int:
    """Counts the parameters of a recipe's network.

    Raises:
        ImpossibleRecipe: there is no such network.
    """
    return sum(row.parameters for row in table(recipe))


def of(recipe: Recipe) -> Architecture:
    """Returns a recipe's network.

    Raises:
        ImpossibleRecipe: the recipe names a network that does not exist, or asks one for what it cannot do, or is an
            ensemble's.
    """
    if recipe.architecture == ENSEMBLE:
        raise ImpossibleRecipe(f"An ensemble has the networks of its members: {', '.join(recipe.members)}.")
    if recipe.architecture not in ARCHITECTURES:
        raise ImpossibleRecipe(f"architecture must be one of {', '.join(ARCHITECTURES)}, but is {recipe.architecture}.")
    architecture = ARCHITECTURES[recipe.architecture](recipe.dropout)
    if recipe.doodles and not architecture.scores:
        raise ImpossibleRecipe(
            f"doodles must be 0 for the network {recipe.architecture}: it cannot say that a drawing is no digit."
        )
    scaling = (Rescaling(1 / 255),) if recipe.scaled else ()
    layers = (*scaling, *architecture.layers)
    return replace(architecture, layers=tuple(layer for layer in layers if layer != Dropout(0)))


def named(layers: tuple[Layer, ...]) -> list[tuple[str, Layer]]:
    """Returns each layer with the name that Keras gives it: its kind in small letters, numbered from the second on."""
    seen: Counter[str] = Counter()
    names = []
    for layer in layers:
        stem = re.sub("(?<=[a-z])(?=[A-Z])", "_", layer.kind).lower()
        names.append(f"{stem}_{seen[stem]}" if seen[stem] else stem)
        seen[stem] += 1
    return list(zip(names, layers, strict=True))


def studio(dropout: float) -> Architecture:
    """The shipped network: seven convolutions with batch normalisation, 442,412 parameters."""
    return Architecture(
        layers=(
            *_normalised(32, size=5),  # 24 x 24
            *_normalised(32, padding="same", pool=True),  # 12 x 12
            *_normalised(64, padding="same"),
            *_normalised(64, padding="same", pool=True),  # 6 x 6
            *_normalised(128, padding="same"),
            *_normalised(128),  # 4 x 4
            *_normalised(128),  # 2 x 2
            Flatten(),
            Dropout(dropout),
        ),
        scores=Dense(1, "sigmoid"),
    )


def quick(dropout: float) -> Architecture:
    """Three convolutions with batch normalisation, 37,082 parameters: little to compute, quick to learn.

    The margin, 2 pixels wide and all but empty in MNIST, is left out: that saves a third of the work.
    """
    return Architecture(
        (
            Cropping(2),
            *_normalised(16, size=5, pool=True),  # 20 x 20, pooled to 10 x 10
            *_normalised(32, pool=True),  # 8 x 8, pooled to 4 x 4
            *_normalised(96),  # 2 x 2
            Flatten(),
            Dropout(dropout),
        )
    )


def student(dropout: float) -> Architecture:
    """Four convolutions with batch normalisation, 29,128 parameters, which say as well whether it is a digit."""
    return Architecture(
        layers=(
            *_normalised(12, size=5, pool=True),  # 24 x 24, pooled to 12 x 12
            *_normalised(24),  # 10 x 10
            *_normalised(32, pool=True),  # 8 x 8, pooled to 4 x 4
            *_normalised(56),  # 2 x 2
            Flatten(),
            Dropout(dropout),
        ),
        scores=Dense(1, "sigmoid"),
    )


def _normalised(filters: int, *, size: int = 3, padding: Padding = "valid", pool: bool = False) -> tuple[Layer, ...]:
    """A convolution with batch normalisation.

    Pooling comes before normalisation and activation, which then work on a quarter of the pixels: the same function
    (maximum and a rising activation can trade places) in less time on a CPU.
    """
    convolution = Convolution(filters, size, padding, activation=None, bias=False)
    return convolution, *((MaxPooling(),) if pool else ()), BatchNormalization(), Activation()


def tutorial_1(dropout: float) -> Architecture:
    """The network of the first article, 225,034 parameters; its first dropout is half of its second, 0.25 and 0.5."""
    return Architecture((*_two_convolutions(), Dropout(dropout / 2), Flatten(), Dense(128), Dropout(dropout)))


def tutorial_2(dropout: float) -> Architecture:
    """The network of the second article, 121,930 parameters; it has no dropout of its own, and gives logits."""
    return Architecture((*_two_convolutions(), Flatten(), Dense(64), Dropout(dropout)), digits=TEN_LOGITS)


def tutorial_2a(dropout: float) -> Architecture:
    """The first variant in the second article's replies, 693,962 parameters."""
    return Architecture((Convolution(32), MaxPooling(), Flatten(), Dropout(dropout), Dense(128)))


def tutorial_2b(dropout: float) -> Architecture:
    """The second variant in the second article's replies, 225,034 parameters."""
    return Architecture((*_two_convolutions(), Flatten(), Dense(128), Dropout(dropout)))


def tutorial_3(dropout: float) -> Architecture:
    """The network of the third article, 320 + 18,496 + 102,464 + 650 = 121,930 parameters."""
    return Architecture((*_two_convolutions(), Flatten(), Dense(64), Dropout(dropout)))


def tutorial_4(dropout: float) -> Architecture:
    """The plain network of the fourth article, 101,770 parameters: 128 units, fully connected to every pixel."""
    return Architecture((Flatten(), Dense(128), Dropout(dropout)))


def _two_convolutions() -> tuple[Layer, ...]:
    return Convolution(32), MaxPooling(), Convolution(64), MaxPooling()  # 26 x 26, 13 x 13, 11 x 11, 5 x 5


def lenet_5(dropout: float) -> Architecture:
    """LeNet-5 (LeCun et al. 1998), 61,706 parameters.

    As it is usually built today: the second convolution sees all six maps where the original left some out, and the
    output is a softmax where the original measured distances.
    """
    return Architecture(
        (
            Convolution(6, 5, "same", activation="tanh"),
            AveragePooling(),
            Convolution(16, 5, activation="tanh"),
            AveragePooling(),
            Flatten(),
            Dense(120, "tanh"),
            Dense(84, "tanh"),
            Dropout(dropout),
        )
    )


def resnet(dropout: float) -> Architecture:
    """A small ResNet: a convolution and three residual blocks, 78,426 parameters."""
    return Architecture(
        (
            *_normalised(16, padding="same"),
            Residual(16),
            Residual(32, stride=2),  # 14 x 14
            Residual(64, stride=2),  # 7 x 7
            GlobalAveragePooling(),
            Dropout(dropout),
        )
    )


def vgg(dropout: float) -> Architecture:
    """A small VGG: three pairs of padded convolutions, each pair pooled, 146,938 parameters."""
    pairs = tuple(
        layer
        for filters in (16, 32, 64)
        for layer in (Convolution(filters, padding="same"), Convolution(filters, padding="same"), MaxPooling())
    )
    return Architecture((*pairs, Flatten(), Dense(128), Dropout(dropout)))


ARCHITECTURES: dict[str, Callable[[float], Architecture]] = {
    "studio": studio,
    "quick": quick,
    "student": student,
    "tutorial-1": tutorial_1,
    "tutorial-2": tutorial_2,
    "tutorial-2a": tutorial_2a,
    "tutorial-2b": tutorial_2b,
    "tutorial-3": tutorial_3,
    "tutorial-4": tutorial_4,
    "lenet-5": lenet_5,
    "resnet": resnet,
    "vgg": vgg,
}
"""Each network by name, as a function of the recipe's dropout."""
