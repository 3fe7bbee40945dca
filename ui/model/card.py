"""A model's card in words: who it is, how it was made, how it learned."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from mnist_core.models.registry import NETWORK
from mnist_core.networks.recipes import Recipe
from ui.charts import Curve, accuracy_svg, loss_svg

COLUMNS = (
    ("accuracy", "Accuracy, training", "{:.2f} %", 100),
    ("val_accuracy", "Accuracy, validation", "{:.2f} %", 100),
    ("loss", "Loss, training", "{:.4f}", 1),
    ("val_loss", "Loss, validation", "{:.4f}", 1),
)
"""Of the table of epochs: what a value is called in a history and on the page, how it is written, and how many fold."""
VALIDATED_ON = {"split": "{:,} others", "test": "the {:,} test digits", "none": "nothing"}
UNSEEN = {
    "split": "None of these digits was seen in training.",
    "test": "It did not learn from these digits, but each of its epochs was judged by them.",
    "none": "None of these digits was seen in training.",
}
"""For each way to validate what the test digits had to do with the training."""


def headline_html(card: Mapping[str, Any], evaluation: Mapping[str, Any]) -> str:
    """Says in one large number what a model reaches, and beside it who it is."""
    mistakes = sum(map(sum, evaluation["confusion"])) - sum(
        row[digit] for digit, row in enumerate(evaluation["confusion"])
    )
    trained = card["trained"]
    source = "digits that the program wrote in MNIST’s place" if card.get("notice") else "digits"
    validation = card["recipe"].get("validation", "split")
    facts = {
        "Name": card["name"],
        "Recipe": card["recipe"]["name"],
        "Network": f"{card['recipe']['architecture']}, {card['parameters']:,} parameters",
        "Size": f"{card['files'][NETWORK]['bytes'] / 1e6:.1f} MB",
        "Learned from": f"{trained['images']:,} {source}",
        "Validated on": VALIDATED_ON[validation].format(trained["validation_images"]),
        "Trained": f"{day(trained['started'])}, {duration(trained['seconds'])} on {trained['machine']}",
        "Made with": ", ".join(f"{name} {version}" for name, version in card["versions"].items()),
    }
    return (
        f'<section class="headline"><p class="reached">{100 * evaluation["accuracy"]:.2f} %</p>'
        f"<p>of {evaluation['images']:,} test digits read right: {mistakes:,} mistakes. "
        f"{UNSEEN[validation]}</p>{_listed(facts)}"
        '<details class="whole-recipe"><summary>The whole recipe</summary>'
        f"{_listed(_flat(card['recipe']))}</details></section>"
    )


def learning_html(history: Sequence[Mapping[str, float]], curves: str) -> str:
    """Shows how a model learned, with all numbers in a table for those who want them.

    Args:
        history: a row for each epoch.
        curves: HTML of them, as `curves_html` or `ui.training.run.curves_html` makes it.
    """
    columns = [column for column in COLUMNS if column[0] in history[-1]]
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Epoch", *(name for _, name, *_ in columns)))
    rows = "".join(
        f'<tr><th scope="row">{number}</th>'
        + "".join(f"<td>{form.format(factor * epoch[name])}</td>" for name, _, form, factor in columns)
        + "</tr>"
        for number, epoch in enumerate(history, 1)
    )
    return (
        f'<section class="learning"><h2>How it learned</h2>{curves}'
        f"<details><summary>All numbers</summary><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        "</details></section>"
    )


def curves_html(history: Sequence[Mapping[str, float]], recipe: Recipe) -> str:
    """Draws accuracy and loss of training and, where there is one, validation, epoch by epoch."""

    def pair(name: str) -> list[Curve]:
        return [Curve("training", [row[name] for row in history]), validation_curve(history, name)]

    accuracy = accuracy_svg(pair("accuracy"), epochs=len(history))
    return f'<div class="pair">{accuracy}{loss_svg(pair("loss"), epochs=len(history), least=recipe.least_loss)}</div>'


def validation_curve(history: Sequence[Mapping[str, float]], name: str) -> Curve:
    """Returns the curve of a value, "accuracy" or "loss", on what validated; without a point where nothing did."""
    rows = [row for row in history if f"val_{name}" in row]
    return Curve("validation", [row[f"val_{name}"] for row in rows], accented=True, at=[row["epoch"] for row in rows])


def day(moment: str) -> str:
    """Writes the day of an ISO 8601 moment: 22 November 2026."""
    date = datetime.fromisoformat(moment)
    return f"{date.day} {date:%B %Y}"


def duration(seconds: float) -> str:
    """Writes a duration in its two largest units: 2 min 47 s."""
    minutes, rest_s = divmod(round(seconds), 60)
    hours, rest_min = divmod(minutes, 60)
    if hours:
        return f"{hours} h {rest_min} min"
    return f"{minutes} min {rest_s} s" if minutes else f"{rest_s} s"


def _listed(facts: Mapping[str, object]) -> str:
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in facts.items())
    return f'<dl class="facts">{listed}</dl>'


def _flat(recipe: Mapping[str, Any]) -> dict[str, object]:
    """Names a recipe's settings in words, those of its parts as well."""
    settings: dict[str, object] = {}
    for name, value in recipe.items():
        if isinstance(value, Mapping):
            settings |= _flat(value)
        else:
            settings[name.replace("_", " ")] = value
    return settings
