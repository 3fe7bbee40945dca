"""Recipes: everything that determines a trained model, by name.

A recipe is data. It is saved beside the model that it made, so that the model can be made again.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from mnist_core.augmentation import Augmentation
from mnist_core.errors import StudioError


class UnknownRecipe(StudioError):
    """There is no recipe of that name."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything that determines a trained model; saved beside it."""

    name: str
    architecture: str
    """A name in `mnist_core.networks.ARCHITECTURES`."""
    epochs: int
    batch_size: int = 128
    learning_rate: float = 1e-3
    """The highest; it rises over the first tenth of the training and falls to zero as a cosine."""
    weight_decay: float = 0.0
    dropout: float = 0.0
    label_smoothing: float = 0.0
    augmentation: Augmentation = field(default_factory=Augmentation)
    doodles: float = 0.0
    """Drawings that are no digit, shown for every digit: 0.25 is one to four."""
    validation_fraction: float = 0.1
    """The share of the training images that choices are made on; the test images are for the end."""
    seed: int = 0

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch_size < 1:
            raise ValueError(f"epochs and batch_size must be at least 1, but are {self.epochs} and {self.batch_size}.")
        if not 0 < self.validation_fraction < 0.5:
            raise ValueError(f"validation_fraction must lie between 0 and 0.5, but is {self.validation_fraction}.")
        if self.learning_rate <= 0:
            raise ValueError(f"learning_rate must be positive, but is {self.learning_rate}.")
        for name in ("dropout", "label_smoothing"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 0 and below 1, but is {getattr(self, name)}.")
        if self.weight_decay < 0 or self.doodles < 0:
            raise ValueError(f"weight_decay and doodles must not be negative: {self.weight_decay}, {self.doodles}.")

    def to_json(self) -> dict[str, Any]:
        """Gives the recipe as a dictionary for a model's card."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Recipe":
        """Makes the recipe again that `to_json` wrote."""
        return cls(**{**values, "augmentation": Augmentation(**values["augmentation"])})


DEFAULT = Recipe(
    name="default",
    architecture="studio",
    epochs=25,
    learning_rate=3e-3,
    weight_decay=0.01,
    dropout=0.3,
    label_smoothing=0.05,
    augmentation=Augmentation(rotation_degrees=9, shear=0.12, zoom=0.08, shift_px=1, elastic_px=1),
    doodles=0.125,
)

RECIPES = {recipe.name: recipe for recipe in (DEFAULT,)}


def find(name: str) -> Recipe:
    """Gives the recipe of that name.

    Raises:
        UnknownRecipe: there is none.
    """
    if name not in RECIPES:
        raise UnknownRecipe(f"There is no recipe “{name}”; there is: {', '.join(RECIPES)}.")
    return RECIPES[name]
