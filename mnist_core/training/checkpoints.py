"""Checkpoints: a training's state after its last whole epoch, so that it can go on after an interruption.

A checkpoint is a folder `epoch-N` with the model and its optimizer's state, the learning curves so far, and what it
belongs to. It is written under a temporary name and renamed, so that a file of that name is whole.

Importing this module imports Keras: for training processes only.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from mnist_core import files
from mnist_core.models import model_folder
from mnist_core.networks import keras_models
from mnist_core.networks.recipe import Recipe
from mnist_core.training.progress import learned_for

STATE = "state.json"


@dataclass(frozen=True)
class Checkpoint:
    """Where a training stood after an epoch."""

    model: keras.Model
    """Compiled, with its optimizer's state."""
    history: list[dict[str, float]]
    """The learning curves, a row an epoch."""
    started: str
    """When the training began, as ISO 8601."""

    @property
    def seconds(self) -> float:
        """How long its epochs took."""
        return learned_for(self.history)


@dataclass(frozen=True)
class Checkpoints:
    """A folder for the checkpoints of one training."""

    folder: Path
    recipe: Recipe
    """What is trained."""
    data: dict[str, str]
    """The checksums of the data that it is trained on."""

    def save(self, checkpoint: Checkpoint) -> None:
        """Writes a checkpoint and removes those before it.

        Raises:
            ModelError: it could not be written; the one before is still there.
        """
        epoch = len(checkpoint.history)
        with model_folder.writing(self.folder / f"epoch-{epoch}", replace=True) as temporary:
            checkpoint.model.save(temporary / model_folder.KERAS_MODEL)
            state = {
                "recipe": self.recipe.to_json(),
                "data": self.data,
                "history": checkpoint.history,
                "started": checkpoint.started,
                "chance": [state.numpy().tolist() for state in _chance(checkpoint.model)],
            }
            files.write_json(temporary / STATE, state)
        for older in self._found():
            if older.name != f"epoch-{epoch}":
                shutil.rmtree(older, ignore_errors=True)

    def load(self) -> Checkpoint | None:
        """Loads the last checkpoint of this recipe on these data; None where there is none that can be read."""
        for found in self._found():
            try:
                state: dict[str, Any] = files.read_json(found / STATE)
                if Recipe.from_json(state["recipe"]) != self.recipe or state["data"] != self.data:
                    continue
                model = keras.models.load_model(found / model_folder.KERAS_MODEL)
                keras_models.begin_losses(model, self.recipe)
                for kept, fresh in zip(state["chance"], _chance(model), strict=True):
                    fresh.assign(kept)
                return Checkpoint(model, list(state["history"]), str(state["started"]))
            except (OSError, ValueError, KeyError, TypeError):  # a damaged one: the one before it will do
                continue
        return None

    def remove(self) -> None:
        """Removes all checkpoints."""
        for found in self._found():
            shutil.rmtree(found, ignore_errors=True)

    def _found(self) -> list[Path]:
        """Lists the checkpoints, the last epoch first."""
        numbered = [(entry.name.removeprefix("epoch-"), entry) for entry in self.folder.glob("epoch-*")]
        return [entry for number, entry in sorted(((int(n), e) for n, e in numbered if n.isdigit()), reverse=True)]


def _chance(model: keras.Model) -> list[keras.Variable]:
    """Returns the state of each dropout's random numbers, which Keras does not save with a model."""
    return [layer.seed_generator.state for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
