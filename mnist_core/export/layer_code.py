"""Writes a network as Keras code, a layer a line."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from mnist_core.networks import architectures
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
    Rescaling,
    Residual,
    Shape,
    shapes,
)
from mnist_core.networks.recipe import Recipe
from mnist_core.synthesis.augmentation import Augmentation

WORDS = {
    "Cropping2D": "The margin of MNIST's images is empty: leaving it out saves work.",
    "Conv2D": "Small filters slide over the picture: they find strokes, then shapes.",
    "MaxPooling2D": "Keep the largest of 2 x 2 values: the exact position matters less.",
    "AveragePooling2D": "Keep the mean of 2 x 2 values: the exact position matters less.",
    "GlobalAveragePooling2D": "Keep the mean of each channel: one number for all that a filter found.",
    "BatchNormalization": "Bring each channel to mean 0 and variance 1, which makes learning faster.",
    "Activation": "Set negative values to 0: without that, all layers would act as one.",
    "Dropout": "Set some values to 0 at random, in training only: that hinders overfitting.",
    "Flatten": "Lay all values out in one row.",
    "Dense": "Fully connected: each unit takes a weighted sum of all values.",
    "Residual": "Add what two convolutions find to their input: deeper networks learn more easily.",
}
"""What each kind of layer is for, said where it first occurs."""

RESIDUAL_BLOCK = '''def residual_block(x, filters, stride=1):
    """Adds to its input what two convolutions make of it (He et al. 2015)."""
    y = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
    y = layers.BatchNormalization(momentum=0.9)(y)
    y = layers.Activation("relu")(y)
    y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)
    y = layers.BatchNormalization(momentum=0.9)(y)
    if x.shape != y.shape:  # then the input takes a 1 x 1 convolution to the same shape
        x = layers.Conv2D(filters, 1, strides=stride, use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
    return layers.Activation("relu")(layers.add([y, x]))


'''


@dataclass(frozen=True)
class Line:
    """A layer as a line of code."""

    call: str
    """What makes the layer, such as `layers.Flatten()`."""
    above: str = ""
    """A comment on the line above."""
    beside: str = ""
    """A comment at the line's end."""
    is_block: bool = False
    """Whether it calls a function of the script, which takes the values as its first argument."""

    def applied(self, values: str) -> str:
        """Writes the layer applied to the values of a variable."""
        return self.call.replace("(", f"({values}, ", 1) if self.is_block else f"{self.call}({values})"


def network_code(recipe: Recipe) -> str:
    """Writes a recipe's network as the code that builds it as `model`, without scaling, which the data have had.

    Of a network with scores it is the digits' output only.

    Raises:
        ImpossibleRecipe: there is no such network.
    """
    lines = [*_augmenting(recipe.augmentation), *_lines(recipe)]
    if any(line.is_block for line in lines):
        return RESIDUAL_BLOCK + _functional(lines)
    return _sequential(lines)


def _lines(recipe: Recipe) -> Iterator[Line]:
    architecture = architectures.of(recipe)
    before = shapes(architecture.layers, architectures.INPUT_SHAPE)
    said: set[str] = set()
    for layer, shape in zip(architecture.layers, before, strict=False):
        if isinstance(layer, Rescaling):
            continue
        above = "" if layer.kind in said else WORDS[layer.kind]
        said.add(layer.kind)
        yield Line(_call(layer), above, _change(shape, layer.output_shape(shape)), isinstance(layer, Residual))
    outputs = "probability" if architecture.digits.activation else "logit"
    yield Line(_call(architecture.digits), f"The output: one {outputs} for each digit.")


def _call(layer: Layer) -> str:
    """Writes the call that makes a layer.

    Raises:
        TypeError: the kind of layer is unknown.
    """
    match layer:
        case Residual(filters, stride):
            return f"residual_block({_arguments(filters, stride=stride if stride > 1 else None)})"
        case Cropping(margin):
            return f"layers.Cropping2D({margin})"
        case Convolution(filters, size, padding, stride, activation, bias):
            arguments = _arguments(
                filters,
                size,
                strides=stride if stride > 1 else None,
                padding=padding if padding != "valid" else None,
                activation=activation,
                use_bias=None if bias else False,
            )
            return f"layers.Conv2D({arguments})"
        case AveragePooling(size):
            return f"layers.AveragePooling2D({size})"
        case MaxPooling(size):
            return f"layers.MaxPooling2D({size})"
        case GlobalAveragePooling():
            return "layers.GlobalAveragePooling2D()"
        case BatchNormalization():
            return "layers.BatchNormalization(momentum=0.9)"
        case Activation(function):
            return f'layers.Activation("{function}")'
        case Dropout(rate):
            return f"layers.Dropout({rate:g})"
        case Flatten():
            return "layers.Flatten()"
        case Dense(units, activation):
            return f"layers.Dense({_arguments(units, activation=activation)})"
    raise TypeError(f"There is no code for {layer}.")


def _arguments(*values: int, **named: object) -> str:
    """Writes arguments; a named one that is None is left out."""
    written = [
        f'{name}="{value}"' if isinstance(value, str) else f"{name}={value}"
        for name, value in named.items()
        if value is not None
    ]
    return ", ".join([*map(str, values), *written])


def _change(before: Shape, after: Shape) -> str:
    return " x ".join(map(str, after)) if after != before else ""


def _augmenting(augmentation: Augmentation) -> Iterator[Line]:
    """Writes an augmentation as layers, which act in training only; Keras has none for its elastic displacement."""
    shift = augmentation.shift_px / architectures.INPUT_SHAPE[0]
    layers = {
        f"RandomRotation({augmentation.rotation_degrees:g} / 360": augmentation.rotation_degrees,
        f"RandomShear({augmentation.shear:g}": augmentation.shear,
        f"RandomZoom({augmentation.zoom:g}, {augmentation.zoom:g}": augmentation.zoom,
        f"RandomTranslation({shift:.3g}, {shift:.3g}": shift,
    }
    above = "Vary each image a little, in training only and anew in every epoch."
    for layer, strength in layers.items():
        if strength:
            yield Line(f'layers.{layer}, fill_mode="constant")', above)
            above = ""


def _sequential(lines: list[Line]) -> str:
    body = "".join(_written(line, f"{line.call},") for line in lines)
    opening, closing = "model = keras.Sequential(\n    [\n        keras.Input((28, 28, 1)),\n", "    ]\n)\n"
    return f"{opening}{textwrap.indent(body, 8 * ' ')}{closing}model.summary()"


def _functional(lines: list[Line]) -> str:
    before = ["inputs", *["x"] * (len(lines) - 1)]
    after = [*["x"] * (len(lines) - 1), "outputs"]
    body = "".join(
        _written(line, f"{result} = {line.applied(values)}")
        for line, values, result in zip(lines, before, after, strict=True)
    )
    return f"inputs = keras.Input((28, 28, 1))\n{body}model = keras.Model(inputs, outputs)\nmodel.summary()"


def _written(line: Line, code: str) -> str:
    above = f"# {line.above}\n" if line.above else ""
    beside = f"  # {line.beside}" if line.beside else ""
    return f"{above}{code}{beside}\n"
