import base64
import io

import numpy as np
import pytest
from PIL import Image

from mnist_core.export.images import ink_on_paper, jpeg_uri, picture_on_paper, png_uri


def decoded(uri: str, kind: str) -> np.ndarray:
    content = base64.b64decode(uri.removeprefix(f"data:image/{kind};base64,"), validate=True)
    return np.asarray(Image.open(io.BytesIO(content)))


def test_a_grey_picture_reaches_the_browser_pixel_by_pixel():
    grey = np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)

    np.testing.assert_array_equal(decoded(png_uri(grey), "png"), grey)


def test_a_photograph_reaches_the_browser_nearly_as_it_is():
    colours = np.full((40, 30, 3), (200, 120, 40), np.uint8)

    np.testing.assert_allclose(decoded(jpeg_uri(colours), "jpeg").astype(int), colours, atol=4)


def test_ink_is_dark_on_light():
    ink = np.array([[0, 0.5, 1]], np.float32)

    np.testing.assert_array_equal(ink_on_paper(ink, 240), [[255, 128, 0]])


@pytest.mark.parametrize(("shape", "shown"), [((480, 480), (240, 240)), ((480, 120), (240, 60)), ((20, 12), (20, 12))])
def test_large_pictures_are_shrunk_and_small_ones_kept(shape, shown):
    assert ink_on_paper(np.zeros(shape, np.float32), 240).shape == shown
    assert picture_on_paper(np.zeros((*shape, 4), np.uint8), 240).shape == (*shown, 3)


def test_what_is_transparent_shows_white_paper():
    rgba = np.array([[[0, 0, 0, 0], [10, 20, 30, 255]]], np.uint8)

    np.testing.assert_array_equal(picture_on_paper(rgba, 240), [[[255, 255, 255], [10, 20, 30]]])
