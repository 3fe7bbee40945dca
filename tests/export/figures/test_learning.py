import json
import time
from dataclasses import asdict, replace

import numpy as np
import pytest

from mnist_core import files
from mnist_core.export.figures import learning
from mnist_core.export.figures.subjects import FigureError
from mnist_core.models import model_folder, registry
from mnist_core.networks import recipes
from mnist_core.runs import control, store
from mnist_core.training import kfold
from tests.export.figures.conftest import lines, texts


def test_the_curves_are_those_of_the_models_history_side_by_side(draw):
    figure = draw(learning.curves)

    history = registry.shipped().history
    epochs = [row["epoch"] for row in history]
    assert tuple(figure.get_size_inches()) == (12, 4)  # as tutorial 3 has them
    for axes, value in zip(figure.axes, ("accuracy", "loss"), strict=True):
        assert lines(axes) == {
            "training": (epochs, [row[value] for row in history]),
            "validation": (epochs, [row[f"val_{value}"] for row in history]),
        }


def test_a_model_that_nothing_validated_has_one_curve(own_model, draw):
    history = [{"epoch": 1, "loss": 0.5, "accuracy": 0.9}, {"epoch": 2, "loss": 0.25, "accuracy": 0.95}]
    files.write_json(own_model / model_folder.HISTORY, history)

    accuracy, loss = draw(learning.curves, models=("mine",)).axes
    assert lines(accuracy) == {"training": ([1, 2], [0.9, 0.95])}
    assert lines(loss) == {"training": ([1, 2], [0.5, 0.25])}


def test_curves_of_models_are_laid_over_each_other(own_model, draw):
    figure = draw(learning.curves_compared, models=("shipped", "mine"))

    accuracy, _ = figure.axes
    assert list(lines(accuracy)) == ["shipped", "mine"]
    assert len({(line.get_color(), line.get_linestyle()) for line in accuracy.lines}) == 2
    low, high = accuracy.get_ylim()
    drawn = np.concatenate([heights for _, heights in lines(accuracy).values()])
    assert low <= drawn.min() < drawn.max() <= high


def test_a_training_without_a_model_has_curves_as_well(fake_worker, monkeypatch, draw):
    monkeypatch.setenv("FAKE_TRAINING", "crash")  # after its first epoch
    run = control.start(replace(recipes.QUICK, epochs=3))
    while store.read(run.id).is_on:
        time.sleep(0.05)

    (row,) = store.read(run.id).track.history
    accuracy, _ = draw(learning.curves, runs=(run.id,)).axes
    assert lines(accuracy)["training"] == ([1], [row["accuracy"]])


def test_a_training_without_an_epoch_has_no_curve(fake_worker, draw):
    run = control.start(replace(recipes.QUICK, epochs=3))
    control.cancel(run.id)
    (store.read(run.id).folder / store.PROGRESS).unlink(missing_ok=True)

    with pytest.raises(FigureError, match="has not finished an epoch yet"):
        draw(learning.curves, runs=(run.id,))


def validation(accuracies):
    """A K-fold validation that has found some accuracies."""
    run_id = "20261122-120000-quick-3-fold"
    folder = store.folder_of(run_id)
    (folder / store.FOLDS).mkdir(parents=True)
    recipe = recipes.QUICK.to_json()
    request = {
        "name": "quick-3-fold-1",
        "recipe": recipe,
        "subset": 300,
        "folds": 3,
        "created": "2026-11-22T12:00:00+00:00",
    }
    files.write_json(folder / store.REQUEST, request)
    files.write_json(folder / store.FOLDS / kfold.PLAN, {"recipe": recipe, "folds": 3, "data": {}})
    for number, accuracy in enumerate(accuracies, start=1):
        fold = kfold.Fold(number, 100, accuracy, 0.1, 1.0, [])
        (folder / store.FOLDS / f"fold-{number}.json").write_text(json.dumps(asdict(fold)))
    return run_id


def test_each_fold_is_a_point_around_their_mean(draw):
    validation([0.90, 0.94, 0.98])

    figure = draw(learning.kfold)
    (axes,) = figure.axes
    points = axes.collections[0].get_offsets()
    np.testing.assert_allclose(points, [(1, 0.90), (2, 0.94), (3, 0.98)])
    assert axes.lines[0].get_ydata()[0] == pytest.approx(0.94)
    assert any("94.00 % ± 4.00" in text for text in texts(figure))


def test_a_validation_without_a_finished_fold_is_drawn_empty(draw):
    figure = draw(learning.kfold, validation=validation([]))

    assert not figure.axes[0].collections
    assert any("0 of 3 folds" in text for text in texts(figure))


def test_without_a_validation_a_sentence_says_how_to_get_one(draw):
    with pytest.raises(FigureError, match="No recipe has been validated by K folds yet"):
        draw(learning.kfold)
