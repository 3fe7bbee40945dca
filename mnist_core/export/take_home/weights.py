"""Reads a model's network as plain steps with packed weights, which `engine.js` computes.

The steps follow the architecture, and the weights come from the Keras file: what the LiteRT export is made of as well.
Batch normalisation becomes a scale and a shift for each channel, and what matters in training only is left out.

Importing this module imports Keras: for processes of their own only.
"""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from mnist_core.models import model_folder
from mnist_core.models.model_folder import Model, ModelError
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

Step = dict[str, Any]
"""What the engine does: its `kind`, the settings of this kind, and where its numbers lie among the weights."""


class NotTakenHome(ModelError):
    """A model's network cannot be written as a page."""


def read(model: Model) -> tuple[dict[str, Any], bytes]:
    """Reads a model's network.

    Args:
        model: whose Keras file is read.

    Returns:
        The network, and its weights. The network has `steps`; `digits`, the step to ten logits; and `scores`, the steps
        to the digit score and the multi-digit score, by these names; none where the network knows digits only.

    Raises:
        NotTakenHome: the model is an ensemble, or its Keras file is not the one that was saved, or not that of its
            recipe.
        ImpossibleRecipe: this version does not know the recipe on the model's card.
    """
    recipe = Recipe.from_json(model.card["recipe"])
    if recipe.members:
        raise NotTakenHome(
            f"“{model.name}” is an ensemble, and such a page computes one network only: take one of its members home "
            f"({', '.join(recipe.members)})."
        )
    architecture = architectures.of(recipe)
    packing = _Packing(model.name, _loaded(model))
    steps = packing.steps(architectures.named(architecture.layers), architectures.INPUT_SHAPE)
    score = architecture.scores
    network = {
        "steps": steps,
        "digits": packing.dense(architecture.digits_name, None),
        "scores": {name: packing.dense(name, score.activation) for name in architectures.SCORES} if score else {},
    }
    return network, bytes(packing.weights)


def _loaded(model: Model) -> keras.Model:
    expected = model.card["files"].get(model_folder.KERAS_MODEL)
    try:
        found = model_folder.sha256(model.keras_path)
        if expected is not None and found == expected["sha256"]:
            return keras.models.load_model(model.keras_path, compile=False)
    except (OSError, ValueError) as error:
        raise NotTakenHome(f"“{model.name}” cannot be taken home: {error}") from error
    raise NotTakenHome(
        f"“{model.name}” cannot be taken home: its {model_folder.KERAS_MODEL} is not the one that was saved."
    )


class _Packing:
    """Writes layers as steps, and packs their weights one after the other."""

    def __init__(self, name: str, network: keras.Model) -> None:
        self._name = name
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
            raise NotTakenHome(
                f"“{self._name}” cannot be taken home: its network has no layer {name}, which its recipe asks for."
            ) from error
        return weights

    def _pack(self, name: str, values: npt.NDArray[np.floating], type_: type[np.floating]) -> Step:
        """Appends numbers, divided by the largest of them, so that half precision neither overflows nor vanishes."""
        if not np.isfinite(values).all():
            raise NotTakenHome(
                f"“{self._name}” cannot be taken home: not all of its weights are numbers (layer {name})."
            )
        unit = float(np.abs(values).max()) or 1.0
        at = len(self.weights)
        self.weights += (values / unit).astype(np.dtype(type_).newbyteorder("<")).tobytes()
        return {"at": at, "count": values.size, "bytes": np.dtype(type_).itemsize, "unit": unit}
