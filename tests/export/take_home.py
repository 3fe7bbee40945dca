"""Models whose networks tests build themselves."""

import json
from pathlib import Path

from mnist_core import files
from mnist_core.export.take_home import page
from mnist_core.models import model_folder
from mnist_core.networks import packed
from mnist_core.networks.recipe import Recipe
from mnist_core.training import exporting

import keras  # isort: skip


def saved(folder: Path, network: keras.Model, recipe: Recipe) -> model_folder.Model:
    """Saves a network as the one of a model folder, whose LiteRT export stays another's; browsers have none."""
    network.save(folder / model_folder.KERAS_MODEL)
    (folder / model_folder.PACKED).unlink()
    card = json.loads((folder / model_folder.CARD).read_text(encoding="utf-8"))
    written = exporting.described(folder)
    files.write_json(folder / model_folder.CARD, {**card, "recipe": recipe.to_json(), "files": written})
    return model_folder.Model.open(folder)


def page_of(model: model_folder.Model) -> str:
    """Writes a model as a page, from its Keras file."""
    return page.page(model, *packed.read(exporting.packed(model)))
