"""Prunes a trained network: sets its smallest weights to zero, in small steps, while it learns on.

The share of zeros rises as in Zhu and Gupta (2017), fast at first and slowly at the end, layer by layer the same. After
every step of the optimizer what is pruned is zero again. The last quarter of the steps lets the remaining weights
settle.

Importing this module imports Keras and TensorFlow: for processes of their own only.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import keras
import numpy as np
import numpy.typing as npt

from mnist_core.data.mnist import Mnist
from mnist_core.networks import keras_models
from mnist_core.networks.architectures import LOGITS, PROBABILITIES, SCORES
from mnist_core.networks.recipe import Recipe
from mnist_core.training.batches import TrainingSequence
from mnist_core.training.calibration import calibrate
from mnist_core.training.fitting import Division, readable
from mnist_core.training.progress import Phase

STEPS = 600  # batches: about one epoch of the shipped model's recipe
RISING = 0.75  # of the steps: while the share of zeros rises
EVERY = 10  # steps between two rises
LEARNING_RATE = 5e-4  # at the most: a sixth of the shipped model's recipe
BATCH_SIZE = 128
LEAST_WEIGHTS = 1_000  # a smaller kernel stays whole: zeros would save nothing there, and cost accuracy

Report = Callable[[Phase], None]


@dataclass(frozen=True)
class Pruned:
    """A pruned network."""

    model: keras.Model
    temperature: float
    """What its logits were divided by, beyond what the original's were."""
    zeros: int
    """How many of its weights are zero."""
    seconds: float
    """How long it learned on."""
    last: dict[str, float]
    """Loss and accuracy on the last batches."""


def recipe_of(base: Recipe) -> Recipe:
    """Returns the recipe by which a network learns on while it is pruned: its own, in short."""
    return replace(
        base,
        epochs=1,
        batch_size=BATCH_SIZE,
        optimizer="adam",
        learning_rate=LEARNING_RATE,
        schedule="one-cycle",
        weight_decay=0.0,
        own_shown=0,
        starts_from="",
        batches_per_call=1,
    )


def share_at(step: int, steps: int, sparsity: float) -> float:
    """Returns the share of zeros after so many steps: equation 1 of Zhu and Gupta (2017), from none to `sparsity`."""
    risen = min(1.0, step / (RISING * steps))
    return sparsity * (1 - (1 - risen) ** 3)


def prune(model: keras.Model, base: Recipe, mnist: Mnist, sparsity: float, report: Report, *, steps: int) -> Pruned:
    """Prunes a network, and calibrates its confidence again where its recipe does.

    Args:
        model: the trained network; it is changed.
        base: the recipe that made it.
        mnist: whose training images it learns on from.
        sparsity: the share of zeros that each kernel shall have.
        report: called after every step, and with what is done then.
        steps: batches to learn on from.

    Raises:
        ImpossibleRecipe: this version does not know the network of the recipe.
        DataError: there are too few images to divide.
    """
    keras.utils.set_random_seed(base.seed)
    recipe, division = recipe_of(base), Division.of(mnist, base)
    batches = TrainingSequence(recipe, division.x_train, division.y_train)
    keras_models.compile_for(model, recipe, steps)
    masks, values, began = Masks(model), dict[str, float](), time.monotonic()
    for step in range(steps):
        if step % EVERY == 0 or step == steps - 1:
            masks.tighten(share_at(step, steps, sparsity))
        epoch, index = divmod(step, len(batches))
        if index == 0:
            batches.begin(epoch)
            model.reset_metrics()
        values = readable(model.train_on_batch(*batches[index], return_dict=True))
        masks.apply()
        report(Phase("Pruning, and learning on", (step + 1) / steps))
    seconds = time.monotonic() - began
    report(Phase("Calibrating its confidence"))
    temperature = calibrate(model, division.x_val, division.y_val, base.views) if base.calibrated else 1.0
    return Pruned(model, temperature, masks.zeros, seconds, values)


class Masks:
    """Which weights of a network are pruned.

    The kernels of convolutions and fully connected layers are pruned; not the outputs, nor what is small.
    """

    def __init__(self, model: keras.Model) -> None:
        self._kernels: list[keras.Variable] = [
            layer.kernel
            for layer in model.layers
            if isinstance(layer, keras.layers.Conv2D | keras.layers.Dense)
            and layer.name not in (PROBABILITIES, LOGITS, *SCORES)
            and layer.kernel.shape.num_elements() >= LEAST_WEIGHTS
        ]
        self._masks: list[npt.NDArray[np.float32]] = [np.ones(kernel.shape, np.float32) for kernel in self._kernels]

    @property
    def zeros(self) -> int:
        """How many weights are pruned."""
        return sum(int((mask == 0).sum()) for mask in self._masks)

    def tighten(self, share: float) -> None:
        """Prunes a share of each kernel: its smallest weights, by their size; what is pruned already stays so."""
        for number, kernel in enumerate(self._kernels):
            sizes = np.abs(kernel.numpy() * self._masks[number]).ravel()
            mask = np.ones(sizes.size, np.float32)
            mask[np.argsort(sizes, kind="stable")[: round(share * sizes.size)]] = 0
            self._masks[number] = mask.reshape(kernel.shape)
        self.apply()

    def apply(self) -> None:
        """Sets to zero what is pruned."""
        for kernel, mask in zip(self._kernels, self._masks, strict=True):
            kernel.assign(kernel * mask)
