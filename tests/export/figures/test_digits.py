import numpy as np
import pytest

from mnist_core.export.figures import digits
from mnist_core.export.figures.subjects import FigureError
from tests.export.figures.conftest import shown, texts


def test_the_grid_holds_twenty_images_with_their_labels_in_two_rows_of_ten(mnist, draw):
    figure = draw(digits.grid)

    np.testing.assert_array_equal(shown(figure), mnist.x_train[:20])
    assert [int(axes.get_xlabel()) for axes in figure.axes] == mnist.y_train[:20].tolist()
    assert {axes.images[0].get_cmap().name for axes in figure.axes} == {"binary"}
    assert {axes.get_subplotspec().rowspan.start for axes in figure.axes} == {0, 1}
    assert "MNIST, training images 0 to 19, with their labels." in texts(figure)


def test_the_row_holds_five_images_white_on_black_with_titles(mnist, draw):
    figure = draw(digits.row, split="test", index=3)

    np.testing.assert_array_equal(shown(figure), mnist.x_test[3:8])
    assert [axes.get_title("center") for axes in figure.axes] == [f"Label: {label}" for label in mnist.y_test[3:8]]
    assert {axes.images[0].get_cmap().name for axes in figure.axes} == {"gray"}


def test_only_the_digits_that_were_asked_for_are_shown(mnist, draw):
    figure = draw(digits.grid, digits=(7, 3))

    expected = np.flatnonzero(np.isin(mnist.y_train, (3, 7)))[:20]
    np.testing.assert_array_equal(shown(figure), mnist.x_train[expected])
    assert any(f"images 7 to {expected[-1]}, only the digits 3, 7" in text for text in texts(figure))


def test_near_the_end_there_are_fewer_images(small_mnist, own_mnist, draw):
    figure = draw(digits.grid, split="test", index=97)

    np.testing.assert_array_equal(shown(figure), small_mnist.x_test[97:])
    assert f"{own_mnist.name}, test images 97 to 99, with their labels." in texts(figure)


@pytest.mark.parametrize("index", [-1, 100])
def test_an_image_that_is_not_there_is_refused(own_mnist, draw, index):
    with pytest.raises(FigureError, match=f"test images 0 to 99, but no image {index}"):
        draw(digits.one, split="test", index=index)


def test_one_image_is_drawn_with_its_grey_levels(mnist, draw):
    figure = draw(digits.one)

    np.testing.assert_array_equal(shown(figure)[0], mnist.x_train[0])
    assert figure.axes[0].images[0].get_cmap().name == "Greys"
    assert figure.get_suptitle() == "A 5"
