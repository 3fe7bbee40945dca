"""What a fine-tuning on kept drawings is shown, and its recipe.

A page asks for one, and a worker prepares it while Keras loads: this module does without.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mnist_core.data.mnist import Mnist
from mnist_core.models.model_folder import Model
from mnist_core.networks import architectures
from mnist_core.networks.architectures import DIGIT_SCORE, MULTI_DIGIT_SCORE, PROBABILITIES, SCORES
from mnist_core.networks.recipe import ImpossibleRecipe, Recipe
from mnist_core.reading.network import CORES, Network
from mnist_core.synthesis import handwriting, non_digits
from mnist_core.synthesis.augmentation import Augmentation
from mnist_core.synthesis.non_digits import NUMBER
from mnist_core.training.own_drawings import OwnDrawings

Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """What a batch consists of: numbers of images."""

    own: int = 12
    mnist: int = 22
    handwritten: int = 8
    doodles: int = 6

    @property
    def batch_size(self) -> int:
        return self.own + self.mnist + self.handwritten + self.doodles


STEPS = 25
"""Batches. With the learning rate of `recipe_of`, chosen on writers who are misread often (`python -m
benchmarks.teaching --fine-tune`): more or larger steps learn them better and lose more of MNIST."""
MIXTURE = Mixture()
LEARNING_RATE = 1e-4
AUGMENTATION = Augmentation(rotation_degrees=8, shear=0.1, zoom=0.08, shift_px=1)


def recipe_of(model: Model, drawings: int) -> Recipe:
    """Returns the recipe of a fine-tuning.

    Args:
        model: whose weights it starts from.
        drawings: how many kept drawings it learns from.

    Raises:
        ImpossibleRecipe: the model's recipe is of a later version, or that of an ensemble.
    """
    base = Recipe.from_json(model.card["recipe"])
    if base.members:
        raise ImpossibleRecipe(
            f"“{model.name}” is an ensemble, which cannot be taught: let one of its members read and teach that "
            f"({', '.join(base.members)})."
        )
    return replace(
        base,
        name="taught",
        epochs=1,
        batch_size=MIXTURE.batch_size,
        optimizer="adam",
        learning_rate=LEARNING_RATE,
        schedule="one-cycle",
        weight_decay=0.0,
        label_smoothing=0.0,
        one_hot=True,
        augmentation=AUGMENTATION,
        own_shown=max(1, round(STEPS * MIXTURE.own / max(drawings, 1))),
        starts_from=model.name,
        teacher="",
        validation="none",
        calibrated=False,
        batches_per_call=1,
        seed=0,
        title="Taught by hand",
        source="MNIST Studio",
        description=f"Fine-tuned from {model.name} on kept drawings.",
    )


@dataclass(frozen=True)
class Samples:
    """All that a fine-tuning is shown, batch after batch."""

    images: npt.NDArray[np.uint8]
    """uint8 (N, 28, 28), `STEPS` batches."""
    targets: Mapping[str, Float32]
    """For each output of the network what it should say."""
    weights: Mapping[str, Float32]
    """For each output how much an image counts, float32 (N,)."""


def prepare(base: Model, recipe: Recipe, mnist: Mnist, own: OwnDrawings) -> Samples:
    """Prepares what a model is shown.

    Args:
        base: the model that learns on.
        recipe: as `recipe_of` returns it.
        mnist: whose training images it shall go on knowing.
        own: the drawings that it learns.
    """
    rng = np.random.default_rng(recipe.seed)
    has_scores = bool(architectures.of(recipe).scores)
    images, labels = own.learned
    if not has_scores:  # such a network takes everything for one digit
        images, labels = images[labels >= 0], labels[labels >= 0]
    shown = rng.permuted(np.tile(np.arange(len(labels)), (-(-MIXTURE.own * STEPS // max(len(labels), 1)), 1)), axis=1)
    shown = shown.ravel()[: MIXTURE.own * STEPS]
    learned, said = AUGMENTATION.apply(images[shown], rng), labels[shown]
    from_mnist = MIXTURE.mnist + (0 if has_scores else MIXTURE.doodles)
    known_mnist = mnist.x_train[rng.choice(len(mnist.y_train), from_mnist * STEPS)]
    written, _ = handwriting.digits(MIXTURE.handwritten * STEPS, rng)
    drawn = non_digits.draw(MIXTURE.doodles * STEPS, rng, known_mnist)[0] if has_scores else written[:0]
    known = np.concatenate([known_mnist, written, drawn])
    is_digit = np.concatenate([said >= 0, np.ones(len(known) - len(drawn), bool), np.zeros(len(drawn), bool)])
    answers = Network(base.network, interpreters=CORES).run(known)
    targets = {
        PROBABILITIES: np.concatenate([np.eye(10, dtype=np.float32)[np.maximum(said, 0)], answers.probabilities]),
        DIGIT_SCORE: np.concatenate([said >= 0, answers.digit_scores])[:, np.newaxis],
        MULTI_DIGIT_SCORE: np.concatenate([said == NUMBER, answers.multi_digit_scores])[:, np.newaxis],
    }
    everything = np.ones(len(is_digit), np.float32)
    weights = {PROBABILITIES: is_digit.astype(np.float32), **dict.fromkeys(SCORES, everything)}
    order = _in_batches(len(learned), len(known_mnist), len(written), len(drawn))
    return Samples(
        np.concatenate([learned, known])[order],
        {name: target[order].astype(np.float32) for name, target in targets.items()},
        {name: weight[order] for name, weight in weights.items()},
    )


def _in_batches(*counts: int) -> npt.NDArray[np.intp]:
    """Returns an order in which every batch has its share of each kind, of which there are so many in a row."""
    starts = np.cumsum([0, *counts]).tolist()
    parts = [np.arange(first, after).reshape(STEPS, -1) for first, after in pairwise(starts)]
    return np.concatenate(parts, axis=1).ravel()
