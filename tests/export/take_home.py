"""Models whose networks tests build themselves."""

import json
from pathlib import Path

from mnist_core import files
from mnist_core.models import model_folder
from mnist_core.networks.recipe import Recipe
from mnist_core.training import exporting

import keras  # isort: skip


def saved(folder: Path, network: keras.Model, recipe: Recipe) -> model_folder.Model:
    """Saves a network as the one of a model folder, whose LiteRT export stays another's."""
    network.save(folder / model_folder.KERAS_MODEL)
    card = json.loads((folder / model_folder.CARD).read_text(encoding="utf-8"))
    written = exporting.described(folder)
    files.write_json(folder / model_folder.CARD, {**card, "recipe": recipe.to_json(), "files": written})
    return model_folder.Model.open(folder)
