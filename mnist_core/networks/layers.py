"""The kinds of layers that networks are built from, as data: without Keras, so that a page can show them.

A shape is that of one sample: (height, width, channels) or (values,).
"""

from dataclasses import dataclass
from math import prod
from typing import ClassVar, Literal

Shape = tuple[int, ...]
Padding = Literal["valid", "same"]
Function = Literal["relu", "tanh", "sigmoid", "softmax"]


@dataclass(frozen=True)
class Layer:
    """A layer; this one neither changes the shape nor has parameters, as several kinds do."""

    kind: ClassVar[str]
    """As Keras calls it."""

    @property
    def detail(self) -> str:
        """Its settings, for people."""
        return ""

    def output_shape(self, shape: Shape) -> Shape:
        """Returns the shape that comes out where `shape` goes in."""
        return shape

    def parameters(self, shape: Shape) -> int:
        """Counts the numbers that it holds, learned or kept, where `shape` goes in."""
        return 0


@dataclass(frozen=True)
class Rescaling(Layer):
    """Multiplies by a constant."""

    factor: float
    kind = "Rescaling"

    @property
    def detail(self) -> str:
        return f"divided by {1 / self.factor:.0f}"


@dataclass(frozen=True)
class Cropping(Layer):
    """Leaves out a margin of a picture."""

    margin: int
    kind = "Cropping2D"

    @property
    def detail(self) -> str:
        return f"{self.margin} pixels from each side"

    def output_shape(self, shape: Shape) -> Shape:
        return shape[0] - 2 * self.margin, shape[1] - 2 * self.margin, shape[2]


@dataclass(frozen=True)
class Convolution(Layer):
    """Slides small filters over a picture."""

    filters: int
    size: int = 3
    padding: Padding = "valid"
    stride: int = 1
    activation: Function | None = "relu"
    bias: bool = True
    kind = "Conv2D"

    @property
    def detail(self) -> str:
        parts = [f"{self.filters} filters, {self.size} × {self.size}"]
        parts += ["padded"] if self.padding == "same" else []
        parts += [f"every {self.stride} pixels"] if self.stride > 1 else []
        return ", ".join(parts + ([self.activation] if self.activation else []))

    def output_shape(self, shape: Shape) -> Shape:
        lost = self.size - 1 if self.padding == "valid" else 0
        height, width = (-(-(length - lost) // self.stride) for length in shape[:2])
        return height, width, self.filters

    def parameters(self, shape: Shape) -> int:
        return (self.size**2 * shape[-1] + self.bias) * self.filters


@dataclass(frozen=True)
class MaxPooling(Layer):
    """Keeps the largest of every `size` by `size` values."""

    size: int = 2
    kind = "MaxPooling2D"

    @property
    def detail(self) -> str:
        return f"{self.size} × {self.size}"

    def output_shape(self, shape: Shape) -> Shape:
        return shape[0] // self.size, shape[1] // self.size, shape[2]


@dataclass(frozen=True)
class AveragePooling(MaxPooling):
    """Keeps the mean of every `size` by `size` values."""

    kind = "AveragePooling2D"


@dataclass(frozen=True)
class GlobalAveragePooling(Layer):
    """Keeps the mean of each channel."""

    kind = "GlobalAveragePooling2D"

    def output_shape(self, shape: Shape) -> Shape:
        return shape[-1:]


@dataclass(frozen=True)
class BatchNormalization(Layer):
    """Normalizes each channel to mean 0 and variance 1, then a scale and a shift that are learned."""

    kind = "BatchNormalization"

    def parameters(self, shape: Shape) -> int:
        return 4 * shape[-1]  # scale and shift, and the mean and variance that are kept for reading


@dataclass(frozen=True)
class Activation(Layer):
    """Applies a function to each value."""

    function: Function = "relu"
    kind = "Activation"

    @property
    def detail(self) -> str:
        return self.function


@dataclass(frozen=True)
class Dropout(Layer):
    """Sets a share of the values, chosen at random, to 0 during training."""

    rate: float
    kind = "Dropout"

    @property
    def detail(self) -> str:
        return f"{self.rate:.0%} left out in training"


@dataclass(frozen=True)
class Flatten(Layer):
    """Lays all values out in one row."""

    kind = "Flatten"

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)


@dataclass(frozen=True)
class Dense(Layer):
    """Is fully connected: each unit takes a weighted sum of all values."""

    units: int
    activation: Function | None = "relu"
    kind = "Dense"

    @property
    def detail(self) -> str:
        return f"{self.units} units" + (f", {self.activation}" if self.activation else "")

    def output_shape(self, shape: Shape) -> Shape:
        return (self.units,)

    def parameters(self, shape: Shape) -> int:
        return (shape[-1] + 1) * self.units


@dataclass(frozen=True)
class Residual(Layer):
    """Two convolutions whose result is added to what came in: the basic block of a ResNet (He et al. 2015)."""

    filters: int
    stride: int = 1
    kind = "Residual"

    @property
    def detail(self) -> str:
        return f"2 convolutions with {self.filters} filters, 3 × 3, added to their input, relu"

    @property
    def body(self) -> tuple[Layer, ...]:
        """What is added to what came in."""
        first = Convolution(self.filters, padding="same", stride=self.stride, activation=None, bias=False)
        second = Convolution(self.filters, padding="same", activation=None, bias=False)
        return first, BatchNormalization(), Activation(), second, BatchNormalization()

    def shortcut(self, shape: Shape) -> tuple[Layer, ...]:
        """The way around the body: nothing, or a projection where the body changes the shape."""
        if self.output_shape(shape) == shape:
            return ()
        return Convolution(self.filters, 1, stride=self.stride, activation=None, bias=False), BatchNormalization()

    def output_shape(self, shape: Shape) -> Shape:
        return shapes(self.body, shape)[-1]

    def parameters(self, shape: Shape) -> int:
        return sum(
            layer.parameters(before)
            for way in (self.body, self.shortcut(shape))
            for layer, before in zip(way, shapes(way, shape), strict=False)
        )


def shapes(layers: tuple[Layer, ...], shape: Shape) -> list[Shape]:
    """Returns the shape before each of some layers, one after the other, and the shape after the last."""
    passed = [shape]
    for layer in layers:
        passed.append(layer.output_shape(passed[-1]))
    return passed
