from dataclasses import replace

import numpy as np
import pytest

from mnist_core.networks import recipes
from mnist_core.networks.recipes import RECIPES
from mnist_core.training import fitting
from mnist_core.training.progress import Progress


def test_batches_that_are_computed_together_are_told_of_together(small_mnist):
    recipe = replace(recipes.QUICK, batch_size=50, batches_per_call=4, validation_fraction=0.1)
    reports: list[Progress] = []
    fitting.fit(recipe, fitting.Division.of(small_mnist, recipe), reports.append)
    assert [(report.batch, report.batches) for report in reports] == [(4, 6), (6, 6), (6, 6)]
    assert set(reports[0].values) == {"loss", "accuracy"}


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=list(RECIPES))
def test_images_are_divided_as_a_recipe_validates(recipe, small_mnist):
    division = fitting.Division.of(small_mnist, recipe)
    if recipe.validation == "test":
        np.testing.assert_array_equal(division.x_val, small_mnist.x_test)
        np.testing.assert_array_equal(division.x_train, small_mnist.x_train)
    elif recipe.validation == "none":
        assert not division.validates
        np.testing.assert_array_equal(division.x_train, small_mnist.x_train)
    else:
        assert division.validates
        assert len(division.x_val) == round(recipe.validation_fraction * 300)
        assert len(division.x_train) + len(division.x_val) == 300
