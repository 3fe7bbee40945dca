import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mnist_core.networks import recipes
from mnist_core.networks.recipe import Recipe
from mnist_core.runs.outcomes import State
from mnist_core.runs.store import PROGRESS, Run
from mnist_core.training import progress
from mnist_core.training.progress import Progress, Writer
from ui.training import history


def run(recipe: Recipe, **values: float) -> Run:
    """A run that has ended after one epoch, and what its progress file holds."""
    ended = Run(
        f"{recipe.name}-id", f"{recipe.name}-1", recipe, None, datetime(2026, 11, 22, tzinfo=UTC), State.FINISHED
    )
    ended.folder.mkdir(parents=True)
    writer = Writer(ended.folder / PROGRESS)
    writer.phase(progress.BEGIN)
    row = {"loss": 0.5, "accuracy": 0.9, "seconds": 61.0, **values}
    writer(Progress(1, recipe.epochs, 10, 10, row, ends_epoch=True))
    writer.close()
    return ended


def titles(html: str) -> list[str]:
    return re.findall(r"<figcaption>([^<]*)<", html)


def test_losses_with_and_without_label_smoothing_are_never_on_one_axis():
    plain, smoothed = recipes.TUTORIAL_3, replace(recipes.QUICK, label_smoothing=0.1)
    chosen = [run(recipe, val_loss=0.5, val_accuracy=0.9) for recipe in (plain, smoothed)]
    html = history.overlay_html(chosen)
    alone = history.overlay_html(chosen[:1])

    assert titles(html) == ["Accuracy, validation", "Loss, validation", "Loss, validation, label smoothing 0.1"]
    assert [figure.count("<polyline") for figure in html.split("</figure>")[:3]] == [2, 1, 1]
    assert "compare only runs with the same." in html
    assert titles(alone) == ["Accuracy, validation", "Loss, validation"]
    assert '<p class="note"></p>' in alone


def test_a_run_that_nothing_validated_is_named_and_has_no_curve():
    html = history.overlay_html([run(recipes.TUTORIAL_2B)])

    assert "tutorial-2b-1 has no curve here: it was trained without validation." in html
    assert "<polyline" not in html


def test_without_a_run_there_are_empty_charts():
    assert titles(history.overlay_html([])) == ["Accuracy, validation", "Loss, validation"]


def test_a_run_has_taken_as_long_as_its_epochs():
    assert "1 min 1 s" in history.table_html([run(recipes.QUICK)])


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_every_recipe_can_be_listed(name):
    assert f">{name}-1<" in history.table_html([run(recipes.find(name))])
