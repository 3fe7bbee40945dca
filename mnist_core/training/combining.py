"""Which models can be combined in an ensemble, and an ensemble's recipe, without Keras.

`mnist_core.training.ensembles` makes the ensemble.
"""

from collections.abc import Sequence
from contextlib import suppress

from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import Model, ModelError
from mnist_core.networks.recipe import ENSEMBLE, Recipe


def recipe_of(names: Sequence[str]) -> Recipe:
    """Returns the recipe of an ensemble.

    Args:
        names: of its members.

    Raises:
        ImpossibleRecipe: there are too few or too many, or one is named twice.
        ModelError: one is missing or damaged, or cannot be combined.
    """
    recipe = Recipe(
        name=ENSEMBLE,
        architecture=ENSEMBLE,
        epochs=1,
        members=tuple(names),
        calibrated=False,
        title="Ensemble",
        description=f"Averages the answers of {', '.join(names)}.",
    )
    settings = [model.card["recipe"] for model in opened(names)]
    return Recipe.from_json(
        recipe.to_json()
        | {
            "views": any(setting.get("views", False) for setting in settings),
            "validation": "test" if any(setting.get("validation") == "test" for setting in settings) else "split",
        }
    )


def opened(names: Sequence[str]) -> list[Model]:
    """Opens the members of an ensemble.

    Raises:
        ModelError: one is missing or damaged, or cannot be combined.
    """
    models = [Model.open(registry.folder_of(name)) for name in names]
    for model in models:
        if is_ensemble(model):
            raise ModelError(f"“{model.name}” is an ensemble itself: choose its members in its place, or leave it out.")
        if not _has_keras_file(model):
            raise ModelError(
                f"“{model.name}” cannot be combined: its {model_folder.KERAS_MODEL} is missing, or not the one that "
                "was saved."
            )
    return models


def members_at_hand(model: Model) -> list[Model]:
    """Returns the members of an ensemble that are still here, as they were when they were combined."""
    found = []
    for name, checksum in model.card.get("members", {}).items():
        with suppress(ModelError):
            member = Model.open(registry.folder_of(name))
            if member.card["files"][model_folder.NETWORK]["sha256"] == checksum:
                found.append(member)
    return found


def is_ensemble(model: Model) -> bool:
    """Returns whether a model is an ensemble."""
    return model.card["recipe"]["architecture"] == ENSEMBLE


def _has_keras_file(model: Model) -> bool:
    """Returns whether a model's Keras file is the one that was saved."""
    file = model.card["files"].get(model_folder.KERAS_MODEL)
    try:
        return file is not None and model_folder.sha256(model.keras_path) == file["sha256"]
    except OSError:
        return False
