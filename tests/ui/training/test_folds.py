import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mnist_core.networks import recipes
from mnist_core.runs.outcomes import State
from mnist_core.runs.store import Run
from mnist_core.training.kfold import Fold, Validation
from mnist_core.training.progress import Progress, Track
from ui.training import folds

RECIPE = replace(recipes.DEFAULT, epochs=3)


def run(state: State, **facts: object) -> Run:
    return Run("id", "default-4-fold-1", RECIPE, 600, datetime(2026, 11, 22, tzinfo=UTC), state, folds=4, **facts)


def validation(*accuracies: float) -> Validation:
    found = (Fold(number, 150, accuracy, 0.1, 1.0, []) for number, accuracy in enumerate(accuracies, 1))
    return Validation(RECIPE, 4, tuple(found), {})


def step(epoch: int, batch: int) -> Progress:
    """Where a validation stands, its epochs counted through all folds."""
    return Progress(epoch, 12, batch, 10, {"loss": 0.5, "accuracy": 0.75})


UNDER_WAY = Track("", (step(1, 10), step(5, 5)), (), 41.0)
FOUND = validation(0.9, 0.92, 0.94, 0.96)


@pytest.mark.parametrize(
    ("state", "found", "track", "headline", "detail"),
    [
        (State.STARTING, validation(), Track(), "Starting", "default is validated on 600 training images in 4 folds."),
        (
            State.STARTING,
            validation(),
            Track(phase="Loading MNIST"),
            "Loading MNIST",
            "default is validated on 600",
        ),
        (State.RUNNING, validation(0.9), UNDER_WAY, "Fold 2 of 4", "Epoch 2 of 3, about 50 s left."),
        (State.FINISHED, FOUND, UNDER_WAY, "93.00 % ± 2.58", "Trained on 450 images, expect default to"),
        (State.CANCELLED, validation(0.9), UNDER_WAY, "Cancelled", "default-4-fold-1 was cancelled"),
    ],
)
def test_where_a_validation_is_is_said_in_words(state, found, track, headline, detail):
    assert folds.headline(run(state), found, track) == headline
    assert detail in folds.detail(run(state), found, track)


def test_the_bars_tell_of_the_whole_and_of_the_fold_under_way():
    html = folds.folds_html(run(State.RUNNING), validation(0.9), UNDER_WAY)

    assert "--share:0.3750;--parts:4" in html  # 45 of 120 batches
    assert "--share:0.5000" in html  # 15 of 30


def test_each_fold_is_a_point_and_the_mean_lies_between_them():
    svg = folds.folds_svg(4, FOUND)
    heights = [float(y) for y in re.findall(r'<circle class="fold" cx="[^"]*" cy="([^"]*)"', svg)]
    (mean,) = (float(y) for y in re.findall(r'class="mean" .*? y1="([^"]*)"', svg))

    assert heights == sorted(heights, reverse=True)
    assert mean == pytest.approx(sum(heights) / 4, abs=0.2)
    assert 'aria-label="fold 1: 90.00 %; fold 2: 92.00 %' in svg


def test_folds_that_hardly_differ_look_so_and_none_are_drawn_before_there_are_any():
    ticks = re.findall(r'text-anchor="end">([^<]*)<', folds.folds_svg(4, validation(0.98, 0.98)))
    assert ticks == ["97.5 %", "98 %", "98.5 %"]
    assert "No fold has finished yet" in folds.folds_svg(4, validation())
    assert "circle" not in folds.folds_svg(4, validation())


def test_names_from_elsewhere_are_escaped():
    assert "<b>" not in folds.table_html([replace(run(State.CANCELLED), name="<b>")])
