import numpy as np
import pytest

from ui.dataset.grid import opened, sprite

IMAGES = np.random.default_rng(0).integers(0, 256, (7, 28, 28), np.uint8)


def test_every_image_stands_on_its_own_tile_of_the_sprite():
    tiled = sprite(IMAGES, columns=3)

    assert tiled.shape == (3 * 28, 3 * 28)
    for number, image in enumerate(IMAGES):
        row, column = divmod(number, 3)
        np.testing.assert_array_equal(tiled[28 * row : 28 * (row + 1), 28 * column : 28 * (column + 1)], image)
    assert not tiled[56:, 28:].any()


@pytest.mark.parametrize(("index", "read"), [(0, 0), (9, 9), (10, None), (-1, None), (True, None), ("3", None)])
def test_only_an_index_of_the_list_is_opened(index, read):
    assert opened({"opened": {"token": "Test:", "index": index}}, "Test:", 10) == read


@pytest.mark.parametrize(
    "asked", [{}, {"opened": None}, {"opened": "a text"}, {"opened": {}}, {"opened": {"token": "other", "index": 1}}]
)
def test_what_no_wall_sends_and_what_another_list_was_asked_for_opens_nothing(asked):
    assert opened(asked, "Test:", 10) is None
