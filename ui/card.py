"""A model's card in words: who it is, how it was made, how it learned."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from mnist_core.registry import NETWORK
from ui.charts import Curve, curves_svg


def headline_html(card: Mapping[str, Any], evaluation: Mapping[str, Any]) -> str:
    """Says in one large number what a model reaches, and beside it who it is."""
    mistakes = sum(map(sum, evaluation["confusion"])) - sum(
        row[digit] for digit, row in enumerate(evaluation["confusion"])
    )
    trained = card["trained"]
    source = "digits that the program wrote in MNIST’s place" if card.get("notice") else "digits"
    facts = {
        "Name": card["name"],
        "Recipe": card["recipe"]["name"],
        "Network": f"{card['recipe']['architecture']}, {card['parameters']:,} parameters",
        "Size": f"{card['files'][NETWORK]['bytes'] / 1e6:.1f} MB",
        "Learned from": f"{trained['images']:,} {source}, watched on {trained['validation_images']:,} others",
        "Trained": f"{day(trained['started'])}, {duration(trained['seconds'])} on {trained['machine']}",
        "Made with": ", ".join(f"{name} {version}" for name, version in card["versions"].items()),
    }
    return (
        f'<section class="headline"><p class="reached">{100 * evaluation["accuracy"]:.2f} %</p>'
        f"<p>of {evaluation['images']:,} test digits read right: {mistakes:,} mistakes. "
        f"None of these digits was seen in training.</p>{_listed(facts)}"
        '<details class="whole-recipe"><summary>The whole recipe</summary>'
        f"{_listed(_flat(card['recipe']))}</details></section>"
    )


def learning_html(history: Sequence[Mapping[str, float]]) -> str:
    """Draws how a model learned, with all numbers in a table for those who want them."""
    columns = ("accuracy", "val_accuracy", "loss", "val_loss")
    accuracy, val_accuracy, loss, val_loss = ([float(epoch[name]) for epoch in history] for name in columns)
    head = "".join(
        f'<th scope="col">{name}</th>'
        for name in ("Epoch", "Accuracy, training", "Accuracy, validation", "Loss, training", "Loss, validation")
    )
    rows = "".join(
        f'<tr><th scope="row">{number}</th>'
        + "".join(f"<td>{100 * epoch[name]:.2f} %</td>" for name in columns[:2])
        + "".join(f"<td>{epoch[name]:.4f}</td>" for name in columns[2:])
        + "</tr>"
        for number, epoch in enumerate(history, 1)
    )
    accuracies = [Curve("training", accuracy), Curve("validation", val_accuracy, accented=True)]
    losses = [Curve("training", loss), Curve("validation", val_loss, accented=True)]
    return (
        '<section class="learning"><h2>How it learned</h2><div class="pair">'
        f"{curves_svg('Accuracy', accuracies, per_cent=True)}{curves_svg('Loss', losses)}</div>"
        f"<details><summary>All numbers</summary><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        "</details></section>"
    )


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
