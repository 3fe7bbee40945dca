import numpy as np
import pytest
from scipy import ndimage

from mnist_core.drawing.framing import to_model_input
from mnist_core.synthesis.augmentation import Augmentation
from tests.handwriting import drawn

IMAGES = np.stack([to_model_input(drawn(digit)) for digit in range(10)])


def test_no_augmentation_changes_nothing():
    np.testing.assert_array_equal(Augmentation().apply(IMAGES, np.random.default_rng(0)), IMAGES)


def test_the_same_state_of_chance_gives_the_same_images():
    augmentation = Augmentation(rotation_degrees=10, shear=0.1, zoom=0.1, shift_px=2, elastic_px=1)
    first, second = (augmentation.apply(IMAGES, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert (first != IMAGES).any(axis=(1, 2)).all()


def test_images_are_varied_each_in_its_own_way():
    same = np.repeat(IMAGES[3:4], 20, axis=0)
    varied = Augmentation(rotation_degrees=10, elastic_px=1).apply(same, np.random.default_rng(0))
    assert len(np.unique(varied, axis=0)) == 20


def test_a_shift_moves_the_centre_of_mass_by_no_more_than_asked():
    same = np.repeat(IMAGES[5:6], 200, axis=0)
    moved = Augmentation(shift_px=3).apply(same, np.random.default_rng(0))
    centres = np.array([ndimage.center_of_mass(image) for image in moved]) - ndimage.center_of_mass(IMAGES[5])
    assert np.abs(centres).max() <= 3.05
    assert np.abs(centres).max(axis=0).min() > 2.7


def test_a_rotation_turns_a_line_by_no_more_than_asked():
    line = np.zeros((300, 28, 28), np.uint8)
    line[:, 4:24, 13:15] = 255
    turned = Augmentation(rotation_degrees=15).apply(line, np.random.default_rng(1)).astype(float)
    y, x = np.mgrid[:28, :28] - 13.5
    weight = turned.sum(axis=(1, 2))
    xx, yy, xy = ((turned * product).sum(axis=(1, 2)) / weight for product in (x * x, y * y, x * y))
    degrees = np.degrees(0.5 * np.arctan2(2 * xy, yy - xx))
    assert 14 < np.abs(degrees).max() < 15.5


def test_elastic_bends_keep_a_digits_ink_roughly():
    bent = Augmentation(elastic_px=1).apply(IMAGES, np.random.default_rng(0))
    np.testing.assert_allclose(bent.sum(axis=(1, 2)), IMAGES.sum(axis=(1, 2)), rtol=0.2)


def test_what_moves_out_of_the_picture_is_gone_and_paper_comes_in():
    full = np.full((1, 28, 28), 255, np.uint8)
    moved = Augmentation(shift_px=6).apply(np.repeat(full, 50, axis=0), np.random.default_rng(0))
    assert set(np.unique(moved[:, [0, -1], :])) >= {0, 255}


@pytest.mark.parametrize(
    "settings",
    [{"rotation_degrees": -1}, {"shear": -0.1}, {"zoom": 1}, {"shift_px": -1}, {"elastic_px": -1}, {"elastic_grid": 3}],
)
def test_impossible_amounts_are_refused(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        Augmentation(**settings)
