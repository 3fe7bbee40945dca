"""A model's card in words, its test accuracy, and its learning curves."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from mnist_core import formatting
from mnist_core.export import cards
from mnist_core.export.tables import table_html
from mnist_core.networks.recipe import Recipe
from ui.charts.curves import Curve, accuracy_svg, loss_svg


def headline_html(card: Mapping[str, Any], evaluation: Mapping[str, Any]) -> Markup:
    """Shows a model's test accuracy in one large number, and the facts on its card."""
    mistakes = sum(map(sum, evaluation["confusion"])) - sum(
        row[digit] for digit, row in enumerate(evaluation["confusion"])
    )
    return Markup(
        '<section class="headline"><p class="reached">{accuracy}</p>'
        "<p>test accuracy: {mistakes} in {images} test digits. {unseen}</p>{facts}"
        '<details class="whole-recipe"><summary>The whole recipe</summary>{settings}</details></section>'
    ).format(
        accuracy=formatting.per_cent(evaluation["accuracy"]),
        mistakes=formatting.counted(mistakes, "mistake"),
        images=formatting.count(evaluation["images"]),
        unseen=cards.UNSEEN[cards.validation(card)],
        facts=_listed(cards.facts(card)),
        settings=_listed(cards.settings(card["recipe"])),
    )


def learning_html(history: Sequence[Mapping[str, float]], curves: Markup) -> Markup:
    """Shows a model's learning curves, with all numbers in a table for those who want them.

    Args:
        history: a row for each epoch.
        curves: as `curves_html` or `ui.training.run.curves_html` draws them.
    """
    return Markup(
        '<section class="learning"><h2>Learning curves</h2>{}<details><summary>All numbers</summary>{}</details>'
        "</section>"
    ).format(curves, table_html(*cards.epochs(history)))


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
