import numpy as np
from matplotlib.collections import PathCollection

from mnist_core.data.projection import principal_plane
from mnist_core.export.figures import dataset
from mnist_core.networks import recipes
from mnist_core.synthesis.augmentation import Augmentation
from tests.export.figures.conftest import shown, texts


def test_the_bars_are_as_high_as_there_are_images(mnist, draw):
    figure = draw(dataset.counts)

    heights = [[bar.get_height() for bar in axes.patches] for axes in figure.axes]
    assert heights == [np.bincount(labels).tolist() for labels in (mnist.y_train, mnist.y_test)]
    assert {"5,923", "1,135"} <= set(texts(figure))


def test_means_and_deviations_are_those_of_the_images(small_mnist, own_mnist, draw):
    images = shown(draw(dataset.means, split="train"))

    for digit in range(10):
        of_digit = small_mnist.x_train[small_mnist.y_train == digit]
        np.testing.assert_allclose(images[digit], of_digit.mean(axis=0), atol=1e-3)
        np.testing.assert_allclose(images[10 + digit], of_digit.std(axis=0), atol=1e-2)


def test_each_point_of_the_map_is_the_projection_of_an_image(small_mnist, own_mnist, draw):
    (axes,) = draw(dataset.digit_map).axes

    points = [collection.get_offsets() for collection in axes.collections if isinstance(collection, PathCollection)]
    expected = principal_plane(small_mnist.x_train).points
    for digit in range(10):
        np.testing.assert_allclose(points[digit], expected[small_mnist.y_train == digit], rtol=1e-4, atol=0.1)


def test_the_variations_are_those_of_the_recipe_and_seed(mnist, draw):
    original, *varied = shown(draw(dataset.augmentation, recipe=recipes.TUTORIAL_4, index=2, seed=5))

    np.testing.assert_array_equal(original, mnist.x_train[2])
    expected = recipes.TUTORIAL_4.augmentation.apply(np.stack([original] * 14), np.random.default_rng(5))
    np.testing.assert_array_equal(varied, expected)


def test_amounts_of_ones_own_take_the_place_of_the_recipes(draw):
    figure = draw(dataset.augmentation, augmentation=Augmentation(shift_px=3))

    assert any("rotation by up to 0°" in text and "shift 3 px" in text for text in texts(figure))
