"""Writes a trained network as the files that a model folder keeps of it: Keras's own, and the LiteRT export.

Importing this module imports Keras and TensorFlow: for processes of their own only.
"""

import shutil
from pathlib import Path
from typing import Any

import keras

from mnist_core import files
from mnist_core.models import registry
from mnist_core.networks import keras_models

EXPORTED = (registry.NETWORK, registry.KERAS_MODEL)


def write(model: keras.Model, folder: Path) -> None:
    """Writes both files of a trained network, without its optimizer.

    Raises:
        OSError: they cannot be written.
    """
    keras.Model(model.inputs, model.output, name=model.name).save(folder / registry.KERAS_MODEL)
    keras_models.export(model, folder / registry.NETWORK)


def described(folder: Path) -> dict[str, dict[str, Any]]:
    """Returns size and checksum of both files, as a model's card has them."""
    return {
        name: {"bytes": (folder / name).stat().st_size, "sha256": registry.sha256(folder / name)} for name in EXPORTED
    }


def anew(model: registry.Model) -> registry.Model:
    """Exports a model again from its Keras file, as an export of today: same weights, same answers, all outputs.

    The folder is written anew and takes the old one's name in one step, so that nobody finds half of it.

    Raises:
        ModelError: the Keras file is not the one that was saved, or nothing can be written there.
    """
    expected = model.card["files"].get(registry.KERAS_MODEL)
    found = registry.sha256(model.keras_path) if model.keras_path.exists() else None
    if expected is None or found != expected["sha256"]:
        raise registry.ModelError(
            f"“{model.name}” cannot be exported: its {registry.KERAS_MODEL} is not the one that was saved."
        )
    with registry.writing(model.folder, replace=True) as temporary:
        shutil.copytree(model.folder, temporary, dirs_exist_ok=True)
        keras_models.export(keras.models.load_model(model.keras_path, compile=False), temporary / registry.NETWORK)
        written = described(temporary)
        for measured in temporary.glob("drawn-*.json"):  # the figures are those of these weights, whatever the export
            content = files.read_json(measured)
            files.write_json(measured, {**content, "network": written[registry.NETWORK]["sha256"]})
        files.write_json(temporary / registry.CARD, {**model.card, "files": written})
    return registry.Model.open(model.folder)
