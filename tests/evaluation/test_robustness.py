import numpy as np
import pytest

from mnist_core.evaluation import robustness
from mnist_core.evaluation.robustness import DISTURBANCES, add_noise, blur, rotate, shift, widen

RNG = np.random.default_rng(0)
NAMES = [disturbance.name for disturbance in DISTURBANCES]


@pytest.fixture
def images(small_mnist):
    return small_mnist.x_test[:20]


def ink_centre(image: np.ndarray) -> np.ndarray:
    rows, columns = np.indices(image.shape)
    return np.array([(rows * image).sum(), (columns * image).sum()]) / image.sum()


@pytest.mark.parametrize("disturbance", DISTURBANCES, ids=NAMES)
def test_level_0_changes_nothing(disturbance, images):
    np.testing.assert_array_equal(disturbance.apply(images, 0), images)


@pytest.mark.parametrize("disturbance", DISTURBANCES, ids=NAMES)
def test_the_same_images_are_always_disturbed_in_the_same_way(disturbance, images):
    strongest = disturbance.levels[-1]
    once, again = disturbance.apply(images, strongest), disturbance.apply(images, strongest)

    assert once.dtype == np.uint8
    assert once.shape == images.shape
    np.testing.assert_array_equal(once, again)


@pytest.mark.parametrize("disturbance", DISTURBANCES, ids=NAMES)
def test_the_higher_the_level_the_less_is_left_of_the_image(disturbance, images):
    higher = [level for level in disturbance.levels if level >= 0]
    distances = [np.abs(disturbance.apply(images, level) - images.astype(float)).mean() for level in higher]

    assert distances == sorted(distances)
    assert len(set(distances)) == len(distances)


def test_rotating_by_a_right_angle_is_turning_the_pixels(images):
    for image, turned in zip(images, rotate(images, 90, RNG), strict=True):
        assert any(np.array_equal(turned, np.rot90(image, quarters)) for quarters in (1, 3))


def test_half_of_the_images_are_turned_each_way(images):
    same = np.repeat(images[:1], 400, axis=0)
    left, right = (
        sum(np.array_equal(turned, np.rot90(images[0], quarters)) for turned in rotate(same, 90, RNG))
        for quarters in (1, 3)
    )

    assert 150 < left < 250
    assert 150 < right < 250


def test_shifting_moves_the_centre_of_the_ink_by_the_distance(images):
    images = np.pad(images, ((0, 0), (3, 3), (3, 3)))
    for image, moved in zip(images, shift(images, 3, RNG), strict=True):
        assert np.hypot(*(ink_centre(moved) - ink_centre(image))) == pytest.approx(3, abs=0.05)


def test_noise_has_the_standard_deviation_it_is_asked_for():
    grey = np.full((50, 28, 28), 128, np.uint8)
    noise = add_noise(grey, 0.1, RNG).astype(float) - 128

    assert noise.std() == pytest.approx(0.1 * 255, rel=0.02)
    assert noise.mean() == pytest.approx(0, abs=0.5)


def test_blurring_spreads_a_dot_by_its_radius_and_keeps_its_ink():
    dot = np.zeros((1, 28, 28), np.uint8)
    dot[0, 13:15, 13:15] = 255
    blurred = blur(dot, 1.5, RNG)[0].astype(float)
    rows, _ = np.indices(blurred.shape)

    assert blurred.sum() == pytest.approx(4 * 255, rel=0.03)
    assert np.sqrt((blurred * (rows - 13.5) ** 2).sum() / blurred.sum()) == pytest.approx(np.hypot(1.5, 0.5), rel=0.05)


@pytest.mark.parametrize(("by_px", "width_px"), [(-4, 0), (-2, 2), (-1, 3), (1, 5), (2, 6), (4, 8)])
def test_a_broader_pen_widens_a_line_by_what_it_is_asked_for(by_px, width_px):
    line = np.zeros((1, 28, 28), np.uint8)
    line[0, :, 12:16] = 255

    assert int(widen(line, by_px, RNG)[0, 14].sum()) == pytest.approx(255 * width_px, abs=1)


def test_the_accuracies_are_those_of_the_levels(images):
    labels = np.arange(20) % 2
    counts = []

    def read(disturbed):
        counts.append(len(disturbed))
        changed = (disturbed != images).any(axis=(1, 2))
        return np.where(changed, 1, labels)

    found = robustness.accuracies(read, images, labels)

    assert found == {name: [0.5 if level else 1.0 for level in levels] for name, levels in robustness.LEVELS.items()}
    assert counts == [20] * robustness.levels_to_read()
