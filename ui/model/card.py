"""A model's card in words, its test accuracy, and its learning curves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from mnist_core import formatting
from mnist_core.compression import kinds
from mnist_core.models.model_folder import NETWORK
from mnist_core.networks.recipe import Recipe
from mnist_core.training.gpus import Gpus
from ui.charts.curves import Curve, accuracy_svg, loss_svg
from ui.tables import table_html

COLUMNS = (
    ("accuracy", "Accuracy, training", formatting.per_cent),
    ("val_accuracy", "Accuracy, validation", formatting.per_cent),
    ("loss", "Loss, training", formatting.loss),
    ("val_loss", "Loss, validation", formatting.loss),
)
"""Of the table of epochs: what a value is called in a history and on the page, and how it is written."""
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
"""Settings of a recipe that have other names on the page than in the code."""


def headline_html(card: Mapping[str, Any], evaluation: Mapping[str, Any]) -> Markup:
    """Shows a model's test accuracy in one large number, and the facts on its card."""
    mistakes = sum(map(sum, evaluation["confusion"])) - sum(
        row[digit] for digit, row in enumerate(evaluation["confusion"])
    )
    trained, recipe = card["trained"], card["recipe"]
    source = "digits that the program wrote in MNIST’s place" if card.get("notice") else "digits"
    validation = recipe.get("validation", "split")
    validated_on = VALIDATED_ON[validation].format(formatting.count(trained["validation_images"]))
    started, seconds = datetime.fromisoformat(trained["started"]), trained["seconds"]
    gpus = f", {Gpus.from_json(trained['gpus']).words}" if "gpus" in trained else ""
    facts = {
        "Name": card["name"],
        "Recipe": recipe["name"],
        "Network": f"{recipe['architecture']}, {formatting.counted(card['parameters'], 'parameter')}",
        "Size": formatting.megabytes(card["files"][NETWORK]["bytes"]),
        "Trained on": f"{formatting.count(trained['images'])} {source}",
        **_taught(card),
        **_compressed(card),
        "Validated on": validated_on,
        "Training": f"{formatting.day(started)}, {formatting.duration(seconds)} on {trained['machine']}{gpus}",
        "Made with": ", ".join(f"{name} {version}" for name, version in card["versions"].items()),
    }
    return Markup(
        '<section class="headline"><p class="reached">{accuracy}</p>'
        "<p>test accuracy: {mistakes} in {images} test digits. {unseen}</p>{facts}"
        '<details class="whole-recipe"><summary>The whole recipe</summary>{settings}</details></section>'
    ).format(
        accuracy=formatting.per_cent(evaluation["accuracy"]),
        mistakes=formatting.counted(mistakes, "mistake"),
        images=formatting.count(evaluation["images"]),
        unseen=UNSEEN[validation],
        facts=_listed(facts),
        settings=_listed(_flat(recipe)),
    )


def _taught(card: Mapping[str, Any]) -> dict[str, str]:
    """Says from how many kept drawings a model learned, and what it started from; nothing where it did not."""
    if (own := card.get("own")) is None:
        return {}
    drawings = formatting.counted(own["drawings"], "kept drawing")
    start = card["recipe"].get("starts_from")
    return {"Taught by": f"{drawings}, {own['held_back']} more held back{f'; started from {start}' if start else ''}"}


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


def learning_html(history: Sequence[Mapping[str, float]], curves: Markup) -> Markup:
    """Shows a model's learning curves, with all numbers in a table for those who want them.

    Args:
        history: a row for each epoch.
        curves: as `curves_html` or `ui.training.run.curves_html` draws them.
    """
    columns = [column for column in COLUMNS if column[0] in history[-1]]
    rows = [
        (str(number), *(write(epoch[name]) for name, _, write in columns)) for number, epoch in enumerate(history, 1)
    ]
    return Markup(
        '<section class="learning"><h2>Learning curves</h2>{}<details><summary>All numbers</summary>{}</details>'
        "</section>"
    ).format(curves, table_html(["Epoch", *(title for _, title, _ in columns)], rows))


def curves_html(history: Sequence[Mapping[str, float]], recipe: Recipe) -> Markup:
    """Draws accuracy and loss of training and, where there is one, validation, epoch by epoch."""

    def pair(name: str) -> list[Curve]:
        return [Curve("training", [row[name] for row in history]), validation_curve(history, name)]

    accuracy = accuracy_svg(pair("accuracy"), epochs=len(history))
    return Markup('<div class="pair">{accuracy}{}</div>').format(
        loss_svg(pair("loss"), epochs=len(history), least=recipe.least_loss), accuracy=accuracy
    )


def validation_curve(history: Sequence[Mapping[str, float]], name: str) -> Curve:
    """Returns the curve of a value, "accuracy" or "loss", on what validated; without a point where nothing did."""
    rows = [row for row in history if f"val_{name}" in row]
    return Curve("validation", [row[f"val_{name}"] for row in rows], accented=True, at=[row["epoch"] for row in rows])


def _listed(facts: Mapping[str, object]) -> Markup:
    listed = Markup("").join(
        Markup("<dt>{name}</dt><dd>{}</dd>").format(str(value), name=name) for name, value in facts.items()
    )
    return Markup('<dl class="facts">{listed}</dl>').format(listed=listed)


def _flat(recipe: Mapping[str, Any]) -> dict[str, object]:
    """Names a recipe's settings in words, those of its parts as well."""
    settings: dict[str, object] = {}
    for name, value in recipe.items():
        if isinstance(value, Mapping):
            settings |= _flat(value)
        else:
            written = {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
            settings[SETTINGS.get(name, name.replace("_", " "))] = written
    return settings
