"""Writes a trained network as a model folder: Keras's own file, the exports for the app and browsers, curves and card.

Importing this module imports Keras and TensorFlow: for processes of their own only.
"""

import os
import platform
import shutil
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras

from mnist_core import files
from mnist_core.data.mnist import Mnist
from mnist_core.models import model_folder
from mnist_core.networks import keras_models, packing
from mnist_core.networks.packing import CannotPack
from mnist_core.networks.recipe import ImpossibleRecipe, Recipe
from mnist_core.reading.network import CORES, Network
from mnist_core.training import devices
from mnist_core.training.calibration import calibrate, digit_threshold
from mnist_core.training.checkpoints import Checkpoint
from mnist_core.training.fitting import Division
from mnist_core.training.own_drawings import OwnDrawings

EXPORTED = (model_folder.NETWORK, model_folder.KERAS_MODEL, model_folder.PACKED)


def export(
    trained: Checkpoint,
    recipe: Recipe,
    division: Division,
    mnist: Mnist,
    folder: Path,
    *,
    name: str,
    own: OwnDrawings | None = None,
) -> model_folder.Model:
    """Calibrates a trained network and writes its model folder, all but what it reaches: that is measured afterwards.

    Args:
        trained: the network, its curves, and how long it took.
        recipe: what made it.
        division: what it learned from and was validated on.
        mnist: the data, whose checksums the card has.
        folder: an empty folder, which is filled.
        name: of the model.
        own: the kept drawings that are among what it learned from.

    Raises:
        OSError: a file cannot be written.
    """
    model = trained.model
    temperature = calibrate(model, division.x_val, division.y_val, recipe.views) if recipe.calibrated else 1.0
    write(model, recipe, folder)
    network = Network((folder / model_folder.NETWORK).read_bytes(), views=recipe.views, interpreters=CORES)
    threshold = digit_threshold(network, division.x_val)
    files.write_json(folder / model_folder.HISTORY, trained.history)
    write_card(
        folder,
        name=name,
        recipe=recipe,
        parameters=model.count_params(),
        mnist=mnist,
        trained={
            "started": trained.started,
            "seconds": round(trained.seconds, 1),
            "images": len(division.x_train),
            "validation_images": len(division.x_val),
        },
        temperature=temperature,
        digit_threshold=threshold,
        own=own,
    )
    return model_folder.Model.open(folder)


def write_card(
    folder: Path,
    *,
    name: str,
    recipe: Recipe,
    parameters: int,
    mnist: Mnist,
    trained: dict[str, Any],
    temperature: float,
    digit_threshold: float,
    own: OwnDrawings | None,
    members: Sequence[model_folder.Model] = (),
) -> None:
    """Writes the card of a model whose files lie in a folder.

    Args:
        folder: the model's.
        name: of the model.
        recipe: what made it.
        parameters: how many it has.
        mnist: the data, whose checksums the card has.
        trained: when it began, how many seconds it took, and on how many images.
        temperature: what its logits were divided by.
        digit_threshold: the digit score that rejects.
        own: the kept drawings that it learned from, of which the card says how many there were.
        members: the models that it combines, whose checksums the card has.

    Raises:
        OSError: it cannot be written.
    """
    taught = {} if own is None else {"own": {"drawings": len(own.learned[1]), "held_back": len(own.measured[1])}}
    checksums = {one.folder.name: one.card["files"][model_folder.NETWORK]["sha256"] for one in members}
    files.write_json(
        folder / model_folder.CARD,
        {
            "name": name,
            "recipe": recipe.to_json(),
            "parameters": parameters,
            "trained": {**trained, "machine": machine(), "gpus": devices.use().to_json()},
            "temperature": temperature,
            "digit_threshold": digit_threshold,
            "data": mnist.checksums,
            **taught,
            **({"members": checksums} if members else {}),
            "files": described(folder),
            "versions": versions(),
        },
    )


def write(model: keras.Model, recipe: Recipe, folder: Path) -> None:
    """Writes a trained network without its optimizer: Keras's own file, and the exports for the app and for browsers.

    A network that browsers cannot compute has no export for them.

    Raises:
        OSError: they cannot be written.
    """
    save(model, folder / model_folder.KERAS_MODEL)
    keras_models.export(model, folder / model_folder.NETWORK)
    write_for_browsers(model, recipe, folder)


def write_for_browsers(model: keras.Model, recipe: Recipe, folder: Path) -> None:
    """Writes a network as browsers compute it; one that they cannot compute is left out.

    Raises:
        OSError: it cannot be written.
    """
    with suppress(CannotPack):
        files.write(folder / model_folder.PACKED, packing.pack(model, recipe))


def save(model: keras.Model, path: Path) -> None:
    """Writes a network as a Keras file, without its optimizer.

    Raises:
        OSError: it cannot be written.
    """
    keras.Model(model.inputs, model.output, name=model.name).save(path)


def described(folder: Path) -> dict[str, dict[str, Any]]:
    """Returns size and checksum of the network's files, as a model's card has them."""
    return {
        name: {"bytes": (folder / name).stat().st_size, "sha256": model_folder.sha256(folder / name)}
        for name in EXPORTED
        if (folder / name).exists()
    }


def packed(model: model_folder.Model) -> bytes:
    """Packs a model's network from its Keras file, as browsers compute it.

    Raises:
        ModelError: the Keras file is not the one that was saved, or its network is none that browsers compute.
    """
    try:
        return packing.pack(loaded(model), Recipe.from_json(model.card["recipe"]))
    except CannotPack as error:
        raise model_folder.ModelError(f"“{model.name}” cannot be computed by browsers. {error}") from error


def pack(model: model_folder.Model) -> model_folder.Model:
    """Writes a model's network for browsers beside its other files, which stay as they are.

    Raises:
        ModelError: it cannot be packed, or nothing can be written there.
    """
    content = packed(model)
    try:
        files.write(model.folder / model_folder.PACKED, content)
        kept = described(model.folder)[model_folder.PACKED]
        files.write_json(
            model.folder / model_folder.CARD,
            {**model.card, "files": {**model.card["files"], model_folder.PACKED: kept}},
        )
    except OSError as error:
        raise model_folder.ModelError(
            f"The network of “{model.name}” cannot be written to {model.folder}: {error.strerror or error}."
        ) from error
    return model_folder.Model.open(model.folder)


def anew(model: model_folder.Model) -> model_folder.Model:
    """Exports a model again from its Keras file, as an export of today: same weights, same answers, all outputs.

    The folder is written anew and takes the old one's name in one step, so that nobody finds half of it.

    Raises:
        ModelError: the Keras file is not the one that was saved, or nothing can be written there, or the model is a
            smaller version.
    """
    if (made := model.card.get("compressed")) is not None:
        raise model_folder.ModelError(
            f"“{model.name}” is a smaller version of “{made['of']}”: exported again, it would be as large as that."
        )
    network = loaded(model)
    with model_folder.writing(model.folder, replace=True) as temporary:
        shutil.copytree(model.folder, temporary, dirs_exist_ok=True)
        keras_models.export(network, temporary / model_folder.NETWORK)
        (temporary / model_folder.PACKED).unlink(missing_ok=True)
        with suppress(ImpossibleRecipe):  # browsers compute no network of a recipe that this version does not know
            write_for_browsers(network, Recipe.from_json(model.card["recipe"]), temporary)
        written = described(temporary)
        for measured in temporary.glob("drawn-*.json"):  # the figures are those of these weights, whatever the export
            content = files.read_json(measured)
            files.write_json(measured, {**content, "network": written[model_folder.NETWORK]["sha256"]})
        files.write_json(temporary / model_folder.CARD, {**model.card, "files": written})
    return model_folder.Model.open(model.folder)


def loaded(model: model_folder.Model) -> keras.Model:
    """Loads a model's Keras file.

    Raises:
        ModelError: it is not the one that was saved, or cannot be read.
    """
    expected = model.card["files"].get(model_folder.KERAS_MODEL)
    found = model_folder.sha256(model.keras_path) if model.keras_path.exists() else None
    begin = f"“{model.name}” cannot be exported or made smaller"
    if expected is None or found != expected["sha256"]:
        raise model_folder.ModelError(f"{begin}: its {model.keras_path.name} is not the one that was saved.")
    try:
        return keras.models.load_model(model.keras_path, compile=False)
    except (OSError, ValueError) as error:
        raise model_folder.ModelError(f"{begin}: {error}") from error


def versions() -> dict[str, str]:
    """Returns the versions of what makes models, as their cards have them."""
    return {
        "python": platform.python_version(),
        **{name: version(name) for name in ("tensorflow", "keras", "ai-edge-litert", "numpy")},
    }


def machine() -> str:
    """Describes this machine for a model's card."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPU cores"
