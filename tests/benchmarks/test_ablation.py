"""The benchmark of the steps towards pen-drawn digits."""

from dataclasses import replace

import numpy as np

from benchmarks import ablation
from mnist_core.models import registry
from mnist_core.networks import architectures, recipes
from tests.small_network import SMALL, small


def test_every_step_is_trained_and_measured(small_mnist, own_strokes, monkeypatch):
    monkeypatch.setitem(architectures.ARCHITECTURES, SMALL, small)
    monkeypatch.setattr(recipes, "DEFAULT", replace(recipes.DEFAULT, architecture=SMALL))
    scaled, *others = ablation.steps(small_mnist, [own_strokes], epochs=1)
    assert scaled.mnist_accuracy is None
    assert 0 <= scaled.drawn_accuracy <= 1
    assert len(others) == 3
    for step in others:
        assert 0 <= step.mnist_accuracy <= 1
        assert step.worst_digit[1] <= step.drawn_accuracy


def test_a_model_reads_in_one_view_or_in_several(small_mnist):
    model = registry.shipped()
    one, several = (ablation.reading(model, views=views).network(small_mnist.x_test)[0] for views in (False, True))
    assert not np.array_equal(one, several)
    np.testing.assert_array_equal(one.argmax(axis=1), several.argmax(axis=1))
