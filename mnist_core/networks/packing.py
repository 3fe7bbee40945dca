"""Packs a Keras model into the plain steps and weights that `engine.js` computes in browsers.

The steps follow the recipe's architecture. Batch normalisation becomes a scale and a shift for each channel, and what
matters in training only is left out.

Importing this module imports Keras: for processes of their own only.
"""

from collections.abc import Iterator

import keras
import numpy as np
import numpy.typing as npt

from mnist_core.errors import StudioError
from mnist_core.networks import architectures, packed
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
from mnist_core.networks.packed import Step
from mnist_core.networks.recipe import Recipe


class CannotPack(StudioError):
    """A network is none that browsers compute."""


def pack(model: keras.Model, recipe: Recipe) -> bytes:
    """Packs a trained network.

    Args:
        model: the network, calibrated.
        recipe: what made it.

    Returns:
        The content of a file, as `packed.read` takes it.

    Raises:
        CannotPack: the network is not the recipe's, or its weights are no numbers, or it is an ensemble.
        ImpossibleRecipe: this version does not know the recipe.
    """
    if recipe.members:
        raise CannotPack(
            f"An ensemble is several networks, and browsers compute one: take one of its members home "
            f"({', '.join(recipe.members)})."
        )
    architecture = architectures.of(recipe)
    packing = _Packing(model)
    steps = packing.steps(architectures.named(architecture.layers), architectures.INPUT_SHAPE)
    score = architecture.scores
    network = {
        "steps": steps,
        "digits": packing.dense(architecture.digits_name, None),
        "scores": {name: packing.dense(name, score.activation) for name in architectures.SCORES} if score else {},
    }
    return packed.written(network, bytes(packing.weights))


class _Packing:
    """Writes layers as steps, and packs their weights one after the other."""

    def __init__(self, network: keras.Model) -> None:
        self._network = network
        self.weights = bytearray()

    def steps(self, named: list[tuple[str, Layer]], shape: Shape) -> list[Step]:
        """Writes layers, one after the other, that take pictures of a shape."""
        before = shapes(tuple(layer for _, layer in named), shape)
        return [
            step
            for (name, layer), arriving in zip(named, before, strict=False)
            for step in self._steps(name, layer, arriving)
        ]

    def _steps(self, name: str, layer: Layer, shape: Shape) -> Iterator[Step]:
        match layer:
            case Rescaling(factor):
                yield {"kind": "rescale", "factor": factor}
            case Cropping(margin):
                yield {"kind": "crop", "margin": margin}
            case Convolution(_, size, padding, stride, activation, _):
                settings = {"size": size, "stride": stride, "padded": padding == "same"}
                yield {"kind": "convolution", **settings, **self._weighing(name, activation)}
            case AveragePooling(size):
                yield {"kind": "averagePool", "size": size}
            case MaxPooling(size):
                yield {"kind": "maxPool", "size": size}
            case GlobalAveragePooling():
                yield {"kind": "globalAverage"}
            case BatchNormalization():
                yield self._normalise(name)
            case Activation(function):
                yield {"kind": "activation", "activation": function}
            case Dense(_, activation):
                yield self.dense(name, activation)
            case Residual():
                ways = {
                    way: self.steps([(f"{name}_{way}_{part}", one) for part, one in architectures.named(layers)], shape)
                    for way, layers in (("body", layer.body), ("shortcut", layer.shortcut(shape)))
                }
                yield {"kind": "residual", **ways}
            case Flatten() | Dropout():
                pass  # a picture's values lie in a row already, and all of them are kept in reading
            case _:
                raise TypeError(f"There is no step for {layer}.")

    def dense(self, name: str, activation: str | None) -> Step:
        """Writes a fully connected layer."""
        return {"kind": "dense", **self._weighing(name, activation)}

    def _weighing(self, name: str, activation: str | None) -> Step:
        """Writes what convolutions and fully connected layers have in common."""
        kernel, *bias = self._of(name)
        units = kernel.shape[-1]
        return {
            "activation": activation,
            "units": units,
            "kernel": self._pack(name, kernel, np.float16),
            "bias": self._pack(name, bias[0] if bias else np.zeros(units), np.float32),
        }

    def _normalise(self, name: str) -> Step:
        gamma, beta, mean, variance = (values.astype(np.float64) for values in self._of(name))
        scale = gamma / np.sqrt(variance + self._network.get_layer(name).epsilon)
        return {
            "kind": "normalise",
            "scale": self._pack(name, scale, np.float32),
            "shift": self._pack(name, beta - mean * scale, np.float32),
        }

    def _of(self, name: str) -> list[npt.NDArray[np.float32]]:
        try:
            weights: list[npt.NDArray[np.float32]] = self._network.get_layer(name).get_weights()
        except ValueError as error:
            raise CannotPack(f"Its network has no layer {name}, which its recipe asks for.") from error
        return weights

    def _pack(self, name: str, values: npt.NDArray[np.floating], type_: type[np.floating]) -> Step:
        """Appends numbers, divided by the largest of them, so that half precision neither overflows nor vanishes."""
        if not np.isfinite(values).all():
            raise CannotPack(f"Not all of its weights are numbers (layer {name}).")
        unit = float(np.abs(values).max()) or 1.0
        at = len(self.weights)
        self.weights += (values / unit).astype(np.dtype(type_).newbyteorder("<")).tobytes()
        return {"at": at, "count": values.size, "bytes": np.dtype(type_).itemsize, "unit": unit}
