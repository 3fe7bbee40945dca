"""A model with all its figures."""

from dataclasses import dataclass

import numpy as np

from mnist_core.evaluation.results import Evaluation
from mnist_core.models import registry
from mnist_core.models.model_folder import Model, ModelError


@dataclass(frozen=True)
class Measured:
    """A model with all its figures."""

    model: Model
    evaluation: Evaluation

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def mistakes(self) -> int:
        """How many test images it read wrong."""
        counts = np.array(self.evaluation.confusion)
        return int(counts.sum() - counts.trace())

    @property
    def generalization_gap(self) -> float:
        """The accuracy on training images minus that on test images."""
        return self.evaluation.training.accuracy - self.evaluation.accuracy

    @property
    def robustness(self) -> float:
        """The mean accuracy on disturbed images, over all disturbances and levels other than 0."""
        kept = self.evaluation.robustness
        shares = [
            share
            for name, levels in kept.levels.items()
            for level, share in zip(levels, kept.accuracies[name], strict=True)
            if level
        ]
        return float(np.mean(shares))


def kept(name: str) -> Measured | None:
    """Returns a model with the figures that are kept with it; None where some are missing.

    Raises:
        ModelError: the model is missing, incomplete or damaged.
    """
    model = Model.open(registry.folder_of(name))
    try:
        evaluation = Evaluation.from_json(model.evaluation)
    except ModelError:
        return None
    return None if evaluation is None else Measured(model, evaluation)
