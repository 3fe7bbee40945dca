from dataclasses import replace

import pytest

from mnist_core.evaluation.results import OnTraining
from tests.ui.words import words
from ui.evaluation import figures


def test_the_gap_is_training_less_test_accuracy(shipped):
    measured = replace(
        shipped, evaluation=replace(shipped.evaluation, accuracy=0.98, training=OnTraining(10, 0.995, 0.1))
    )

    assert measured.generalization_gap == pytest.approx(0.015)
    assert "Generalization gap +1.50 points" in words(figures.figures_html([measured]))


def test_robustness_is_the_mean_over_all_levels_but_none(shipped):
    kept = replace(
        shipped.evaluation.robustness,
        levels={"blur": [0.0, 1.0, 2.0], "pen": [-1.0, 0.0]},
        accuracies={"blur": [1.0, 0.9, 0.5], "pen": [0.7, 1.0]},
    )

    assert replace(shipped, evaluation=replace(shipped.evaluation, robustness=kept)).robustness == pytest.approx(0.7)
