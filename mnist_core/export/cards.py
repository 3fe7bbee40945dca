"""Says in words what a model's card holds: how it was made, of what, and when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from mnist_core import formatting
from mnist_core.compression import kinds
from mnist_core.models.model_folder import CARD, NETWORK, ModelError
from mnist_core.networks.recipe import Recipe
from mnist_core.training.gpus import Gpus

COLUMNS = (
    ("accuracy", "Accuracy, training", formatting.per_cent),
    ("val_accuracy", "Accuracy, validation", formatting.per_cent),
    ("loss", "Loss, training", formatting.loss),
    ("val_loss", "Loss, validation", formatting.loss),
)
"""Of the table of epochs: what a value is called in a history and for people, and how it is written."""
VALIDATED_ON = {"split": "{} other digits", "test": "the {} test digits", "none": "nothing"}
UNSEEN = {
    "split": "None of these digits was seen in training.",
    "test": "The model was not trained on these digits, but each of its epochs was validated on them.",
    "none": "None of these digits was seen in training.",
}
"""For each way to validate what the test digits had to do with the training."""
SETTINGS = {
    "one_hot": "one-hot labels",
    "scaled": "scaled to 0 to 1",
    "handwritten": "synthetic digits",
    "doodles": "non-digits",
    "views": "test-time augmentation",
    "batches_per_call": "batches a call",
    "own_shown": "kept drawings, each shown",
    "starts_from": "starts from the model",
}
"""Settings of a recipe that have other names for people than in the code."""
OF_ENSEMBLE = ("name", "architecture", "members", "views", "title", "source", "description")
"""The settings that an ensemble has."""


def facts(card: Mapping[str, Any]) -> dict[str, str]:
    """Says of a model who it is and how it was made, each fact under its name.

    Raises:
        ModelError, GpuError: the card is damaged.
    """
    recipe = card["recipe"]
    return {
        "Name": card["name"],
        "Recipe": recipe["name"],
        "Network": f"{recipe['architecture']}, {formatting.counted(card['parameters'], 'parameter')}",
        "Size": formatting.megabytes(card["files"][NETWORK]["bytes"]),
        **(_combined(card) if recipe.get("members") else _trained(card)),
        **_compressed(card),
        "Made with": ", ".join(f"{name} {version}" for name, version in card["versions"].items()),
    }


def validation(card: Mapping[str, Any]) -> str:
    """Returns in which way each epoch was validated: "split", "test" or "none".

    Raises:
        ModelError: in none of them.
    """
    way = str(card["recipe"].get("validation", "split"))
    if way not in VALIDATED_ON:
        raise ModelError(f"The model “{card['name']}” is damaged: {CARD} names no way to validate, but “{way}”.")
    return way


def settings(recipe: Mapping[str, Any]) -> dict[str, object]:
    """Names a recipe's settings in words, those of its parts as well."""
    named: dict[str, object] = {}
    for name, value in recipe.items():
        if recipe.get("members") and name not in OF_ENSEMBLE:
            continue
        if isinstance(value, Mapping):
            named |= settings(value)
        else:
            written = {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
            written = ", ".join(value) if isinstance(value, list) else written
            named[SETTINGS.get(name, name.replace("_", " "))] = written
    return named


def epochs(history: Sequence[Mapping[str, float]]) -> tuple[list[str], list[tuple[str, ...]]]:
    """Writes learning curves as a table.

    Args:
        history: a row for each epoch.

    Returns:
        The names of the columns, and the rows.
    """
    columns = [column for column in COLUMNS if column[0] in history[-1]]
    rows = [
        (str(number), *(write(epoch.get(name)) for name, _, write in columns))
        for number, epoch in enumerate(history, 1)
    ]
    return ["Epoch", *(title for _, title, _ in columns)], rows


def _trained(card: Mapping[str, Any]) -> dict[str, str]:
    """Says from what a model learned, and when."""
    source = "digits that the program wrote in MNIST’s place" if card.get("notice") else "digits"
    trained = card["trained"]
    return {
        "Trained on": f"{formatting.count(trained['images'])} {source}",
        **_taught(card),
        **_teacher(card["recipe"]),
        "Validated on": VALIDATED_ON[validation(card)].format(formatting.count(trained["validation_images"])),
        "Training": _made(trained),
    }


def _combined(card: Mapping[str, Any]) -> dict[str, str]:
    """Says of which models an ensemble was made, and when."""
    return {"Combines": formatting.listed(card["recipe"]["members"]), "Combined": _made(card["trained"])}


def _made(trained: Mapping[str, Any]) -> str:
    gpus = f", {Gpus.from_json(trained['gpus']).words}" if "gpus" in trained else ""
    day = formatting.day(datetime.fromisoformat(trained["started"]))
    return f"{day}, {formatting.duration(trained['seconds'])} on {trained['machine']}{gpus}"


def _taught(card: Mapping[str, Any]) -> dict[str, str]:
    """Says from how many kept drawings a model learned, and what it started from; nothing where it did not."""
    if (own := card.get("own")) is None:
        return {}
    drawings = formatting.counted(own["drawings"], "kept drawing")
    start = card["recipe"].get("starts_from")
    return {"Taught by": f"{drawings}, {own['held_back']} more held back{f'; started from {start}' if start else ''}"}


def _teacher(recipe: Mapping[str, Any]) -> dict[str, str]:
    """Says whose outputs a model learned beside the labels; nothing where it did not."""
    if not recipe.get("teacher"):
        return {}
    share = recipe.get("teacher_share", Recipe.teacher_share)
    temperature = recipe.get("teacher_temperature", Recipe.teacher_temperature)
    words = f"{formatting.per_cent(share, 0)} of the loss, at temperature {formatting.shortest(temperature)}"
    return {"Teacher": f"{recipe['teacher']}: {words}"}


def _compressed(card: Mapping[str, Any]) -> dict[str, str]:
    """Says of which model a smaller version was made and how; nothing where it is none."""
    if (made := card.get("compressed")) is None:
        return {}
    when = formatting.day(datetime.fromisoformat(made["made"]))
    words = f"{kinds.title_of(made['kind'])}, made of {made['of']} on {when}"
    if not made["sparsity"]:
        return {"Smaller version": f"{words}; the Keras file is that of {made['of']}"}
    zeros, seconds = formatting.count(made["zeros"]), formatting.duration(made["seconds"])
    return {
        "Smaller version": f"{words}; {zeros} weights are zero, in the Keras file as well. It learned on for {seconds}"
    }
